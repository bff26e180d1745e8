package import HTTPServer
import HTTPTypes
package import Observability

/// An identity provider and a WorkOS API for development and tests: real servers, with keys and users of their own making, that do as they
/// are told, also when told to fail.
///
/// It asks nobody for a password: whoever reaches it gets any token. So it is for loopback and for development alone.
package struct DevIdentityServer: Sendable {
    private let options: DevIdentityOptions
    private let state: DevState

    /// - Throws: What the system's source of keys throws.
    package init(_ options: DevIdentityOptions = DevIdentityOptions()) throws {
        self.options = options
        state = try DevState(options)
    }

    /// The HTTP server.
    ///
    /// - Parameter onReady: Called once, when connections are accepted, with its own address, which is the issuer's name.
    /// - Throws: `RouteTableError`, which would be a slip of ours.
    package func service(
        observations: Observations,
        onReady: @escaping @Sendable (_ issuer: String) async -> Void
    ) throws -> HTTPService<DevVisitor> {
        // Whoever hangs on a failure that was asked for isn't waited for.
        let configuration = HTTPServerConfiguration(host: options.host, port: options.port, drainLimit: .milliseconds(500))
        return HTTPService(
            routes: try RouteTable(routes),
            authenticator: NobodyIsAsked(),
            configuration: configuration,
            observations: observations,
            onReady: { [options, state] port in
                let host = options.host.contains(":") ? "[\(options.host)]" : options.host
                let issuer = "http://\(host):\(port)"
                state.change { $0.issuer = issuer }
                await onReady(issuer)
            }
        )
    }

    private var routes: [Route<DevVisitor>] {
        MetadataRoutes(state: state).all + AuthorizationRoutes(state: state).all + TokenRoutes(state: state).all
            + MembershipRoutes(state: state).all + ControlRoutes(state: state).all
    }
}

/// Whoever calls a development identity provider.
package struct DevVisitor: Sendable {}

private struct NobodyIsAsked: Authenticator {
    func caller(of request: IncomingRequest) async throws -> DevVisitor? { DevVisitor() }

    func challenge(for request: IncomingRequest) -> Problem {
        Problem(.unauthorized, "unauthorized", "nobody is refused here")
    }
}
