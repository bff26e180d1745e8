/// The keywords of one subschema, read with their types.
struct SchemaKeywords {
    private let values: [SchemaKeyword: JSONValue]
    private let outline: SchemaOutline

    init(_ schema: JSONValue, _ outline: SchemaOutline) {
        var values: [SchemaKeyword: JSONValue] = [:]
        for member in schema.members {
            // Of a repeated keyword the first counts, as everywhere in a tolerated document.
            if let keyword = SchemaKeyword(rawValue: member.key), values[keyword] == nil {
                values[keyword] = member.value
            }
        }
        self.values = values
        self.outline = outline
    }

    subscript(_ keyword: SchemaKeyword) -> JSONValue? {
        values[keyword]
    }

    /// The number of the subschema that is this keyword's value.
    func node(_ keyword: SchemaKeyword) -> Int? {
        values[keyword].flatMap { outline.numbers[$0.index] }
    }

    /// The numbers of the subschemas in this keyword's array.
    private func nodes(_ keyword: SchemaKeyword) -> [Int] {
        values[keyword]?.elements.compactMap { outline.numbers[$0.index] } ?? []
    }

    private func count(_ keyword: SchemaKeyword) throws(JSONSchemaError) -> Int? {
        guard let value = values[keyword] else {
            return nil
        }
        guard let count = value.integral.flatMap({ Int(exactly: $0) }), count >= 0 else {
            throw JSONSchemaError(.invalidValue, value, "must be a non-negative integer")
        }
        return count
    }

    private func names(_ value: JSONValue) throws(JSONSchemaError) -> [String] {
        let names = value.elements.compactMap(\.string)
        guard value.kind == .array, names.count == value.count else {
            throw JSONSchemaError(.invalidValue, value, "must be an array of strings")
        }
        return names
    }

    private func pattern(_ source: String, at place: JSONValue) throws(JSONSchemaError) -> SchemaPattern {
        do throws(SchemaPatternError) {
            return try SchemaPattern(source)
        } catch {
            throw JSONSchemaError(.unsupportedPattern, place, "must be a supported regular expression; it \(error.message)")
        }
    }
}

// The keywords by what they are about, in the order in which they are checked.

extension SchemaKeywords {
    /// Keywords for any value.
    func appendAny(to checks: inout [SchemaCheck]) throws(JSONSchemaError) {
        if let type = self[.type] {
            let names = type.kind == .array ? type.elements.map { $0.string ?? "" } : [type.string ?? ""]
            var types: SchemaTypes = []
            for name in names {
                guard let one = SchemaTypes(name: name) else {
                    throw JSONSchemaError(.invalidValue, type, "must be the name of a type, or an array of them")
                }
                types.formUnion(one)
            }
            guard !names.isEmpty else {
                throw JSONSchemaError(.invalidValue, type, "must not be empty")
            }
            checks.append(.type(types))
        }
        if let constant = self[.const] {
            checks.append(.constant(constant))
        }
        if let choices = self[.enum] {
            guard choices.kind == .array else {
                throw JSONSchemaError(.invalidValue, choices, "must be an array")
            }
            let others = choices.elements.filter { $0.kind != .string }
            checks.append(.enumeration(SchemaEnumeration(strings: SchemaNames(choices.elements.compactMap(\.string)), others: others)))
        }
    }

    /// Keywords for numbers.
    func appendNumbers(to checks: inout [SchemaCheck]) throws(JSONSchemaError) {
        var bounds: [SchemaNumberRules.Bound] = []
        for keyword in [SchemaKeyword.minimum, .exclusiveMinimum, .maximum, .exclusiveMaximum] {
            if let value = self[keyword] {
                guard value.kind == .number else {
                    throw JSONSchemaError(.invalidValue, value, "must be a number")
                }
                bounds.append(SchemaNumberRules.Bound(keyword: keyword, limit: SchemaDecimal(value.bytes)))
            }
        }
        var divisor: SchemaDivisor?
        if let value = self[.multipleOf] {
            divisor = value.kind == .number ? SchemaDivisor(SchemaDecimal(value.bytes)) : nil
            guard divisor != nil else {
                throw JSONSchemaError(.invalidValue, value, "must be a number above 0 with at most 18 significant digits")
            }
        }
        if !bounds.isEmpty || divisor != nil {
            checks.append(.number(SchemaNumberRules(bounds: bounds, divisor: divisor)))
        }
    }

    /// Keywords for strings.
    func appendStrings(to checks: inout [SchemaCheck]) throws(JSONSchemaError) {
        let minimum = try count(.minLength)
        let maximum = try count(.maxLength)
        var expression: SchemaPattern?
        if let value = self[.pattern] {
            guard let source = value.string else {
                throw JSONSchemaError(.invalidValue, value, "must be a string")
            }
            expression = try pattern(source, at: value)
        }
        if minimum != nil || maximum != nil || expression != nil {
            checks.append(.string(SchemaStringRules(minimum: minimum ?? 0, maximum: maximum ?? .max, pattern: expression)))
        }
    }

