/// A header of a request that repeats an argument of its call: `Mcp-Param-Region: eu` (R8).
public struct ParameterHeader: Sendable, Equatable {
    /// What the names of all such headers begin with, in any case.
    public static let prefix = "Mcp-Param-"

    /// The whole name of the header, in any case.
    public let name: String
    /// As it came.
    public let value: String

    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}
