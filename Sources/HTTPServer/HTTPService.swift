import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
package import Observability
import ServiceLifecycle
import UnixSignals

/// Serves a route table over HTTP/1.1 until it is told to stop.
package struct HTTPService<Caller: Sendable>: Service {
    let routes: RouteTable<Caller>
    let authenticator: any Authenticator<Caller>
    let configuration: HTTPServerConfiguration
    let observations: Observations
    let rateLimits: RateLimits
    let rateKey: @Sendable (LimitGroup, Caller) -> LimitKey?
    let readiness: Readiness?
    let logged: (@Sendable (Caller) -> ObservedCaller?)?
    let onReady: @Sendable (_ port: Int) async -> Void

    /// - Parameters:
    ///   - rateLimits: Buckets; `RateLimits.unlimited` for none.
    ///   - rateKey: Which bucket of a group a caller's requests are taken from; nil isn't limited.
    ///   - readiness: Told when connections are accepted, and when soon they won't be any more.
    ///   - logged: Who a caller is, for the lines of its requests; nil shows nobody.
    ///   - onReady: Called once, when connections are accepted, with the port bound.
    package init(
        routes: RouteTable<Caller>,
        authenticator: any Authenticator<Caller>,
        configuration: HTTPServerConfiguration,
        observations: Observations = Observations(level: .error, stream: .standardError),
        rateLimits: RateLimits = .unlimited,
        rateKey: @escaping @Sendable (LimitGroup, Caller) -> LimitKey? = { _, _ in nil },
        readiness: Readiness? = nil,
        logged: (@Sendable (Caller) -> ObservedCaller?)? = nil,
        onReady: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.routes = routes
        self.authenticator = authenticator
        self.configuration = configuration
        self.observations = observations
        self.rateLimits = rateLimits
        self.rateKey = rateKey
        self.readiness = readiness
        self.logged = logged
        self.onReady = onReady
    }

    /// Serves until graceful shutdown or cancellation.
    ///
    /// Then it stops accepting, closes idle connections, lets requests in flight end within `drainLimit`, ends streams, closes what is left
    /// and returns.
    ///
    /// - Throws: ``ListenError``.
    package func run() async throws {
        let responder = Responder(self)
        let metrics = configuration.isCounted ? observations.metrics : Metrics()
        let core = ServerCore(
            endpoints: EndpointTable(routes, responder, metrics),
            configuration: configuration,
            observations: observations,
            metrics: HTTPMetrics(metrics, refusals: configuration.refusals)
        )
        let server = Server(
            childChannelSetup: ConnectionChannel(core: core),
            configuration: ServerConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                backlog: 1024,
                availableConnectionsDelegate: .maximum(configuration.maximumConnections ?? DescriptorLimit.connections, logger: logger)
            ),
            onServerRunning: { [onReady, readiness] channel in
                let port = channel.localAddress?.port ?? 0
                responder.listen(on: port)
                readiness?.begin()
                await onReady(port)
            },
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: logger
        )
        let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
        let ended = eventLoop.makePromise(of: Void.self)
        let stopped = eventLoop.makePromise(of: Stop.self)
        // Outside the task tree: a child task would keep `run()` from returning for as long as some handler ignores that it is cancelled,
        // and the system kills a program that doesn't stop. Detached, or the server would see the shutdown itself and refuse connections
        // before `drainDelay` is over.
        Task.detached { [configuration] in
            let result: Result<Void, any Error>
            do { result = .success(try await server.run()) } catch { result = .failure(ListenError(error, configuration) ?? error) }
            stopped.succeed(.ended)
            ended.completeWith(result)
        }
        try await withTaskCancellationHandler {
            try await withGracefulShutdownHandler {
                if case .asked = try await stopped.futureResult.get() { try await drain(server, core, ended) }
                try await ended.futureResult.get()
            } onGracefulShutdown: {
                stopped.succeed(.asked)
            }
        } onCancel: {
            stopped.succeed(.asked)
        }
    }

    /// Serves until the process gets SIGTERM or SIGINT, for a program that does nothing else.
    ///
    /// - Throws: ``ListenError``.
    package func runUntilSignal() async throws {
        let group = ServiceGroup(
            services: [self],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        try await group.run()
    }

    /// Why the server stops.
    private enum Stop: Sendable {
        case asked
        case ended
    }

    /// Completes `ended` at the latest when the limit is over; connections close themselves then.
    private func drain(_ server: Server<ConnectionChannel>, _ core: ServerCore, _ ended: EventLoopPromise<Void>) async throws {
        let start = ContinuousClock.now
        core.beginDrain()
        readiness?.drain()
        // A cancelled service doesn't wait.
        if configuration.drainDelay > .zero { try? await Task.sleep(for: configuration.drainDelay) }
        // Outside the tree for the same reason as above.
        Task.detached { try? await server.shutdownGracefully() }
        let limit = ended.futureResult.eventLoop.scheduleTask(in: TimeAmount(configuration.drainLimit + .milliseconds(300))) {
            ended.succeed()
        }
        defer { limit.cancel() }
        try await ended.futureResult.get()
        guard configuration.isCounted else { return }
        let drained = core.drained
        observations.record(.drainFinished(requests: drained.requests, streams: drained.streams, duration: ContinuousClock.now - start))
    }

    private var logger: Logger { observations.logger(label: "http") }
}

extension HTTPService: CustomStringConvertible {
    /// A name.
    ///
    /// A service group prints each of its services, and without this it would print every route: a fifth of the time to start.
    package var description: String { "HTTP" }
}
