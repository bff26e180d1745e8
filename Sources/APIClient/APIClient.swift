package import Auth
import Synchronization

/// Speaks to one API.
///
/// One per process.
package final class APIClient: Sendable {
    let settings: APISettings
    let transport: any APITransport
    let clocks: Clocks
    let report: @Sendable (UpstreamEvent) -> Void
    let breaker: CircuitBreaker
    let apiClock: APIClock
    let sessions = APISessions()
    /// Asks what time it is at the API.
    let settling = SingleFlight<Int, Bool>()
    /// Whether the API has only the older of the two routes that exchange tokens.
    let exchangesByOldRoute = Atomic(false)

    /// - Parameter report: Told of each request when it has ended.
    package init(
        _ settings: APISettings,
        transport: any APITransport,
        clocks: Clocks,
        report: @escaping @Sendable (UpstreamEvent) -> Void = { _ in }
    ) {
        self.settings = settings
        self.transport = transport
        self.clocks = clocks
        self.report = report
        breaker = CircuitBreaker()
        apiClock = APIClock(maximumSkew: settings.maximumSkew)
    }

    /// Items through the API, with somebody's credentials.
    package func items(_ credentials: APICredentials) -> APIItems {
        APIItems(self, credentials)
    }

    /// Whether the API answers that it is alive.
    package func health(within limit: Duration = .seconds(2)) async -> Bool {
        let call = APICall(.health, "GET", "/healthz")
        let request = APIRequest(
            method: call.method,
            target: settings.basePath + call.target,
            headers: [("User-Agent", settings.userAgent)]
        )
        guard case .success(let response) = await attempt(call, request, within: limit, attempt: 1, requestID: nil) else { return false }
        return response.status == 200
    }

    /// Whether the API has only the older way to exchange tokens, as far as that is known.
    package var isPredecessor: Bool { exchangesByOldRoute.load(ordering: .relaxed) }

    /// Whether calls are refused at once because the API hasn't been reached lately.
    package var isCut: Bool { breaker.isOpen }

    /// Closes all connections; every call fails afterwards.
    package func shutdown() async {
        sessions.cancel()
        settling.cancel()
        await transport.shutdown()
    }
}
