/// Why a schema can't be used.
public struct JSONSchemaError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public enum Reason: String, Sendable, CaseIterable {
        /// Neither an object nor a boolean stands where a schema has to.
        case notASchema
        /// `$schema` names neither 2020-12 nor draft-07.
        case unknownDialect
        /// A keyword that isn't known, or not supported.
        case unsupportedKeyword
        /// A known keyword with a value that it can't have.
        case invalidValue
        /// A regular expression that is malformed, or uses what needs backtracking, or is too big.
        case unsupportedPattern
        /// A reference that leaves the document.
        case remoteReference
        /// A reference to a place where no schema is.
        case unresolvedReference
        /// A schema that applies itself to the same value without end.
        case referenceCycle
        /// Deeper than `JSONSchemaLimits.depth`.
        case tooDeep
        /// More subschemas than `JSONSchemaLimits.subschemas`.
        case tooManySubschemas
    }

    /// What is wrong.
    public let reason: Reason
    /// Where, as a JSON Pointer (RFC 6901) into the schema; "" is the root.
    public let pointer: String
    /// What would be right, as a sentence without subject: "must be a non-negative integer".
    public let message: String

    /// Place and message in one line.
    public var description: String {
        "\(pointer.isEmpty ? "The schema" : pointer) \(message)"
    }
}
