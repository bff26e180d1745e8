/// A compiled schema: all subschemas by number, the schema itself being 0.
final class SchemaProgram: Sendable {
    let nodes: [SchemaNode]
    /// The number of the subschema at a node of the schema's document.
    let numbers: [Int: Int]
    let limits: JSONSchemaLimits
    /// Whether it has to be noted which members and elements were evaluated, for the `unevaluated…` keywords.
    let isTracking: Bool

    init(nodes: [SchemaNode], numbers: [Int: Int], limits: JSONSchemaLimits) {
        self.nodes = nodes
        self.numbers = numbers
        self.limits = limits
        isTracking = nodes.contains { node in
            node.checks.contains { check in
                switch check {
                case .unevaluatedItems, .unevaluatedProperties: true
                default: false
                }
            }
        }
    }
}

/// One subschema.
struct SchemaNode: Sendable {
    /// The subschema as it is written.
    let value: JSONValue
    /// The keyword under which it stands; nil for the schema itself.
    let parent: SchemaKeyword?
    /// What a value must pass, in the order in which violations are looked for.
    let checks: [SchemaCheck]
}

/// One thing that a value must pass; numbers are those of subschemas.
enum SchemaCheck: Sendable {
    /// The schema `false`.
    case never
    case type(SchemaTypes)
    case constant(JSONValue)
    case enumeration(SchemaEnumeration)
    case number(SchemaNumberRules)
    case string(SchemaStringRules)
    case object(SchemaObjectRules)
    case array(SchemaArrayRules)
    case reference(Int)
    case all([Int])
    case any([Int])
    case one([Int])
    case not(Int)
    case condition(if: Int, then: Int?, else: Int?)
    case dependents([SchemaDependent])
    case unevaluatedItems(Int)
    case unevaluatedProperties(Int)

    /// The subschemas that are applied to the same value and not to a part of it.
    var inPlace: [Int] {
        switch self {
        case .reference(let node), .not(let node): [node]
        case .all(let nodes), .any(let nodes), .one(let nodes): nodes
        case .condition(let condition, let then, let otherwise): [condition] + [then, otherwise].compactMap(\.self)
        case .dependents(let dependents): dependents.map(\.node)
        default: []
        }
    }
}

/// What kinds of values are allowed.
struct SchemaTypes: OptionSet, Sendable {
    let rawValue: UInt8

    static let null = Self(rawValue: 1)
    static let boolean = Self(rawValue: 2)
    static let integer = Self(rawValue: 4)
    static let number = Self(rawValue: 8)
    static let string = Self(rawValue: 16)
    static let array = Self(rawValue: 32)
    static let object = Self(rawValue: 64)

    /// The type with this name.
    init?(name: String) {
        switch name {
        case "null": self = .null
        case "boolean": self = .boolean
        case "integer": self = .integer
        case "number": self = [.integer, .number]
        case "string": self = .string
        case "array": self = .array
        case "object": self = .object
        default: return nil
        }
    }

    init(rawValue: UInt8) {
        self.rawValue = rawValue
    }
}
