extension TextArgument where Value == String {
    /// One of a few words, compared byte for byte; those that begin with what was typed are proposed.
    ///
    /// - Parameter fallback: What counts where nothing or `""` is given; without one the argument is required.
    public static func choice(
        _ name: String,
        title: String? = nil,
        _ description: String = "",
        of allowed: [String],
        default fallback: String? = nil
    ) -> TextArgument<Caller, String> {
        chosen(name, title, description, of: allowed, default: fallback) { $0 }
    }
}

extension TextArgument where Value == String? {
    /// One of a few words that may be left out; `""` counts as left out.
    public static func optionalChoice(
        _ name: String,
        title: String? = nil,
        _ description: String = "",
        of allowed: [String]
    ) -> TextArgument<Caller, String?> {
        chosen(name, title, description, of: allowed, default: .some(nil)) { $0 }
    }
}

extension TextArgument where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the cases of an enumeration, by their raw values; those that begin with what was typed are proposed.
    ///
    /// - Parameter fallback: What counts where nothing or `""` is given; without one the argument is required.
    public static func choice(
        _ name: String,
        title: String? = nil,
        _ description: String = "",
        of type: Value.Type = Value.self,
        default fallback: Value? = nil
    ) -> TextArgument<Caller, Value> {
        chosen(name, title, description, of: rawValues(of: type), default: fallback) { text throws(ArgumentError) in
            try foundCase(of: type, text, for: name)
        }
    }
}

extension TextArgument {
    /// One of the cases of an enumeration, by their raw values, that may be left out; `""` counts as left out.
    public static func optionalChoice<Choice: RawRepresentable & CaseIterable & Sendable>(
        _ name: String,
        title: String? = nil,
        _ description: String = "",
        of type: Choice.Type = Choice.self
    ) -> TextArgument<Caller, Choice?> where Value == Choice?, Choice.RawValue == String {
        chosen(name, title, description, of: rawValues(of: type), default: .some(nil)) { text throws(ArgumentError) in
            try foundCase(of: type, text, for: name)
        }
    }

    /// - Parameter fallback: nil for an argument that is required.
    private static func chosen(
        _ name: String,
        _ title: String?,
        _ description: String,
        of words: [String],
        default fallback: Value?,
        _ make: @escaping @Sendable (String) throws(ArgumentError) -> Value
    ) -> TextArgument<Caller, Value> {
        TextArgument(name, title: title, description, isRequired: fallback == nil, completing: .among(words)) {
            text throws(ArgumentError) in
            if let fallback, text?.isEmpty ?? true { return fallback }
            guard let text else { throw ArgumentError(name, "is missing, but required") }
            guard words.contains(where: { $0.sameBytes(text) }) else {
                throw ArgumentError(name, "must be one of \(words.joined(separator: ", "))")
            }
            return try make(text)
        }
    }
}
