package import Auth
package import HTTPServer
import HTTPTypes
import JSON
import NIOCore
import ToolBridge

/// What clients and people look for at well-known addresses (RFC 8615): who issues tokens for MCP's endpoints, and whom to tell of holes.
package struct WellKnownRoutes: Sendable {
    private let resource: ProtectedResource?
    private let servers: [AuthorizationServerMetadata]
    private let hasSSE: Bool
    private let security: SecurityContact?

    /// - Parameters:
    ///   - resource: What the MCP endpoints are; nil where no authorization server is configured: then they have no documents.
    ///   - servers: The metadata of ``Auth/ProtectedResource/authorizationServers``, in the same order.
    ///   - hasSSE: Whether `/sse` is an endpoint.
    ///   - security: nil if nobody is named.
    package init(
        _ resource: ProtectedResource?,
        servers: [AuthorizationServerMetadata] = [],
        hasSSE: Bool = true,
        security: SecurityContact? = nil
    ) {
        self.resource = resource
        self.servers = servers
        self.hasSSE = hasSSE
        self.security = security
    }

    package func all<Caller>(_: Caller.Type = Caller.self) -> [Route<Caller>] {
        var routes: [Route<Caller>] = []
        if let resource {
            routes.append(document(ProtectedResource.metadataPath, resource, .mcp) { .protectedResource })
            for endpoint in ProtectedResource.Endpoint.allCases where endpoint == .mcp || hasSSE {
                let path = ProtectedResource.metadataPath + endpoint.rawValue
                routes.append(document(path, resource, endpoint) { .protectedResource(endpoint) })
            }
            routes.append(server())
        }
        if let security { routes.append(security.route()) }
        return routes
    }

    /// AU3.
    private func document<Caller>(
        _ path: String,
        _ resource: ProtectedResource,
        _ endpoint: ProtectedResource.Endpoint,
        describe: @escaping @Sendable () -> OperationDescription
    ) -> Route<Caller> {
        Route(
            .only(.get),
            path,
            label: path,
            describe: describe,
            .open { _ in
                .json(.ok, resource.metadata(endpoint, scopes: await scopes(of: resource)), headers: Self.published)
            }
        )
    }

    /// The scopes that clients should ask for: none that the authorization server says it doesn't know, for it might refuse the whole request.
    private func scopes(of resource: ProtectedResource) async -> [String] {
        guard resource.requiredScopes.isEmpty, let known = await servers.first?.document()?.scopes else { return resource.scopesSupported }
        return resource.scopesSupported.filter { scope in known.contains { $0.utf8.elementsEqual(scope.utf8) } }
    }

    /// AU2.
    private func server<Caller>() -> Route<Caller> {
        let path = "/.well-known/oauth-authorization-server"
        return Route(
            .only(.get),
            path,
            label: path,
            describe: { .authorizationServer },
            .open { _ in
                guard let document = await servers.first?.document() else {
                    throw Problem.identityProviderUnavailable(retryAfter: 60)
                }
                return .json(.ok, document.bytes, headers: Self.published)
            }
        )
    }

    private static let published: HTTPFields = [.cacheControl: "max-age=3600", .accessControlAllowOrigin: "*"]
}

extension ProtectedResource {
    /// RFC 9728, § 2; a list without elements is left out (§ 3.2).
    func metadata(_ endpoint: Endpoint, scopes: [String]) -> [UInt8] {
        var writer = JSONWriter(reserving: 256)
        writer.object { writer in
            writer.member("resource", uri(of: endpoint))
            writer.key("authorization_servers")
            writer.array { writer in authorizationServers.forEach { writer.string($0) } }
            if !scopes.isEmpty {
                writer.key("scopes_supported")
                writer.array { writer in scopes.forEach { writer.string($0) } }
            }
            writer.key("bearer_methods_supported")
            writer.array { $0.string("header") }
        }
        return writer.bytes
    }
}
