public import JSON

/// One parameter of a tool: its name, its schema, and how its value is read.
///
/// The stock ones (`.string`, `.optionalString`, `.integer`, `.boolean`, `.optionalStrings`, `.object` …) take what models send in practice: integers also as
/// decimal strings or as 5.0, booleans as "true" and "false", lists and objects also as JSON in a string.
public struct Parameter<Value: Sendable>: Sendable {
    public let name: String
    /// The JSON Schema of the value, an object (T5).
    public let schema: JSONValue
    /// Whether `required` lists it.
    ///
    /// Reading decides what its absence means.
    public let isRequired: Bool
    private let parse: @Sendable (JSONValue?) throws(ArgumentError) -> Value

    /// A parameter of your own.
    ///
    /// - Parameter parse: Makes a value of what was sent; nil if nothing was.
    public init(
        _ name: String,
        schema: JSONValue,
        isRequired: Bool,
        parse: @escaping @Sendable (_ argument: JSONValue?) throws(ArgumentError) -> Value
    ) {
        self.name = name
        self.schema = schema
        self.isRequired = isRequired
        self.parse = parse
    }

    /// A parameter whose absence is an error, so that `parse` always has something to read.
    public init(
        required name: String,
        schema: JSONValue,
        parse: @escaping @Sendable (_ argument: JSONValue) throws(ArgumentError) -> Value
    ) {
        self.init(name, schema: schema, isRequired: true) { argument throws(ArgumentError) in
            guard let argument else { throw ArgumentError(name, "is missing, but required") }
            return try parse(argument)
        }
    }

    /// Reads the value from what was sent; nil if nothing was.
    public func read(_ argument: JSONValue?) throws(ArgumentError) -> Value {
        try parse(argument)
    }

    /// The same parameter with another type of value.
    ///
    /// - Parameter transform: May refuse a value: `{ text throws(ArgumentError) in … }`.
    public func map<Other: Sendable>(_ transform: @escaping @Sendable (Value) throws(ArgumentError) -> Other) -> Parameter<Other> {
        Parameter<Other>(name, schema: schema, isRequired: isRequired) { argument throws(ArgumentError) in
            try transform(try read(argument))
        }
    }

    /// Reads the value from an object of arguments.
    func value(in arguments: JSONValue?) throws(ArgumentError) -> Value {
        try parse(arguments?[name])
    }
}

/// What a tool's parameters add up to.
struct DeclaredParameters {
    private(set) var names = ParameterNames()
    private var required: [String] = []
    private var properties = JSONWriter()

    init() {
        properties.beginObject()
    }

    mutating func append<Value>(_ parameter: Parameter<Value>) {
        names.all.append(parameter.name)
        if parameter.isRequired {
            required.append(parameter.name)
        }
        properties.key(escaping: parameter.name)
        properties.value(parameter.schema)
    }

    /// The input schema (T5); nil if a name occurs twice.
    func schema() -> JSONValue? {
        var properties = properties
        properties.endObject()
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("type", "object")
            if !names.all.isEmpty { writer.member("properties", raw: properties.bytes) }
            if !required.isEmpty {
                writer.key("required")
                writer.array { writer in
                    for name in required { writer.string(name) }
                }
            }
            writer.member("additionalProperties", false)
        }
        return try? JSONValue(parsing: writer.bytes)
    }
}

/// The names a tool knows, and what to say about others.
struct ParameterNames: Sendable {
    var all: [String] = []

    func refuseUnknown(in arguments: JSONValue) throws(ArgumentError) {
        for member in arguments.members where !all.contains(where: { member.keyEquals($0) }) {
            throw unknown(member.key.shortened)
        }
    }

    private func unknown(_ name: String) -> ArgumentError {
        if all.isEmpty {
            return ArgumentError(parameter: name, message: "unknown parameter '\(name)'; this tool takes none")
        }
        let near = all.filter { editDistance($0, name) <= max(1, $0.utf8.count / 3) }.min {
            editDistance($0, name) < editDistance($1, name)
        }
        let hint = near.map { "; did you mean '\($0)'?" } ?? ";"
        return ArgumentError(parameter: name, message: "unknown parameter '\(name)'\(hint) known are: \(all.joined(separator: ", "))")
    }
}

/// How many letters to change, add or drop to make one name of the other, without regard to case; both are short.
private func editDistance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a.lowercased().utf8.prefix(256)), Array(b.lowercased().utf8.prefix(256)))
    var row = Array(0...b.count)
    for (i, letter) in a.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for (j, other) in b.enumerated() {
            let substituted = diagonal + (letter == other ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
        }
    }
    return row[b.count]
}
