/// How a value breaks a schema; its description can go to whoever sent the value as it is.
public struct JSONSchemaViolation: Error, Equatable, Sendable, CustomStringConvertible {
    /// The JSON Pointer (RFC 6901) of the offending value, from the value that was checked; "" is that value itself.
    public let instancePointer: String
    /// The keyword that was broken, as "required"; empty if `exceedsLimits`.
    public let keyword: String
    /// The JSON Pointer of the keyword in the schema; behind a `$ref`, that of the place it refers to.
    public let schemaPointer: String
    /// What would be right, as a sentence without subject: "must be a string, not a number".
    public let message: String
    /// Whether the check was given up, because it needs more than `JSONSchemaLimits` allow.
    public let exceedsLimits: Bool

    /// As "/name must be a string, not a number".
    public var description: String {
        "\(instancePointer.isEmpty ? "The value" : instancePointer) \(message)"
    }
}
