import JSON

/// How long and by whom a result of 2026-07-28 may be kept (K1–K6).
public struct CachingHints: Sendable, Equatable {
    public enum Scope: String, Sendable {
        /// The bytes are the same for every caller (K3).
        case shared = "public"
        case `private`
    }

    /// At least 0.
    public let milliseconds: Int
    public let scope: Scope

    /// - Parameter milliseconds: Negative counts as 0.
    public init(milliseconds: Int, scope: Scope) {
        self.milliseconds = max(0, milliseconds)
        self.scope = scope
    }

    /// - Parameter life: Whole milliseconds count; negative counts as 0.
    public init(for life: Duration, scope: Scope) {
        self.init(milliseconds: life > .zero ? Int(clamping: life.milliseconds) : 0, scope: scope)
    }

    /// An hour, for everybody: what doesn't change while the server runs (K6).
    public static let constant = CachingHints(milliseconds: 3_600_000, scope: .shared)

    /// Not at all: what depends on the caller and may change at any time (K6).
    public static let never = CachingHints(milliseconds: 0, scope: .private)

    /// Writes both members into an open result (K1).
    func write(to writer: inout JSONWriter) {
        writer.member("ttlMs", milliseconds)
        writer.member("cacheScope", scope.rawValue)
    }
}
