internal import HTTPServer
internal import HTTPTypes
public import MCP

/// Serves MCP over HTTP to any number of clients, in every revision.
///
/// ```swift
/// try await MCPHTTPServer(definition, port: 8080).run()
/// ```
/// It listens on this machine alone unless its settings name another `host`, and checks `Host` and `Origin`, so that no page of
/// another site can reach it (H2).
public struct MCPHTTPServer<Caller: Sendable>: Sendable {
    private let server: Server<Caller>
    private let settings: MCPHTTPSettings
    private let authentication: Authentication
    private let principal: @Sendable (Caller) -> Principal
    private let report: @Sendable (_ fault: any Error, _ correlationID: String) -> Void
    private let onReady: @Sendable (_ port: Int) async -> Void

    /// How callers are found.
    private enum Authentication: Sendable {
        case everybody(Caller)
        case byToken(@Sendable (HTTPCredentials) async throws -> Caller?)
    }

    /// Serves whoever brings a good token.
    ///
    /// - Parameters:
    ///   - authenticate: Finds out who calls, for each request; nil refuses it with 401.
    ///   - principal: Whom sessions, cursors and request states of this caller belong to: nobody else can use them.
    ///   - report: Takes errors that your handlers throw, for the log; clients see only the correlation id. nil writes a line each on standard error.
    ///   - onReady: Called once, when connections are accepted, with the port.
    public init(
        _ server: Server<Caller>,
        settings: MCPHTTPSettings,
        authenticate: @escaping @Sendable (HTTPCredentials) async throws -> Caller?,
        principal: @escaping @Sendable (Caller) -> Principal,
        report: (@Sendable (_ fault: any Error, _ correlationID: String) -> Void)? = nil,
        onReady: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.server = server
        self.settings = settings
        authentication = .byToken(authenticate)
        self.principal = principal
        self.report = report ?? StandardError.report
        self.onReady = onReady
    }

    /// Serves everybody who can connect: for servers of one person's own machine (SEC6).
    ///
    /// Where others can connect it refuses to run, unless `allowedHosts` or `allowsAnonymousRemote` says that it is meant.
    ///
    /// - Parameters:
    ///   - caller: What handlers get as caller.
    ///   - report: Takes errors that your handlers throw, for the log; clients see only the correlation id. nil writes a line each on standard error.
    ///   - onReady: Called once, when connections are accepted, with the port.
    public init(
        _ server: Server<Caller>,
        settings: MCPHTTPSettings,
        caller: Caller,
        report: (@Sendable (_ fault: any Error, _ correlationID: String) -> Void)? = nil,
        onReady: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.server = server
        self.settings = settings
        authentication = .everybody(caller)
        principal = { _ in .anonymous }
        self.report = report ?? StandardError.report
        self.onReady = onReady
    }

    /// Serves until the task is cancelled; then requests that run may end, and streams say goodbye (LS15).
    ///
    /// - Throws: When the address can't be listened on, when two routes have the same path, and `OpenServerError`.
    public func run() async throws {
        let connections = MCPConnections(settings: settings.connections)
        let service = try service(connections)
        // Work whose client has gone is of no use to anybody now (LS15).
        defer { connections.stopAll() }
        try await sweepingTasks { try await service.run() }
    }

    /// Serves until the process gets SIGTERM or SIGINT: the whole of a program that only serves.
    ///
    /// At the end it stops the definition's tasks too.
    ///
    /// - Throws: As `run()`.
    public func runUntilSignal() async throws {
        let connections = MCPConnections(settings: settings.connections)
        let service = try service(connections)
        defer { connections.stopAll() }
        try await sweepingTasks { try await service.runUntilSignal() }
        await server.definition.tasks?.stop()
    }

