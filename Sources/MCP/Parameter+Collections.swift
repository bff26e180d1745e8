public import JSON

extension Parameter where Value == [String] {
    /// A required list of strings; it may be empty.
    ///
    /// Taken also: a string holding such a list as JSON.
    public static func strings(_ name: String, _ description: String) -> Parameter<[String]> {
        let schema = propertySchema(["array", "string"], description) { writer in
            writer.member("items", raw: Array(#"{"type":"string"}"#.utf8))
        }
        return Parameter(required: name, schema: schema) { argument throws(ArgumentError) in
            guard argument.kind == .array || argument.kind == .string else {
                throw ArgumentError(name, "must be an array of strings, not \(argument.kind.withArticle)")
            }
            guard let list = try readCollection(argument, of: name, as: .array, called: "an array of strings") else {
                throw ArgumentError(
                    parameter: name,
                    message: "Invalid JSON string for \(name): it is empty, but must hold an array of strings"
                )
            }
            return try readStrings(list, of: name, isText: argument.kind == .string)
        }
    }
}

extension Parameter where Value == [String]? {
    /// A list of strings that may be left out; null, `""` and `[]` count as left out.
    ///
    /// Taken also: a string holding such a list as JSON.
    public static func optionalStrings(_ name: String, _ description: String) -> Parameter<[String]?> {
        let schema = propertySchema(["array", "string", "null"], description) { writer in
            writer.member("items", raw: Array(#"{"type":"string"}"#.utf8))
        }
        return Parameter(name, schema: schema, isRequired: false) { argument throws(ArgumentError) in
            guard let list = try readCollection(argument, of: name, as: .array, called: "an array of strings"), list.count > 0 else {
                return nil
            }
            return try readStrings(list, of: name, isText: argument?.kind == .string)
        }
    }
}

extension Parameter where Value == JSONValue {
    /// A required object.
    ///
    /// Taken also: a string holding one as JSON.
    public static func object(_ name: String, _ description: String) -> Parameter<JSONValue> {
        Parameter(required: name, schema: propertySchema(["object", "string"], description)) { argument throws(ArgumentError) in
            guard argument.kind == .object || argument.kind == .string else {
                throw ArgumentError(name, "must be an object, not \(argument.kind.withArticle)")
            }
            guard let object = try readCollection(argument, of: name, as: .object, called: "an object") else {
                throw ArgumentError(parameter: name, message: "Invalid JSON string for \(name): it is empty, but must hold a JSON object")
            }
            return object
        }
    }
}

extension Parameter where Value == JSONValue? {
    /// An object that may be left out; null, `""` and `{}` count as left out.
    ///
    /// Taken also: a string holding one as JSON.
    public static func optionalObject(_ name: String, _ description: String) -> Parameter<JSONValue?> {
        let schema = propertySchema(["object", "string", "null"], description)
        return Parameter(name, schema: schema, isRequired: false) { argument throws(ArgumentError) in
            guard let object = try readCollection(argument, of: name, as: .object, called: "an object"), object.count > 0 else {
                return nil
            }
            return object
        }
    }
}

/// An array or object, given as it is or as JSON in a string; nil for null, `""` and nothing.
private func readCollection(
    _ argument: JSONValue?,
    of name: String,
    as kind: JSONValue.Kind,
    called words: String
) throws(ArgumentError) -> JSONValue? {
    guard let argument, !argument.isNull else { return nil }
    if argument.kind == kind { return argument }
    guard let text = argument.string else { throw ArgumentError(name, "must be \(words), not \(argument.kind.withArticle)") }
    if text.isEmpty { return nil }
    let value: JSONValue
    do {
        value = try JSONValue(parsing: text)
    } catch {
        throw ArgumentError(
            parameter: name,
            message:
                "Invalid JSON string for \(name): \(error.reason) at byte \(error.position); it must hold \(words), such as \(kind.example)"
        )
    }
    guard value.kind == kind else {
        throw ArgumentError(
            parameter: name,
            message: "Invalid JSON string for \(name): it must hold \(words), not \(value.kind.withArticle)"
        )
    }
    return value
}

/// - Parameter isText: Whether the list came as JSON in a string; then the string is what is wrong.
private func readStrings(_ list: JSONValue, of name: String, isText: Bool) throws(ArgumentError) -> [String] {
    var strings: [String] = []
    strings.reserveCapacity(list.count)
    for element in list.elements {
        guard let text = element.string else {
            let rule = "must hold only strings, not \(element.kind.withArticle)"
            throw isText
                ? ArgumentError(parameter: name, message: "Invalid JSON string for \(name): it \(rule)") : ArgumentError(name, rule)
        }
        strings.append(text)
    }
    return strings
}

extension JSONValue.Kind {
    /// What a model can copy.
    fileprivate var example: String { self == .array ? #"["a","b"]"# : #"{"a":1}"# }
}
