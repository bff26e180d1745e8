/// An argument that doesn't fit: the model reads the message and can mend its call (T9, KI3).
public struct ArgumentError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Which parameter.
    public let parameter: String
    /// The whole text for the model; it names the parameter and says what would be right.
    public let message: String

    /// An error whose text begins with the parameter's name: `ArgumentError("limit", "must be an integer")`.
    public init(_ parameter: String, _ expectation: String) {
        self.init(parameter: parameter, message: "\(parameter) \(expectation)")
    }

    /// An error with a text of its own.
    public init(parameter: String, message: String) {
        self.parameter = parameter
        self.message = message
    }

    public var description: String { message }
}

/// Work that failed in a way the model may know about: a result with `isError: true` and this text (T9).
public struct ToolFailure: Error, Sendable, Equatable {
    public let message: String

    public init(_ message: String) {
        self.message = message
    }
}
