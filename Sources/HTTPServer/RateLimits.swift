import HTTPTypes
import Observability
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
        let tokens: Double
        /// Seconds since 1970.
        let now: Int64

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
            let untilFull = ((Double(rate.burst) - tokens) / rate.tokensPerSecond).rounded(.up)
            answer.headers.append(HTTPField(name: .rateLimitLimit, value: String(rate.requests)))
            answer.headers.append(HTTPField(name: .rateLimitRemaining, value: String(Int(exactly: max(0, tokens.rounded(.down))) ?? 0)))
            answer.headers.append(HTTPField(name: .rateLimitReset, value: String(now + (Int64(exactly: max(0, untilFull)) ?? 0))))
            answer.headers.append(HTTPField(name: .rateLimitBurst, value: String(rate.burst)))
        }
    }

    private let data: Buckets?
    private let auth: Buckets?
    private let address: Buckets?

    /// A nil rate doesn't limit; `capacity` bounds each table's buckets.
    package init(data: Rate?, auth: Rate?, address: Rate?, capacity: Int = 65_536) {
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
    package func take(_ group: LimitGroup, key: String, at now: ContinuousClock.Instant = .now) -> Standing? {
        buckets(of: group)?.take(Array(key.utf8), at: now)
    }

    /// What a caller's bucket would say; nil where nothing is limited.
    func peek(_ group: LimitGroup, key: String, at now: ContinuousClock.Instant = .now) -> Standing? {
        buckets(of: group)?.peek(Array(key.utf8), at: now)
    }

    /// Whether this client may still fail to say who it is.
    func peekAddress(_ address: String, at now: ContinuousClock.Instant = .now) -> Standing? {
        self.address?.peek(ClientAddress.key(address), at: now)
    }

    /// Takes a token from an address's bucket.
    func takeAddress(_ address: String, at now: ContinuousClock.Instant = .now) -> Standing? {
        self.address?.take(ClientAddress.key(address), at: now)
    }

    /// Counts a request without a valid token.
    func chargeAddress(_ address: String, at now: ContinuousClock.Instant = .now) {
        _ = self.address?.take(ClientAddress.key(address), at: now)
    }

    private func buckets(of group: LimitGroup) -> Buckets? {
        switch group {
        case .none: nil
        case .data: data
        case .auth: auth
        case .address: address
        }
    }
}

/// The buckets of one rate, least recently used first out.
private final class Buckets: Sendable {
    private struct Bucket {
        var tokens: Double
        var at: ContinuousClock.Instant
    }

    let rate: RateLimits.Rate
    private let capacity: Int
    /// Two generations: what wasn't used while one filled up is forgotten with the next.
    ///
    /// Bounded, and no list to keep in order.
    private let tables = Mutex((young: [[UInt8]: Bucket](), old: [[UInt8]: Bucket]()))

    init(_ rate: RateLimits.Rate, capacity: Int) {
        self.rate = rate
        self.capacity = max(2, capacity)
    }

    func peek(_ key: [UInt8], at now: ContinuousClock.Instant) -> RateLimits.Standing {
        let tokens = tables.withLock { refilled($0.young[key] ?? $0.old[key], at: now) }
        return standing(tokens >= 1, tokens)
    }

    func take(_ key: [UInt8], at now: ContinuousClock.Instant) -> RateLimits.Standing {
        tables.withLock { tables in
            let known = tables.young[key] ?? tables.old[key]
            var tokens = refilled(known, at: now)
            let isGranted = tokens >= 1
            if isGranted { tokens -= 1 }
            if tables.young[key] == nil, tables.young.count >= capacity / 2 {
                tables.old = tables.young
                tables.young = [:]
            }
            tables.young[key] = Bucket(tokens: tokens, at: max(now, known?.at ?? now))
            return standing(isGranted, tokens)
        }
    }

    private func refilled(_ bucket: Bucket?, at now: ContinuousClock.Instant) -> Double {
        guard let bucket else { return Double(rate.burst) }
        let elapsed = max(0, (now - bucket.at).inSeconds)
        return min(Double(rate.burst), bucket.tokens + elapsed * rate.tokensPerSecond)
    }

    private func standing(_ isGranted: Bool, _ tokens: Double) -> RateLimits.Standing {
        RateLimits.Standing(isGranted: isGranted, rate: rate, tokens: tokens, now: WallClock.milliseconds() / 1000)
    }
}

/// Whose address a limit counts.
enum ClientAddress {
    /// IPv4 as it stands; of IPv6 the first 64 bits, for one customer has all the rest.
    ///
    /// An IPv4 address inside IPv6 counts as IPv4.
    static func key(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8.prefix { $0 != UInt8(ascii: "%") })
        guard bytes.contains(UInt8(ascii: ":")) else { return bytes }
        if bytes.contains(UInt8(ascii: ".")), let colon = bytes.lastIndex(of: UInt8(ascii: ":")) { return Array(bytes[(colon + 1)...]) }
        var groups: [[UInt8]] = []
        for group in bytes.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false).prefix(4) {
            // "::" stands for zeros, which the last groups of a prefix may be.
            if group.isEmpty, !groups.isEmpty { break }
            groups.append(Array(group))
        }
        while groups.count < 4 { groups.append([0x30]) }
        return Array(groups.map { $0.isEmpty ? [0x30] : $0 }.joined(separator: [0x3A]))
    }
}

extension Duration {
    fileprivate var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

extension HTTPField.Name {
    fileprivate static let rateLimitLimit = HTTPField.Name(constant: "X-RateLimit-Limit")
    fileprivate static let rateLimitRemaining = HTTPField.Name(constant: "X-RateLimit-Remaining")
    fileprivate static let rateLimitReset = HTTPField.Name(constant: "X-RateLimit-Reset")
    fileprivate static let rateLimitBurst = HTTPField.Name(constant: "X-RateLimit-Burst")
}
