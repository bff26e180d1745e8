package import HTTPServer
import HTTPTypes
import JSON
import NIOCore

/// What `GET /` tells: to programs as JSON, to a person's browser as a page.
package struct ServerInfo: Sendable {
    package var version: String
    /// `serve` or `mcp`.
    package var role: String
    /// The MCP revisions, newest first.
    package var revisions: [String]
    /// Paths of the MCP endpoints.
    package var endpoints: [String]
    /// Whether the API is served here too.
    package var hasAPI: Bool

    package init(version: String, role: String, revisions: [String], endpoints: [String], hasAPI: Bool = true) {
        self.version = version
        self.role = role
        self.revisions = revisions
        self.endpoints = endpoints
        self.hasAPI = hasAPI
    }

    var json: [UInt8] {
        var writer = JSONWriter(reserving: 256)
        writer.object { writer in
            writer.member("name", "ToolBridge")
            writer.member("version", version)
            writer.member("role", role)
            if hasAPI {
                writer.member("documentation", "/docs")
                writer.member("openapi", "/openapi.json")
            }
            writer.key("mcp")
            writer.object { writer in
                writer.key("endpoints")
                writer.array { writer in endpoints.forEach { writer.string($0) } }
                writer.key("revisions")
                writer.array { writer in revisions.forEach { writer.string($0) } }
            }
        }
        return writer.bytes
    }

    var page: String {
        let clients = endpoints.map { "<code>\($0)</code>" }.joined(separator: ", ")
        let body =
            hasAPI
            ? """
            <p>MCP clients connect to \(clients), apps to <code>/v1/…</code>.
            <p>What apps can do is described in <a href="/docs">the API's documentation</a>.
            <p>Both send <code>Authorization: Bearer …</code>. The command <code>toolbridge connect</code> prints what to paste into your client.
            """
            : """
            <p>MCP clients connect to \(clients), and send <code>Authorization: Bearer …</code>.
            """
        return """
            <!doctype html>
            <html lang="en">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>ToolBridge</title>
            <style>body { font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 3rem auto; padding: 0 1rem }</style>
            <h1>ToolBridge</h1>
            <p>Version \(version), role <code>\(role)</code>. This server is running.</p>
            \(body)
            </html>

            """
    }
}

/// `GET /`.
package func serverInfoRoute<Caller>(_ info: ServerInfo) -> Route<Caller> {
    let json = Answer.json(.ok, info.json)
    let page = Answer(
        .ok,
        contentType: "text/html; charset=utf-8",
        headers: [.contentSecurityPolicy: "default-src 'none'; style-src 'unsafe-inline'"],
        body: .bytes(ByteBuffer(string: info.page))
    )
    return Route(
        .only(.get),
        "/",
        label: "/",
        rules: .probe,
        bodyLimit: 0,
        describe: { .serverInfo },
        .open { request in prefersHTML(request.header(.accept) ?? "") ? page : json }
    )
}

/// Browsers name `text/html` before anything else; programs name JSON or nothing.
private func prefersHTML(_ accept: String) -> Bool {
    for range in accept.lowercased().split(separator: ",") {
        let type = range.prefix { $0 != ";" }.filter { $0 != " " && $0 != "\t" }
        if type == "text/html" { return true }
        if type == "application/json" || type == "*/*" { return false }
    }
    return false
}
