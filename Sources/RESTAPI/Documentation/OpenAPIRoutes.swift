import CWebFiles
package import HTTPServer
import HTTPTypes

/// `GET /openapi.json`, `/docs` and its stylesheet: what these routes and a server's others say of themselves.
///
/// - Parameters:
///   - routes: All others of the server. Those without a description are left out.
///   - isDevelopment: Whether `X-Debug-Sub` stands for a token.
package func openAPIRoutes<Caller: Sendable>(_ routes: [Route<Caller>], version: String, isDevelopment: Bool) -> [Route<Caller>] {
    // The document describes its own routes too, but doesn't hold on to what holds on to it.
    let description = { @Sendable in
        APIDocument(
            routes + [
                route("/openapi.json", { .openAPI }) { _ in throw Problem.internalError },
                route("/docs", { .documentation }) { _ in throw Problem.internalError },
            ],
            version: version,
            isDevelopment: isDevelopment
        )
    }
    let json = PublishedFile("application/json") { description().openAPI }
    let page = PublishedFile(
        "text/html; charset=utf-8",
        headers: [
            .contentSecurityPolicy: "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            .xContentTypeOptions: "nosniff",
        ]
    ) { Array(description().page.utf8) }
    let stylesheet = PublishedFile("text/css; charset=utf-8", headers: [.xContentTypeOptions: "nosniff"]) {
        let file = web_docs_css()
        return Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
    }
    return [
        route("/openapi.json", { .openAPI }) { json.answer(to: $0) },
        route("/docs", { .documentation }) { page.answer(to: $0) },
        route("/docs.css", nil) { stylesheet.answer(to: $0) },
    ]
}

private func route<Caller>(
    _ path: String,
    _ describe: (@Sendable () -> OperationDescription)?,
    _ handler: @escaping @Sendable (IncomingRequest) async throws -> Answer
) -> Route<Caller> {
    // It is made on the first request, in some milliseconds.
    Route(.only(.get), path, label: path, rules: .probe, bodyLimit: 0, mayTakeLong: true, describe: describe, .open(handler))
}
