package import HTTPServer
import HTTPTypes

/// Everything that is said about the API: what its routes say of themselves, and what follows from them.
///
/// Two readers write it: `openAPI` for programs, `page` for people.
package struct APIDocument: Sendable {
    /// A route with all that a caller must know about it.
    struct Operation: Sendable {
        /// In capitals.
        let method: String
        let path: String
        /// The same for the operations of all kinds: `/v1/{kind}/{uid}`.
        let label: String
        let needsToken: Bool
        let limits: LimitGroup
        /// Bytes.
        let bodyLimit: Int
        let description: OperationDescription
        /// Why it may be refused, in the order of the statuses.
        let refusals: [DocumentedRefusal]
    }

    let version: String
    /// Whether `X-Debug-Sub` stands for a token.
    let isDevelopment: Bool
    let operations: [Operation]

    /// - Parameter routes: Those without a description, which are no part of the API, are left out.
    package init<Caller: Sendable>(_ routes: [Route<Caller>], version: String, isDevelopment: Bool) {
        self.version = version
        self.isDevelopment = isDevelopment
        operations = routes.compactMap(Operation.init)
    }

    /// Routes that nobody has described although they are part of the REST API, as method and path.
    package static func undescribed<Caller: Sendable>(_ routes: [Route<Caller>]) -> [String] {
        routes.filter { $0.describe == nil && $0.rules == .api }.map { "\($0.verb.name ?? "*") \($0.template)" }
    }

    /// The status with which the document says that this code is answered; `nil` for a code that it doesn't have.
    package static func statusOfRefusal(_ code: String) -> Int? {
        DocumentedRefusal.of(code)?.status
    }
}

extension APIDocument.Operation {
    fileprivate init?<Caller: Sendable>(_ route: Route<Caller>) {
        guard let describe = route.describe, let method = route.verb.name else { return nil }
        var description = describe()
        let parameters = route.template.split(separator: "/").filter { $0.hasPrefix("{") }.map { segment in
            let name = String(segment.dropFirst().dropLast())
            return ParameterDescription(
                name,
                in: .path,
                isRequired: true,
                "A UUID: 36 characters or 32 digits, in any letter case.",
                schema: SchemaText.pathUID,
                example: "\"\(Examples.uid)\""
            )
        }
        description.parameters = parameters + description.parameters
        if route.needsToken { description.parameters.append(.tenant) }
        self.init(
            method: method,
            path: route.template,
            label: route.label,
            needsToken: route.needsToken,
            limits: route.limits,
            bodyLimit: route.bodyLimit,
            description: description,
            refusals: Self.refusals(of: route, description)
        )
    }

    /// What the handler refuses, and what is refused before it.
    private static func refusals<Caller: Sendable>(of route: Route<Caller>, _ description: OperationDescription) -> [DocumentedRefusal] {
        var codes = description.refusals + ["invalid_request", "request_timeout", "payload_too_large", "uri_too_long", "headers_too_large"]
        codes += ["internal_error"]
        if route.rules == .api { codes += ["invalid_parameter", "duplicate_header", "unsupported_encoding", "unavailable"] }
        if route.needsToken { codes += ["unauthorized", "invalid_tenant_headers", "tenant_required", "tenant_forbidden", "rate_limited"] }
        return DocumentedRefusal.all.filter { refusal in codes.contains { $0.utf8.elementsEqual(refusal.code.utf8) } }
    }
}

extension Route {
    fileprivate var needsToken: Bool {
        switch action {
        case .open, .identified, .judged: false
        case .authenticated, .admitted: true
        }
    }
}

extension Route.Verb {
    fileprivate var name: String? {
        switch self {
        case .any: nil
        case .only(let method): method.rawValue
        }
    }
}