    /// Forgets expired tasks now and then while `serve` runs (B17).
    private func sweepingTasks(_ serve: @escaping @Sendable () async throws -> Void) async throws {
        guard server.definition.tasks != nil else { return try await serve() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await server.sweepTasks(report) }
            defer { group.cancelAll() }
            try await serve()
        }
    }

    private func service(_ connections: MCPConnections) throws -> HTTPService<Caller> {
        var configuration = HTTPServerConfiguration(host: settings.host, port: settings.port)
        if case .everybody = authentication, !configuration.isLoopback, settings.allowedHosts.isEmpty, !settings.allowsAnonymousRemote {
            throw OpenServerError(host: settings.host)
        }
        configuration.hostPolicy = HostPolicy(allowedHosts: settings.allowedHosts, allowedOrigins: settings.allowedOrigins)
        configuration.extraCORSHeaders = server.definition.parameterHeaderNames
        configuration.runsHandlersOnEventLoops = settings.handlersAreShort
        var routeSettings = MCPRouteSettings()
        routeSettings.path = settings.path
        routeSettings.sessionLife = settings.sessionLife.components.seconds
        routeSettings.legacySSE = settings.legacySSE
        let (keys, ended) = settings.seals
        let routes = MCPRoutes(
            server,
            sealer: keys,
            ended: ended,
            connections: connections,
            settings: routeSettings,
            identity: MCPIdentity(principal: principal),
            report: report
        )
        let info = server.definition.info
        return HTTPService(
            routes: try RouteTable(
                routes.routes + healthRoutes(service: info.name, role: "mcp", version: info.version, readiness: Readiness([]))
            ),
            authenticator: ClosureAuthenticator { request in
                switch authentication {
                case .everybody(let caller): caller
                case .byToken(let authenticate): try await authenticate(HTTPCredentials(request))
                }
            },
            configuration: configuration,
            onReady: onReady
        )
    }
}

extension MCPHTTPServer where Caller == Void {
    /// Serves everybody who can connect, from this machine alone.
    ///
    /// - Parameters:
    ///   - port: 0 takes a free one.
    ///   - report: Takes errors that your handlers throw, for the log; clients see only the correlation id. nil writes a line each on standard error.
    ///   - onReady: Called once, when connections are accepted, with the port.
    public init(
        _ definition: ServerDefinition<Void>,
        port: Int,
        report: (@Sendable (_ fault: any Error, _ correlationID: String) -> Void)? = nil,
        onReady: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.init(Server(definition), settings: MCPHTTPSettings(port: port), caller: (), report: report, onReady: onReady)
    }
}

/// A server for everybody would be reached from other machines, and nothing says that this is meant (SEC6).
public struct OpenServerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What it would be bound to.
    public let host: String

    public var description: String {
        "refusing to serve everybody on \(host): other machines can connect, and nobody is authenticated; "
            + "bind to 127.0.0.1, authenticate callers, or set allowedHosts or allowsAnonymousRemote"
    }
}

/// Who calls, as the request says; nothing of it is verified yet.
public struct HTTPCredentials: Sendable {
    /// The value of `Authorization`, such as `Bearer …`.
    public let authorization: String?
    /// IP text of the connection's other end.
    public let address: String
    private let request: IncomingRequest

    init(_ request: IncomingRequest) {
        self.request = request
        authorization = request.header(.authorization)
        address = request.client?.description ?? ""
    }

    /// The token of `Authorization: Bearer …`; nil for anything else (RFC 6750, § 2.1).
    public var bearerToken: String? {
        guard let authorization, authorization.utf8.count > 7, authorization.prefix(7).lowercased() == "bearer " else { return nil }
        return String(authorization.dropFirst(7))
    }

    /// The first value of another header, such as that of a proof.
    public func header(_ name: String) -> String? {
        HTTPField.Name(name).flatMap { request.header($0) }
    }
}

private struct ClosureAuthenticator<Caller: Sendable>: Authenticator {
    let find: @Sendable (IncomingRequest) async throws -> Caller?

    func caller(of request: IncomingRequest) async throws -> Caller? { try await find(request) }

    func challenge(for request: IncomingRequest) -> Problem {
        Problem(.unauthorized, "unauthorized", "a token is needed", headers: [.wwwAuthenticate: "Bearer"])
    }
}
