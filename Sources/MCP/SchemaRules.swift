import JSON

/// What a JSON Schema must keep to be published (T5, J1–J3, KI21).
enum SchemaRules {
    /// Compiles the schema of a tool's arguments.
    ///
    /// - Parameter shown: What it is, for the error: "tool x: its input schema".
    static func compiled(input schema: JSONValue, _ shown: String) throws(DefinitionError) -> JSONSchema {
        guard schema.kind == .object, schema["type"]?.string == "object" else {
            throw DefinitionError(#"\#(shown) must have "type": "object" at its root"#)
        }
        return try compiled(schema, .standard, shown)
    }

    /// Compiles the schema of structured results, which may be as long as they need to be.
    static func compiled(output schema: JSONValue, _ shown: String) throws(DefinitionError) -> JSONSchema {
        try compiled(schema, JSONSchemaLimits(steps: .max), shown)
    }

    private static func compiled(_ schema: JSONValue, _ limits: JSONSchemaLimits, _ shown: String) throws(DefinitionError) -> JSONSchema {
        guard schema.kind == .object else { throw DefinitionError("\(shown) must be an object") }
        if let properties = schema["properties"] {
            guard properties.kind == .object else { throw DefinitionError("\(shown) has properties that are no object") }
            for property in properties.members where property.value.kind != .object {
                throw DefinitionError("\(shown) must have an object as the schema of \(property.key)")
            }
        }
        do {
            return try JSONSchema(schema, limits: limits)
        } catch {
            throw DefinitionError("\(shown) \(reason(error, in: schema))")
        }
    }

    private static func reason(_ error: JSONSchemaError, in schema: JSONValue) -> String {
        let place = error.pointer.isEmpty ? "" : " at \(error.pointer)"
        switch error.reason {
        case .unknownDialect: return "is in a dialect that is neither 2020-12 nor draft-07\(place)"
        case .remoteReference, .unresolvedReference:
            let reference = schema.resolve(Array(error.pointer.utf8)[...])?.string ?? ""
            return "has the reference \(reference)\(place), which it does not hold"
        case .tooDeep: return "is nested deeper than \(JSONSchemaLimits.standard.depth)"
        case .tooManySubschemas: return "has more than \(JSONSchemaLimits.standard.subschemas) subschemas"
        default: return "can't be used: \(error.pointer.isEmpty ? "it" : error.pointer) \(error.message)"
        }
    }
}
