import HTTPServer
import HTTPTypes
import Logging
import NIOCore
import Observability
import ServiceLifecycle

/// A running service on a free port, with routes that the tests know.
struct TestServer: Sendable {
    let port: Int
    let log: Log
    let signals: TestSignals
    /// The service has returned.
    let ended: Signal
    /// Asks the service to stop, as SIGTERM does, and returns at once.
    let stop: @Sendable () async -> Void

    /// Runs a server for the time of `body`.
    static func run(
        _ configuration: HTTPServerConfiguration = .test,
        rateLimits: RateLimits = .unlimited,
        checks: [Readiness.Check] = [Readiness.Check("database") {}],
        _ body: (TestServer) async throws -> Void
    ) async throws {
        let log = try Log()
        let signals = TestSignals()
        let ended = Signal()
        let readiness = Readiness(checks)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let service = HTTPService(
            routes: try RouteTable(
                healthRoutes(service: "tested", role: "test", version: "1.2.3", readiness: readiness) + testRoutes(signals)
            ),
            authenticator: TestAuthenticator(),
            configuration: configuration,
            observations: log.observations,
            rateLimits: rateLimits,
            rateKey: { $1 == "free" ? nil : LimitKey(subject: $1) },
            onReady: { port.yield($0) }
        )
        let services = ServiceGroup(services: [service], logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer {
                    port.finish()
                    ended.fire()
                }
                try await services.run()
            }
            var numbers = ports.makeAsyncIterator()
            if let number = await numbers.next() {
                let server = TestServer(port: number, log: log, signals: signals, ended: ended) { await services.triggerGracefulShutdown() }
                do {
                    try await body(server)
                } catch {
                    signals.released.fire()
                    group.cancelAll()
                    throw error
                }
            }
            signals.released.fire()
            await services.triggerGracefulShutdown()
            // Cancelled, it doesn't wait for its drain delay.
            group.cancelAll()
            do { try await group.waitForAll() } catch is CancellationError {}
        }
    }

    /// Sends these bytes over a connection of their own and returns the first answer and whether the connection served another request
    /// after it.
    func exchange(_ bytes: some Collection<UInt8>, bodyless: Bool = false) async throws -> (answer: RawClient.Answer?, isKept: Bool) {
        try await RawClient.connect(to: port) { client in
            await client.send(bytes)
            guard let answer = try await client.answer(bodyless: bodyless) else { return (nil, false) }
            await client.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            return (answer, try await client.answer()?.body == "ok")
        }
    }

    func exchange(_ text: String) async throws -> (answer: RawClient.Answer?, isKept: Bool) {
        try await exchange(Array(text.utf8))
    }
}

extension HTTPServerConfiguration {
    static var test: HTTPServerConfiguration {
        var configuration = HTTPServerConfiguration()
        configuration.hostPolicy = HostPolicy(allowedOrigins: ["https://app.example.com"])
        configuration.drainLimit = .milliseconds(500)
        return configuration
    }

    /// Deadlines short enough to wait for; `head`, which also runs while a busy machine hasn't sent anything yet, is not.
    static var impatient: HTTPServerConfiguration {
        var configuration = test
        configuration.deadlines.body = .milliseconds(300)
        configuration.deadlines.idle = .milliseconds(200)
        configuration.deadlines.linger = .milliseconds(200)
        configuration.deadlines.stalled = .milliseconds(300)
        return configuration
    }
}
