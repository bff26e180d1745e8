/// One argument of a prompt or one variable of a resource template: its name, how its text is read, and what is proposed for it.
///
/// On the wire they are all strings (P2); `.integer` and `.choice` make more of them.
public struct TextArgument<Caller: Sendable, Value: Sendable>: Sendable {
    public let name: String
    public let title: String?
    public let description: String
    /// Reading decides what its absence means.
    public let isRequired: Bool
    let complete: Completer<Caller>?
    private let parse: @Sendable (String?) throws(ArgumentError) -> Value

    /// An argument of your own.
    ///
    /// - Parameter parse: Makes a value of what was sent; nil if nothing was.
    public init(
        _ name: String,
        title: String? = nil,
        _ description: String = "",
        isRequired: Bool,
        completing: Completer<Caller>? = nil,
        parse: @escaping @Sendable (_ text: String?) throws(ArgumentError) -> Value
    ) {
        self.name = name
        self.title = title
        self.description = description
        self.isRequired = isRequired
        complete = completing
        self.parse = parse
    }

    /// An argument whose absence is an error, so that `parse` always has something to read.
    public init(
        required name: String,
        title: String? = nil,
        _ description: String = "",
        completing: Completer<Caller>? = nil,
        parse: @escaping @Sendable (_ text: String) throws(ArgumentError) -> Value
    ) {
        self.init(name, title: title, description, isRequired: true, completing: completing) { text throws(ArgumentError) in
            guard let text else { throw ArgumentError(name, "is missing, but required") }
            return try parse(text)
        }
    }

    /// Reads the value from what was sent; nil if nothing was.
    public func read(_ text: String?) throws(ArgumentError) -> Value {
        try parse(text)
    }

    /// What is published of it.
    var declaration: DeclaredArgument<Caller> {
        DeclaredArgument(name: name, title: title, description: description, isRequired: isRequired, complete: complete)
    }
}

/// An argument without the type of its value.
struct DeclaredArgument<Caller: Sendable>: Sendable {
    let name: String
    let title: String?
    let description: String
    let isRequired: Bool
    let complete: Completer<Caller>?
}

extension TextArgument where Value == String {
    /// A required text; it may be empty.
    public static func string(
        _ name: String,
        title: String? = nil,
        _ description: String = "",
        completing: Completer<Caller>? = nil
    ) -> TextArgument<Caller, String> {
        TextArgument(required: name, title: title, description, completing: completing) { text throws(ArgumentError) in text }
    }
}

extension TextArgument where Value == String? {
    /// A text that may be left out; `""` counts as left out.
    public static func optionalString(
        _ name: String,
        title: String? = nil,
        _ description: String = "",
        completing: Completer<Caller>? = nil
    ) -> TextArgument<Caller, String?> {
        TextArgument(name, title: title, description, isRequired: false, completing: completing) { text throws(ArgumentError) in
            text.flatMap { $0.isEmpty ? nil : $0 }
        }
    }
}

extension TextArgument where Value == Int {
    /// A required integer in decimal digits.
    public static func integer(
        _ name: String,
        title: String? = nil,
        _ description: String = "",
        in range: ClosedRange<Int> = Int.min...Int.max,
        completing: Completer<Caller>? = nil
    ) -> TextArgument<Caller, Int> {
        TextArgument(required: name, title: title, description, completing: completing) { text throws(ArgumentError) in
            try readInteger(text, of: name, in: range)
        }
    }
}

extension TextArgument where Value == Int? {
    /// An integer in decimal digits that may be left out; `""` counts as left out.
    public static func optionalInteger(
        _ name: String,
        title: String? = nil,
        _ description: String = "",
        in range: ClosedRange<Int> = Int.min...Int.max,
        completing: Completer<Caller>? = nil
    ) -> TextArgument<Caller, Int?> {
        TextArgument(name, title: title, description, isRequired: false, completing: completing) { text throws(ArgumentError) in
            guard let text, !text.isEmpty else { return nil }
            return try readInteger(text, of: name, in: range)
        }
    }
}

private func readInteger(_ text: String, of name: String, in range: ClosedRange<Int>) throws(ArgumentError) -> Int {
    guard let number = Int(text), range.contains(number) else {
        throw ArgumentError(name, "must be an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
}
