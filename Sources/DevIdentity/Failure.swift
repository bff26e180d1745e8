import JSON

/// How a part of the provider fails, until it is told otherwise.
struct Failure: Sendable {
    enum Mode: String, Sendable, CaseIterable {
        /// 500.
        case down
        /// 503.
        case unavailable
        /// 429 with `Retry-After`.
        case limited
        /// 401, as with a key that isn't taken.
        case unauthorized
        /// The right answer, late.
        case slow
        /// The right answer, byte by byte.
        case drip
        /// Spaces before the right answer, as many as `bytes` says.
        case huge
        /// 200 with a page for people.
        case html
        /// 302 to where the right answer is.
        case redirect
        /// `{}`, or a key set without keys.
        case empty
        /// The right answer's first half.
        case garbage
        /// The connection breaks within the answer.
        case cut
        /// No answer.
        case silent
        /// A key set that has other keys under the same ids.
        case wrongKey = "wrong-key"
    }

    let mode: Mode
    /// Before the answer, or between two bytes.
    let pause: Duration
    /// Seconds of `Retry-After`.
    let retryAfter: Int64
    /// How long a huge answer is.
    let bytes: Int64
    /// How many requests fail so; nil: all.
    var times: Int64?

    /// Reads `{"mode":"slow","milliseconds":3000,"times":2}`; nil where it isn't that.
    init?(_ value: JSONValue) {
        guard let mode = value["mode"]?.string.flatMap(Mode.init(rawValue:)) else { return nil }
        let pause = value["milliseconds"]?.integer ?? (mode == .slow ? 3000 : 100)
        let bytes = value["bytes"]?.integer ?? 104_857_600
        guard (0...3_600_000).contains(pause), (0...1_073_741_824).contains(bytes) else { return nil }
        self.mode = mode
        self.pause = .milliseconds(pause)
        self.bytes = bytes
        retryAfter = value["retry_after"]?.integer ?? 1
        times = value["times"]?.integer
    }
}
