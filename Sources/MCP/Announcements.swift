/// Which lists a server may change while it runs; only those are advertised with `listChanged` (T1, RS1, P1).
public struct ListChanges: OptionSet, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    public static let tools = ListChanges(rawValue: 1 << 0)
    public static let prompts = ListChanges(rawValue: 1 << 1)
    /// The list of resources or that of their templates.
    public static let resources = ListChanges(rawValue: 1 << 2)
}
