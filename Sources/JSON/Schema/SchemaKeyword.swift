/// The keywords that mean something to a check, under the names they have in schemas.
enum SchemaKeyword: String, Sendable, CaseIterable {
    case schema = "$schema"
    case id = "$id"
    case anchor = "$anchor"
    case reference = "$ref"
    case definitions = "$defs"
    case oldDefinitions = "definitions"

    case type
    case const
    case `enum`
    case multipleOf, maximum, exclusiveMaximum, minimum, exclusiveMinimum
    case maxLength, minLength, pattern
    case maxItems, minItems, uniqueItems, contains, maxContains, minContains
    case prefixItems, items, additionalItems, unevaluatedItems
    case maxProperties, minProperties, required, dependentRequired
    case properties, patternProperties, additionalProperties, propertyNames, unevaluatedProperties
    case dependentSchemas, dependencies
    case allOf, anyOf, oneOf, not
    case condition = "if"
    case then
    case otherwise = "else"

    /// Keywords that only describe; `format` is an annotation in 2020-12 unless a dialect of its own says otherwise (§ 7.2.1 of the
    /// validation vocabulary), `enumNames` is the titles of choices in MCP 2025-06-18.
    private static let annotations: Set<String> = [
        "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment", "format",
        "contentEncoding", "contentMediaType", "contentSchema", "enumNames",
    ]

    /// Whether a name is that of a keyword without effect; `x-` marks those that applications add.
    static func isAnnotation(_ name: String) -> Bool {
        annotations.contains(name) || name.utf8.starts(with: "x-".utf8)
    }

    /// Where subschemas stand in a keyword's value.
    enum Shape {
        case none, one, list, map
    }

    /// Where subschemas stand in this keyword's value.
    var shape: Shape {
        switch self {
        case .additionalProperties, .propertyNames, .unevaluatedProperties, .items, .additionalItems, .unevaluatedItems, .contains, .not,
            .condition, .then, .otherwise:
            .one
        case .prefixItems, .allOf, .anyOf, .oneOf: .list
        case .properties, .patternProperties, .dependentSchemas, .dependencies, .definitions, .oldDefinitions: .map
        default: .none
        }
    }

    /// Whether the keyword has an effect in this dialect.
    func isKnown(in dialect: SchemaDialect) -> Bool {
        switch self {
        case .additionalItems: dialect == .draft07
        case .prefixItems, .dependentRequired, .dependentSchemas, .unevaluatedItems, .unevaluatedProperties, .minContains, .maxContains,
            .anchor:
            dialect == .draft202012
        default: true
        }
    }
}

/// The dialects of JSON Schema that are understood.
enum SchemaDialect: Sendable {
    case draft202012, draft07

    /// The dialect that `$schema` names, if it is one of these.
    init?(_ uri: String) {
        switch uri {
        case "https://json-schema.org/draft/2020-12/schema", "https://json-schema.org/draft/2020-12/schema#": self = .draft202012
        case "http://json-schema.org/draft-07/schema", "http://json-schema.org/draft-07/schema#": self = .draft07
        default: return nil
        }
    }
}
