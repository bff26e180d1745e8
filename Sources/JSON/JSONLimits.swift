/// Limits of one parse.
public struct JSONLimits: Sendable {
    /// How deep arrays and objects may be nested, the root container being level 1; deeper is a content fault.
    public var depth: Int
    /// Beyond this level the scanner gives up, with an error of the syntax class.
    public var maximumDepth: Int
    /// How many values a document may have: members and elements on all levels, and the root.
    public var values: Int
    /// Beyond this many values the scanner gives up even where it is to go on after faults of content: each value costs memory.
    public var maximumValues: Int
    /// How many bytes a document may have; never more than `Int32.max`, whatever is set.
    public var bytes: Int

    /// Makes limits; the defaults are those of stored payloads.
    public init(
        depth: Int = 64,
        maximumDepth: Int = 512,
        values: Int = 100_000,
        maximumValues: Int = .max,
        bytes: Int = Int(Int32.max)
    ) {
        self.depth = depth
        self.maximumDepth = maximumDepth
        self.values = values
        self.maximumValues = maximumValues
        self.bytes = bytes
    }

    /// What a stored payload may be: 64 levels, 100,000 values.
    public static let standard = JSONLimits()
    /// What an MCP message may be: 100 levels, 100,000 values; with more values it is refused before they cost more memory.
    public static let message = JSONLimits(depth: 100, maximumValues: 100_000)

    /// No limit but the format's own, for values that the program itself makes.
    static let none = JSONLimits(depth: .max, maximumDepth: .max, values: .max)
}
