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

    /// One of several values, shown as they are.
    public static func choice(
        _ name: String,
        _ description: String,
        title: String? = nil,
        of choices: [String],
        default fallback: String? = nil
    ) -> FormField<String> {
        choice(name, description, title: title, of: choices.map { FormChoice($0) }, default: fallback)
    }

    /// One of several values, shown by their titles.
    public static func choice(
        _ name: String,
        _ description: String = "",
        title: String? = nil,
        of choices: [FormChoice],
        default fallback: String? = nil
    ) -> FormField<String> {
        let schema = choiceSchema(description, title, choices, fallback)
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

    /// One of several values, shown as they are, or none.
    public static func optionalChoice(
        _ name: String,
        _ description: String = "",
        title: String? = nil,
        of choices: [String]
    ) -> FormField<String?> {
        optionalChoice(name, description, title: title, of: choices.map { FormChoice($0) })
    }

    /// One of several values, shown by their titles, or none.
    public static func optionalChoice(
        _ name: String,
        _ description: String = "",
        title: String? = nil,
        of choices: [FormChoice]
    ) -> FormField<String?> {
        optional(name, choiceSchema(description, title, choices, nil)) { $0.string }
    }
}

extension FormField where Value == [String] {
    /// Any of several values, shown as they are; clients of 2025-06-18 can't be asked for them (EL3).
    ///
    /// - Parameter count: How many must be chosen; if it admits none, the field may be left out.
    public static func choices(
        _ name: String,
        _ description: String = "",
        title: String? = nil,
        of choices: [String],
        count: ClosedRange<Int>? = nil,
        default fallback: [String]? = nil
    ) -> FormField<[String]> {
        self.choices(name, description, title: title, of: choices.map { FormChoice($0) }, count: count, default: fallback)
    }

    /// Any of several values, shown by their titles.
    public static func choices(
        _ name: String,
        _ description: String,
        title: String? = nil,
        of choices: [FormChoice],
        count: ClosedRange<Int>? = nil,
        default fallback: [String]? = nil
    ) -> FormField<[String]> {
        let mayBeEmpty = (count?.lowerBound ?? 0) <= 0
        let schema = fieldSchema("array", description, title) { writer in
            if let count {
                writer.member("minItems", count.lowerBound)
                writer.member("maxItems", count.upperBound)
            }
            writer.key("items")
            writer.object { writer in
                if !choices.contains(where: { $0.title != nil }) { writer.member("type", "string") }
                writer.choices(choices, titled: "anyOf")
            }
            if let fallback {
                writer.key("default")
                writer.array { writer in
                    for value in fallback { writer.string(value) }
                }
            }
        }
        return FormField<[String]>(name, schema, default: fallback ?? (mayBeEmpty ? [] : nil)) { value in
            value.kind == .array ? value.elements.compactMap(\.string) : nil
        }
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

/// A value to choose, and perhaps how it is shown.
public struct FormChoice: Sendable, Equatable {
    public let value: String
    public let title: String?

    public init(_ value: String, title: String? = nil) {
        self.value = value
        self.title = title
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

private func choiceSchema(_ description: String, _ title: String?, _ choices: [FormChoice], _ fallback: String?) -> JSONValue {
    fieldSchema("string", description, title) { writer in
        writer.choices(choices, titled: "oneOf")
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

private func fieldSchema(
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

extension JSONWriter {
    /// Writes `enum`, or where there are titles a list of constants with a title each.
    fileprivate mutating func choices(_ choices: [FormChoice], titled list: StaticString) {
        guard choices.contains(where: { $0.title != nil }) else {
            key("enum")
            array { writer in
                for choice in choices { writer.string(choice.value) }
            }
            return
        }
        key(list)
        array { writer in
            for choice in choices {
                writer.object { writer in
                    writer.member("const", choice.value)
                    writer.member("title", choice.title ?? choice.value)
                }
            }
        }
    }
}
