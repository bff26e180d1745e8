public import JSON

/// One field of a form: its name, its schema, and how its value is read.
///
/// The stock ones (`.string`, `.optionalInteger`, `.choice` …) are all that the protocol has (EL3).
public struct FormField<Value: Sendable>: Sendable {
    public let name: String
    /// Its schema as 2025-11-25 has it; older clients get what they know of it.
    public let schema: JSONValue
    /// Whether the person must fill it in.
    public let isRequired: Bool
    private let parse: @Sendable (JSONValue?) throws(UnfitAnswer) -> Value

    init(
        _ name: String,
        _ schema: JSONValue,
        isRequired: Bool,
        parse: @escaping @Sendable (_ value: JSONValue?) throws(UnfitAnswer) -> Value
    ) {
        self.name = name
        self.schema = schema
        self.isRequired = isRequired
        self.parse = parse
    }

    /// A field that must be filled in unless it has a default.
    ///
    /// - Parameter read: Content is checked against the schema before, so nil can only mean a schema that says something else.
    init(_ name: String, _ schema: JSONValue, default fallback: Value?, read: @escaping @Sendable (JSONValue) -> Value?) {
        self.init(name, schema, isRequired: fallback == nil) { value throws(UnfitAnswer) in
            guard let value else {
                guard let fallback else { throw .incomplete("\(name) is missing") }
                return fallback
            }
            guard let value = read(value) else { throw .malformed("\(name) has the wrong type") }
            return value
        }
    }

    /// Reads the value from the content of an answer.
    func value(in content: JSONValue) throws(UnfitAnswer) -> Value {
        try parse(content[name])
    }
}

extension FormField {
    /// A field that may be left empty.
    static func optional<Wrapped: Sendable>(
        _ name: String,
        _ schema: JSONValue,
        read: @escaping @Sendable (JSONValue) -> Wrapped?
    ) -> FormField<Wrapped?> {
        FormField<Wrapped?>(name, schema, isRequired: false) { value throws(UnfitAnswer) in
            guard let value else { return nil }
            guard let value = read(value) else { throw .malformed("\(name) has the wrong type") }
            return value
        }
    }
}

/// What the fields of a form add up to.
struct FormProperties {
    private var properties = JSONWriter()
    private var required: [String] = []

    init() {
        properties.beginObject()
    }

    mutating func append<Value>(_ field: FormField<Value>) {
        properties.key(escaping: field.name)
        properties.value(field.schema)
        if field.isRequired { required.append(field.name) }
    }

    /// The requested schema; `null`, which no form has, if a name occurs twice.
    var schema: JSONValue {
        var properties = properties
        properties.endObject()
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("type", "object")
            writer.member("properties", raw: properties.bytes)
            if !required.isEmpty {
                writer.member("required", strings: required)
            }
        }
        return (try? JSONValue(parsing: writer.bytes)) ?? JSONValue.null
    }
}
