// The rules of one subschema by the kind of value they are for. They are classes so that looking at one costs one reference.

/// The values of an `enum`: strings through a table, the others one after the other.
final class SchemaEnumeration: Sendable {
    let strings: SchemaNames
    let others: [JSONValue]

    init(strings: SchemaNames, others: [JSONValue]) {
        self.strings = strings
        self.others = others
    }
}

/// The rules for numbers.
final class SchemaNumberRules: Sendable {
    /// A limit, the keyword that sets it, and how the value must not compare to it.
    struct Bound: Sendable {
        let keyword: SchemaKeyword
        let limit: SchemaDecimal

        /// Whether a value that compares to the limit like this keeps to it.
        func allows(_ order: SchemaDecimal.Order) -> Bool {
            switch keyword {
            case .maximum: order != .greater
            case .exclusiveMaximum: order == .less
            case .minimum: order != .less
            default: order == .greater
            }
        }
    }

    let bounds: [Bound]
    let divisor: SchemaDivisor?

    init(bounds: [Bound], divisor: SchemaDivisor?) {
        self.bounds = bounds
        self.divisor = divisor
    }
}

/// The rules for strings; lengths are in Unicode scalars.
final class SchemaStringRules: Sendable {
    let minimum: Int
    let maximum: Int
    let pattern: SchemaPattern?

    init(minimum: Int, maximum: Int, pattern: SchemaPattern?) {
        self.minimum = minimum
        self.maximum = maximum
        self.pattern = pattern
    }
}

/// The rules for objects.
final class SchemaObjectRules: Sendable {
    /// The members that are named: those of `properties` and those of `required`.
    let names: SchemaNames
    /// For each name its subschema and its place in `required`.
    let named: [(node: Int?, required: Int?)]
    let required: Int
    let patterns: [(pattern: SchemaPattern, node: Int)]
    let additional: Int?
    let propertyNames: Int?
    let minimum: Int
    let maximum: Int
    let dependentRequired: [SchemaDependentNames]

    init(
        names: SchemaNames,
        named: [(node: Int?, required: Int?)],
        required: Int,
        patterns: [(pattern: SchemaPattern, node: Int)],
        additional: Int?,
        propertyNames: Int?,
        minimum: Int,
        maximum: Int,
        dependentRequired: [SchemaDependentNames]
    ) {
        self.names = names
        self.named = named
        self.required = required
        self.patterns = patterns
        self.additional = additional
        self.propertyNames = propertyNames
        self.minimum = minimum
        self.maximum = maximum
        self.dependentRequired = dependentRequired
    }
}

/// The members that an object must have if it has this one.
struct SchemaDependentNames: Sendable {
    let keyword: SchemaKeyword
    let name: String
    let required: [String]
}

/// The subschema that an object must fit if it has this member.
struct SchemaDependent: Sendable {
    let name: String
    let node: Int
}

/// The rules for arrays.
final class SchemaArrayRules: Sendable {
    let prefix: [Int]
    let rest: Int?
    let contains: (node: Int, minimum: Int, maximum: Int)?
    let minimum: Int
    let maximum: Int
    let isUnique: Bool

    init(prefix: [Int], rest: Int?, contains: (node: Int, minimum: Int, maximum: Int)?, minimum: Int, maximum: Int, isUnique: Bool) {
        self.prefix = prefix
        self.rest = rest
        self.contains = contains
        self.minimum = minimum
        self.maximum = maximum
        self.isUnique = isUnique
    }
}
