import JSON

/// One property of a requested schema: one of the few forms that the protocol has (EL3).
struct FormProperty: Sendable {
    let name: String
    let schema: JSONValue
    let isRequired: Bool
    let kind: Kind

    enum Kind: Sendable {
        case text(FormFormat?, length: (least: Int64?, most: Int64?))
        case number(isInteger: Bool, range: (least: Double?, most: Double?))
        case boolean
        case choice([FormChoice])
        case choices([FormChoice], count: (least: Int64?, most: Int64?))
    }

    /// nil for anything that isn't one of those forms.
    init?(_ name: String, _ schema: JSONValue, isRequired: Bool) {
        guard let kind = FormProperty.kind(of: schema) else { return nil }
        self.name = name
        self.schema = schema
        self.isRequired = isRequired
        self.kind = kind
    }

    private static func kind(of schema: JSONValue) -> Kind? {
        switch schema["type"]?.string {
        case "string":
            if let titled = schema["oneOf"] { return choices(titled: titled).map { .choice($0) } }
            if let values = schema["enum"] { return choices(values, names: schema["enumNames"]).map { .choice($0) } }
            let format = schema["format"]?.string
            guard format == nil || format.flatMap({ FormFormat(rawValue: $0) }) != nil else { return nil }
            return .text(
                format.flatMap { FormFormat(rawValue: $0) },
                length: (schema["minLength"]?.integral, schema["maxLength"]?.integral)
            )
        case "integer": return .number(isInteger: true, range: (schema["minimum"]?.double, schema["maximum"]?.double))
        case "number": return .number(isInteger: false, range: (schema["minimum"]?.double, schema["maximum"]?.double))
        case "boolean": return .boolean
        case "array":
            guard let items = schema.object("items") else { return nil }
            let choices: [FormChoice]?
            if let titled = items["anyOf"] {
                choices = self.choices(titled: titled)
            } else {
                choices = items["enum"].flatMap { self.choices($0, names: nil) }
            }
            return choices.map { .choices($0, count: (schema["minItems"]?.integral, schema["maxItems"]?.integral)) }
        default: return nil
        }
    }

    private static func choices(titled list: JSONValue) -> [FormChoice]? {
        let choices = list.elements.compactMap { element in
            element["const"]?.string.map { FormChoice($0, title: element["title"]?.string ?? $0) }
        }
        return choices.isEmpty || choices.count != list.count ? nil : choices
    }

    private static func choices(_ values: JSONValue, names: JSONValue?) -> [FormChoice]? {
        let names = names.map { $0.elements.map(\.string) } ?? []
        let choices = values.elements.enumerated().compactMap { index, value in
            value.string.map { FormChoice($0, title: index < names.count ? names[index] : nil) }
        }
        return choices.isEmpty || choices.count != values.count ? nil : choices
    }

    /// Checks the value that came for it.
    func check(_ value: JSONValue) throws(UnfitAnswer) {
        let (fits, expectation): (Bool, String) =
            switch kind {
            case .text(let format, let length):
                (
                    value.string.map { text in
                        (length == (nil, nil) || FormProperty.isWithin(length, text.unicodeScalars.count)) && format?.fits(text) != false
                    } ?? false,
                    "a text\(format.map { " of the format \($0.rawValue)" } ?? "") of the right length"
                )
            case .number(let isInteger, let range):
                (
                    value.double.map { number in
                        number >= range.least ?? -.infinity && number <= range.most ?? .infinity && (!isInteger || value.integral != nil)
                    } ?? false,
                    "\(isInteger ? "an integer" : "a number") within bounds"
                )
            case .boolean: (value.boolean != nil, "true or false")
            case .choice(let choices): (FormProperty.is(value, among: choices), "one of the choices")
            case .choices(let choices, let count):
                (
                    value.kind == .array && FormProperty.isWithin(count, value.count)
                        && value.elements.allSatisfy { FormProperty.is($0, among: choices) },
                    "a list of choices of the right length"
                )
            }
        guard fits else { throw .malformed("\(name) must be \(expectation)") }
    }

    private static func `is`(_ value: JSONValue, among choices: [FormChoice]) -> Bool {
        guard let text = value.string else { return false }
        return choices.contains { $0.value.sameBytes(text) }
    }

    private static func isWithin(_ bounds: (least: Int64?, most: Int64?), _ count: Int) -> Bool {
        count >= bounds.least ?? 0 && count <= bounds.most ?? .max
    }
}