    /// Keywords for objects.
    func appendObjects(to checks: inout [SchemaCheck]) throws(JSONSchemaError) {
        let relevant: [SchemaKeyword] = [
            .properties, .required, .patternProperties, .additionalProperties, .propertyNames, .minProperties, .maxProperties,
            .dependentRequired, .dependencies,
        ]
        guard relevant.contains(where: { self[$0] != nil }) else {
            return
        }
        let required = SchemaNames(try self[.required].map { value throws(JSONSchemaError) in try names(value) } ?? [])
        let properties = self[.properties].map { Array($0.members) } ?? []
        let table = SchemaNames(properties.map(\.key) + required.names)
        var nodes: [Int?] = Array(repeating: nil, count: table.names.count)
        for property in properties {
            if let position = table.position(of: property.key) {
                nodes[position] = outline.numbers[property.value.index]
            }
        }
        var patterns: [(pattern: SchemaPattern, node: Int)] = []
        for member in self[.patternProperties].map({ Array($0.members) }) ?? [] {
            if let node = outline.numbers[member.value.index] {
                patterns.append((try pattern(member.key, at: member.value), node))
            }
        }
        checks.append(
            .object(
                SchemaObjectRules(
                    names: table,
                    named: zip(nodes, table.names).map { ($0, required.position(of: $1)) },
                    required: required.names.count,
                    patterns: patterns,
                    additional: node(.additionalProperties),
                    propertyNames: node(.propertyNames),
                    minimum: try count(.minProperties) ?? 0,
                    maximum: try count(.maxProperties) ?? .max,
                    dependentRequired: try dependentNames()
                )
            )
        )
    }

    private func dependentNames() throws(JSONSchemaError) -> [SchemaDependentNames] {
        var found: [SchemaDependentNames] = []
        for keyword in [SchemaKeyword.dependentRequired, .dependencies] {
            guard let value = self[keyword] else {
                continue
            }
            guard value.kind == .object else {
                throw JSONSchemaError(.invalidValue, value, "must be an object")
            }
            for member in value.members where keyword == .dependentRequired || member.value.kind == .array {
                found.append(SchemaDependentNames(keyword: keyword, name: member.key, required: try names(member.value)))
            }
        }
        return found
    }

    /// Keywords for arrays.
    func appendArrays(to checks: inout [SchemaCheck]) throws(JSONSchemaError) {
        let hasTuple = outline.dialect == .draft07 && self[.items]?.kind == .array
        let prefix = nodes(hasTuple ? .items : .prefixItems)
        // Without a tuple `additionalItems` has no effect.
        let rest = node(hasTuple ? .additionalItems : .items)
        let minimum = try count(.minItems)
        let maximum = try count(.maxItems)
        let least = try count(.minContains)
        let most = try count(.maxContains)
        let contains = node(.contains).map { (node: $0, minimum: least ?? 1, maximum: most ?? .max) }
        if let unique = self[.uniqueItems], unique.boolean == nil {
            throw JSONSchemaError(.invalidValue, unique, "must be true or false")
        }
        let isUnique = self[.uniqueItems]?.boolean ?? false
        guard !prefix.isEmpty || rest != nil || contains != nil || minimum != nil || maximum != nil || isUnique else {
            return
        }
        checks.append(
            .array(
                SchemaArrayRules(
                    prefix: prefix,
                    rest: rest,
                    contains: contains,
                    minimum: minimum ?? 0,
                    maximum: maximum ?? .max,
                    isUnique: isUnique
                )
            )
        )
    }

    /// Keywords that combine subschemas for the same value.
    func appendCombinations(to checks: inout [SchemaCheck]) throws(JSONSchemaError) {
        for (keyword, check) in [(SchemaKeyword.allOf, SchemaCheck.all), (.anyOf, SchemaCheck.any), (.oneOf, SchemaCheck.one)]
        where self[keyword] != nil {
            checks.append(check(nodes(keyword)))
        }
        if let negated = node(.not) {
            checks.append(.not(negated))
        }
        if let condition = node(.condition) {
            checks.append(.condition(if: condition, then: node(.then), else: node(.otherwise)))
        }
        var dependents: [SchemaDependent] = []
        for keyword in [SchemaKeyword.dependentSchemas, .dependencies] {
            for member in self[keyword].map({ Array($0.members) }) ?? [] {
                if let node = outline.numbers[member.value.index] {
                    dependents.append(SchemaDependent(name: member.key, node: node))
                }
            }
        }
        if !dependents.isEmpty {
            checks.append(.dependents(dependents))
        }
    }
}
