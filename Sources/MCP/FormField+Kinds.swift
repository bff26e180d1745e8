import JSON

extension FormField where Value == String {
    /// A text.
    ///
    /// - Parameters:
    ///   - description: What to fill in.
    ///   - title: What stands beside the field.
    ///   - length: In Unicode scalars.
    ///   - fallback: Stands there from the beginning (2025-11-25 and later), and counts if the field is left empty; without it the field is
    ///     required.
    public static func string(
        _ name: String,
        _ description: String = "",
        title: String? = nil,
        format: FormFormat? = nil,
        length: ClosedRange<Int>? = nil,
        default fallback: String? = nil
    ) -> FormField<String> {
        let schema = stringSchema(description, title, format, length, fallback)
        return FormField<String>(name, schema, default: fallback) { $0.string }
    }
}

extension FormField where Value == String? {
    /// A text that may be left out.
    public static func optionalString(
        _ name: String,
        _ description: String = "",
        title: String? = nil,
        format: FormFormat? = nil,
        length: ClosedRange<Int>? = nil
    ) -> FormField<String?> {
        optional(name, stringSchema(description, title, format, length, nil)) { $0.string }
    }
}

extension FormField where Value == Int {
    /// A whole number.
    public static func integer(
        _ name: String,
        _ description: String = "",
        title: String? = nil,
        in range: ClosedRange<Int>? = nil,
        default fallback: Int? = nil
    ) -> FormField<Int> {
        FormField<Int>(name, integerSchema(description, title, range, fallback), default: fallback) {
            $0.integral.flatMap { Int(exactly: $0) }
        }
    }
}

extension FormField where Value == Int? {
    /// A whole number that may be left out.
    public static func optionalInteger(
        _ name: String,
        _ description: String = "",
        title: String? = nil,
        in range: ClosedRange<Int>? = nil
    ) -> FormField<Int?> {
        optional(name, integerSchema(description, title, range, nil)) { $0.integral.flatMap { Int(exactly: $0) } }
    }
}

extension FormField where Value == Double {
    /// Any number (KI20).
    public static func number(
        _ name: String,
        _ description: String = "",
        title: String? = nil,
        in range: ClosedRange<Double>? = nil,
        default fallback: Double? = nil
    ) -> FormField<Double> {
        FormField<Double>(name, numberSchema(description, title, range, fallback), default: fallback) { $0.double }
    }
}

extension FormField where Value == Double? {
    /// Any number, or none.
    public static func optionalNumber(
        _ name: String,
        _ description: String = "",
        title: String? = nil,
        in range: ClosedRange<Double>? = nil
    ) -> FormField<Double?> {
        optional(name, numberSchema(description, title, range, nil)) { $0.double }
    }
}

extension FormField where Value == Bool {
    /// Yes or no.
    public static func boolean(
        _ name: String,
        _ description: String = "",
        title: String? = nil,
        default fallback: Bool? = nil
    ) -> FormField<Bool> {
        let schema = fieldSchema("boolean", description, title) { writer in
            if let fallback { writer.member("default", fallback) }
        }
        return FormField<Bool>(name, schema, default: fallback) { $0.boolean }
    }
}

extension FormField where Value == Bool? {
    /// Yes, no, or left out.
    public static func optionalBoolean(_ name: String, _ description: String = "", title: String? = nil) -> FormField<Bool?> {
        optional(name, fieldSchema("boolean", description, title)) { $0.boolean }
    }
}

private func stringSchema(
    _ description: String,
    _ title: String?,
    _ format: FormFormat?,
    _ length: ClosedRange<Int>?,
    _ fallback: String?
) -> JSONValue {
    fieldSchema("string", description, title) { writer in
        if let format { writer.member("format", format.rawValue) }
        if let length {
            writer.member("minLength", length.lowerBound)
            if length.upperBound != .max { writer.member("maxLength", length.upperBound) }
        }
        if let fallback { writer.member("default", fallback) }
    }
}

private func integerSchema(_ description: String, _ title: String?, _ range: ClosedRange<Int>?, _ fallback: Int?) -> JSONValue {
    fieldSchema("integer", description, title) { writer in
        if let lower = range?.lowerBound, lower != .min { writer.member("minimum", lower) }
        if let upper = range?.upperBound, upper != .max { writer.member("maximum", upper) }
        if let fallback { writer.member("default", fallback) }
    }
}

private func numberSchema(_ description: String, _ title: String?, _ range: ClosedRange<Double>?, _ fallback: Double?) -> JSONValue {
    fieldSchema("number", description, title) { writer in
        if let lower = range?.lowerBound, lower.isFinite { writer.member("minimum", lower) }
        if let upper = range?.upperBound, upper.isFinite { writer.member("maximum", upper) }
        if let fallback { writer.member("default", fallback) }
    }
}

/// A field's schema: its type, its texts, and what else it says.
func fieldSchema(
    _ type: String,
    _ description: String,
    _ title: String?,
    _ rest: (inout JSONWriter) -> Void = { _ in }
) -> JSONValue {
    propertySchema([type], description) { writer in
        if let title { writer.member("title", title) }
        rest(&writer)
    }
}
