import JSON

extension FormField where Value == String {
    /// One of several values, shown as they are.
    public static func choice(
        _ name: String,
        _ description: String = "",
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
        _ description: String = "",
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
                writer.member("default", strings: fallback)
            }
        }
        return FormField<[String]>(name, schema, default: fallback ?? (mayBeEmpty ? [] : nil)) { value in
            value.kind == .array ? value.elements.compactMap(\.string) : nil
        }
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

private func choiceSchema(_ description: String, _ title: String?, _ choices: [FormChoice], _ fallback: String?) -> JSONValue {
    fieldSchema("string", description, title) { writer in
        writer.choices(choices, titled: "oneOf")
        if let fallback { writer.member("default", fallback) }
    }
}

extension JSONWriter {
    /// Writes `enum`, or where there are titles a list of constants with a title each.
    fileprivate mutating func choices(_ choices: [FormChoice], titled list: StaticString) {
        guard choices.contains(where: { $0.title != nil }) else {
            member("enum", strings: choices.map(\.value))
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
