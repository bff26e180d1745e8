extension Parameter where Value == String {
    /// One of several strings, compared byte for byte; required unless there is a default.
    public static func choice(
        _ name: String,
        _ description: String = "",
        of choices: [String],
        default fallback: String? = nil
    ) -> Parameter<String> {
        string(name, description, allowed: choices, default: fallback)
    }
}

extension Parameter where Value == String? {
    /// One of several strings, compared byte for byte, that may be left out; null and `""` count as left out.
    public static func optionalChoice(_ name: String, _ description: String = "", of choices: [String]) -> Parameter<String?> {
        optionalString(name, description, allowed: choices)
    }
}

extension Parameter where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the cases of an enumeration, by their raw values; required unless there is a default.
    ///
    /// ```swift
    /// .choice("unit", "Of the temperatures.", of: Unit.self, default: .celsius)
    /// ```
    public static func choice(
        _ name: String,
        _ description: String = "",
        of type: Value.Type = Value.self,
        default fallback: Value? = nil
    ) -> Parameter<Value> {
        Parameter<String>.string(name, description, allowed: rawValues(of: type), default: fallback?.rawValue)
            .map { text throws(ArgumentError) in try foundCase(of: type, text, for: name) }
    }
}

extension Parameter {
    /// One of the cases of an enumeration, by their raw values, that may be left out; null and `""` count as left out.
    public static func optionalChoice<Choice: RawRepresentable & CaseIterable & Sendable>(
        _ name: String,
        _ description: String = "",
        of type: Choice.Type = Choice.self
    ) -> Parameter<Choice?> where Value == Choice?, Choice.RawValue == String {
        Parameter<String?>.optionalString(name, description, allowed: rawValues(of: type))
            .map { text throws(ArgumentError) in
                guard let text else { return nil }
                return try foundCase(of: type, text, for: name)
            }
    }
}

/// The words for the cases of an enumeration.
func rawValues<Choice: RawRepresentable & CaseIterable>(of type: Choice.Type) -> [String] where Choice.RawValue == String {
    type.allCases.map { $0.rawValue }
}

/// The case with exactly these bytes as its raw value.
func foundCase<Choice: RawRepresentable & CaseIterable>(of type: Choice.Type, _ text: String, for name: String) throws(ArgumentError)
    -> Choice
where Choice.RawValue == String {
    guard let choice = type.allCases.first(where: { $0.rawValue.sameBytes(text) }) else {
        throw ArgumentError(name, "must be one of \(rawValues(of: type).joined(separator: ", ")), not '\(text.shortened)'")
    }
    return choice
}
