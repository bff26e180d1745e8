import HTTPTypes
package import Observability
import Synchronization

/// Token buckets that live in this process.
package final class RateLimits: Sendable {
    /// Requests in a window, and how many may come at once.
    package struct Rate: Sendable, Equatable {
        /// 1 or more.
        package let requests: Int
        /// A second or more.
        package let window: Duration
        /// The bucket's capacity, 1 or more.
        package let burst: Int

        package init(requests: Int, window: Duration, burst: Int) {
            self.requests = max(1, requests)
            self.window = max(.seconds(1), window)
            self.burst = max(1, burst)
        }

        var tokensPerSecond: Double { Double(requests) / window.inSeconds }
    }

    /// What a bucket said to a request.
    package struct Standing: Sendable {
        package let isGranted: Bool
        let rate: Rate
        /// How many are left.
        package let tokens: Double

        /// 429 with `Retry-After`.
        package var refusal: Problem {
            let seconds = max(1, Int64(((1 - tokens) / rate.tokensPerSecond).rounded(.up)))
            return Problem(
                .tooManyRequests,
                "rate_limited",
                "too many requests, retry after \(seconds) s",
                fields: [("retry_after", .integer(seconds))],
                headers: [.retryAfter: String(seconds)]
            )
        }

        /// Adds the headers that every answer of a limited route has.
        package func mark(_ answer: inout Answer) {
            let now = WallClock.milliseconds() / 1000
            let untilFull = ((Double(rate.burst) - tokens) / rate.tokensPerSecond).rounded(.up)
            answer.headers.append(HTTPField(name: .rateLimitLimit, value: String(rate.requests)))
            answer.headers.append(HTTPField(name: .rateLimitRemaining, value: String(Int(exactly: max(0, tokens.rounded(.down))) ?? 0)))
            answer.headers.append(HTTPField(name: .rateLimitReset, value: String(now + (Int64(exactly: max(0, untilFull)) ?? 0))))
            answer.headers.append(HTTPField(name: .rateLimitBurst, value: String(rate.burst)))
        }
    }

    private let data: Buckets<LimitKey>?
    private let auth: Buckets<LimitKey>?
    private let address: Buckets<UInt128>?
    private let refused: Refused?

    /// Counters of refusals.
    private struct Refused: Sendable {
        let data, auth, address: Counter
    }

    /// A nil rate doesn't limit; `capacity` bounds each table's buckets; refusals count in `metrics`.
    package init(data: Rate?, auth: Rate?, address: Rate?, capacity: Int = 65_536, metrics: Metrics? = nil) {
        refused = metrics.map { metrics in
            Refused(
                data: metrics.counter(.rateLimited, "data"),
                auth: metrics.counter(.rateLimited, "auth"),
                address: metrics.counter(.rateLimited, "address")
            )
        }
        self.data = data.map { Buckets($0, capacity: capacity) }
        self.auth = auth.map { Buckets($0, capacity: capacity) }
        self.address = address.map { Buckets($0, capacity: capacity) }
    }

    /// No limits at all.
    package static let unlimited = RateLimits(data: nil, auth: nil, address: nil)

    /// A group's rate; nil where nothing is limited.
    package func rate(of group: LimitGroup) -> Rate? {
        buckets(of: group)?.rate
    }

    /// Takes a token from a caller's bucket; nil where nothing is limited.
    package func take(_ group: LimitGroup, key: LimitKey, at now: ContinuousClock.Instant = .now) -> Standing? {
        let standing = buckets(of: group)?.take(key, at: now)
        if let standing, !standing.isGranted { (group == .auth ? refused?.auth : refused?.data)?.add() }
        return standing
    }

    /// What a caller's bucket would say; nil where nothing is limited.
    func peek(_ group: LimitGroup, key: LimitKey, at now: ContinuousClock.Instant = .now) -> Standing? {
        buckets(of: group)?.peek(key, at: now)
    }

    /// Whether this client may still fail to say who it is.
    package func peek(_ client: IPAddress?, at now: ContinuousClock.Instant = .now) -> Standing? {
        counted(address?.peek(Self.key(client), at: now))
    }

    /// Counts a request without a valid token; nil where nothing is limited.
    package func take(_ client: IPAddress?, at now: ContinuousClock.Instant = .now) -> Standing? {
        counted(address?.take(Self.key(client), at: now))
    }

    /// Each of them that isn't granted refuses a request.
    private func counted(_ standing: Standing?) -> Standing? {
        if let standing, !standing.isGranted { refused?.address.add() }
        return standing
    }

    /// How many buckets there are: those of callers, and those of addresses.
    package var bucketCount: Int {
        (data?.count ?? 0) + (auth?.count ?? 0) + (address?.count ?? 0)
    }

    private static func key(_ client: IPAddress?) -> UInt128 {
        client?.limitKey ?? .max
    }

    private func buckets(of group: LimitGroup) -> Buckets<LimitKey>? {
        switch group {
        case .none: nil
        case .data: data
        case .auth: auth
        }
    }
}

extension Duration {
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

extension HTTPField.Name {
    fileprivate static let rateLimitLimit = HTTPField.Name(constant: "X-RateLimit-Limit")
    fileprivate static let rateLimitRemaining = HTTPField.Name(constant: "X-RateLimit-Remaining")
    fileprivate static let rateLimitReset = HTTPField.Name(constant: "X-RateLimit-Reset")
    fileprivate static let rateLimitBurst = HTTPField.Name(constant: "X-RateLimit-Burst")
}
