/// What a person has typed of an argument so far.
public struct CompletionQuery: Sendable, Equatable {
    /// The beginning of the value; may be empty.
    public let value: String
    /// Arguments that are filled in already, by name; clients before 2025-06-18 don't say.
    public let arguments: [String: String]

    public init(_ value: String, arguments: [String: String] = [:]) {
        self.value = value
        self.arguments = arguments
    }
}

/// Proposals for an argument, best first (C2).
public struct Completions: Sendable, Equatable {
    /// What a client gets at most.
    public static let limit = 100

    /// At most 100.
    public let values: [String]
    /// How many there are altogether; nil if nobody counted.
    public let total: Int?
    public let hasMore: Bool

    /// - Parameters:
    ///   - values: Only what the caller may read; the first 100 are sent.
    ///   - total: How many there are altogether: by default as many as were given.
    public init(_ values: [String], total: Int? = nil) {
        self.values = Array(values.prefix(Completions.limit))
        let total = max(total ?? 0, values.count)
        self.total = total
        hasMore = total > self.values.count
    }

    /// The first of many that nobody counted.
    public init(first values: [String], hasMore: Bool) {
        self.values = Array(values.prefix(Completions.limit))
        total = nil
        self.hasMore = hasMore || values.count > Completions.limit
    }

    /// Those that begin with what was typed, in their order.
    ///
    /// Compared byte for byte.
    public init(_ candidates: [String], startingWith typed: String) {
        self.init(candidates.filter { $0.utf8.starts(with: typed.utf8) })
    }
}
