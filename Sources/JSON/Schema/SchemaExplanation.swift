/// Makes the sentence of a failure.
struct SchemaExplanation {
    let program: SchemaProgram
    /// The value that was checked.
    let value: JSONValue

    /// How many choices or names a sentence lists, and how many bytes of a schema it quotes.
    private static let listed = 20
    private static let quoted = 120

    /// The violation that ended an evaluation.
    func violation(_ evaluation: SchemaEvaluation) -> JSONSchemaViolation {
        guard !evaluation.isExhausted else {
            return JSONSchemaViolation(
                instancePointer: "",
                keyword: "",
                schemaPointer: "",
                message: "must be smaller or less deeply nested: checking it takes too many steps",
                exceedsLimits: true
            )
        }
        let failure = evaluation.failure
        let schema = program.nodes[failure.node].value
        var pointer = Array(schema.pointer.utf8)
        if case .never = failure.detail {
            // The keyword is the one under which `false` stands.
        } else {
            JSONPath.append(name: failure.keyword.rawValue.utf8, to: &pointer)
        }
        return JSONSchemaViolation(
            instancePointer: instancePointer(failure.instance),
            keyword: failure.keyword.rawValue,
            schemaPointer: String(decoding: pointer, as: UTF8.self),
            message: message(failure),
            exceedsLimits: false
        )
    }

    /// The pointer from the value that was checked, which need not be a whole document.
    private func instancePointer(_ index: Int) -> String {
        let whole = JSONValue(document: value.document, index: index).pointer
        return value.index == 0 ? whole : String(decoding: whole.utf8.dropFirst(value.pointer.utf8.count), as: UTF8.self)
    }

    private func message(_ failure: SchemaFailure) -> String {
        let schema = program.nodes[failure.node].value
        let instance = JSONValue(document: value.document, index: failure.instance)
        let rule = schema[failure.keyword.rawValue]
        let quoted = rule.map { quote($0) } ?? ""
        switch (failure.keyword, failure.detail) {
        case (_, .never): return neverMessage(failure)
        case (.type, _): return "must be \(types(rule)), not \(Self.describe(instance))"
        case (.const, _): return "must be \(quoted)"
        case (.enum, _): return "must be one of \(list(rule?.elements.map { quote($0) } ?? []))"
        case (.multipleOf, _): return "must be a multiple of \(quoted)"
        case (.minimum, _): return "must be at least \(quoted)"
        case (.maximum, _): return "must be at most \(quoted)"
        case (.exclusiveMinimum, _): return "must be greater than \(quoted)"
        case (.exclusiveMaximum, _): return "must be less than \(quoted)"
        case (.minLength, .count(let count)): return "must have at least \(quoted) characters, not \(count)"
        case (.maxLength, .count(let count)): return "must have at most \(quoted) characters, not \(count)"
        case (.pattern, _): return "must match the pattern \(quoted)"
        case (.minItems, .count(let count)): return "must have at least \(quoted) elements, not \(count)"
        case (.maxItems, .count(let count)): return "must have at most \(quoted) elements, not \(count)"
        case (.uniqueItems, .pair(let first, let second)): return "must not have equal elements; \(first) and \(second) are equal"
        case (.contains, _): return "must have an element that fits \(quoted)"
        case (.minContains, .count(let count)): return "must have at least \(quoted) elements that fit `contains`, not \(count)"
        case (.maxContains, .count(let count)): return "must have at most \(quoted) elements that fit `contains`, not \(count)"
        case (.minProperties, .count(let count)): return "must have at least \(quoted) members, not \(count)"
        case (.maxProperties, .count(let count)): return "must have at most \(quoted) members, not \(count)"
        case (_, .missing(let name, nil)): return "must have the member \(Self.quote(name))"
        case (_, .missing(let name, let other?)):
            return "must have the member \(Self.quote(name)), because it has \(Self.quote(other))"
        case (.propertyNames, .causes(let causes)): return "must have another name: it \(causes.first.map { message($0) } ?? "")"
        case (.oneOf, .pair(let first, let second)):
            return "must fit exactly one alternative, but fits number \(first + 1) and number \(second + 1)"
        case (.anyOf, .causes(let causes)), (.oneOf, .causes(let causes)): return message(causes, failure)
        case (.not, _): return "must not fit \(quoted)"
        default: return "must fit \(failure.keyword.rawValue)"
        }
    }

    private func neverMessage(_ failure: SchemaFailure) -> String {
        let known = parent(of: program.nodes[failure.node].value)?["properties"].map { $0.members.map { Self.quote($0.key) } } ?? []
        switch failure.keyword {
        case .additionalProperties, .unevaluatedProperties:
            return known.isEmpty ? "must not be there" : "must not be there; known members are \(list(known))"
        default: return "must not be there"
        }
    }

    /// What none of several alternatives took: their types if that is all, otherwise the one that came furthest.
    private func message(_ causes: [SchemaFailure], _ failure: SchemaFailure) -> String {
        let isTypes = causes.allSatisfy { $0.keyword == .type && $0.instance == failure.instance }
        if isTypes, !causes.isEmpty {
            let names = causes.map { types(program.nodes[$0.node].value["type"]) }
            let found = Self.describe(JSONValue(document: value.document, index: failure.instance))
            return "must be \(names.joined(separator: " or ")), not \(found)"
        }
        guard let nearest = causes.max(by: { rank($0) < rank($1) }) else {
            return "must fit one of the alternatives"
        }
        let pointer = nearest.instance == failure.instance ? "it" : instancePointer(nearest.instance)
        return "must fit one of \(causes.count) alternatives; for the nearest, \(pointer) \(message(nearest))"
    }

    /// How far an alternative came: a wrong type is further off than anything inside the value.
    private func rank(_ failure: SchemaFailure) -> Int {
        failure.keyword == .type || failure.keyword == .const ? 0 : 1 + failure.instance
    }

    private func parent(of schema: JSONValue) -> JSONValue? {
        let pointer = Array(schema.pointer.utf8)
        guard let slash = pointer.lastIndex(of: JSONByte.slash) else {
            return nil
        }
        return JSONValue(document: schema.document, index: 0).resolve(pointer[..<slash])
    }

    private func types(_ rule: JSONValue?) -> String {
        let names = rule.map { $0.kind == .array ? $0.elements.compactMap(\.string) : [$0.string ?? ""] } ?? []
        return names.map { name in
            switch name {
            case "null": "null"
            case "array", "object", "integer": "an \(name)"
            default: "a \(name)"
            }
        }.joined(separator: " or ")
    }

    private static func describe(_ instance: JSONValue) -> String {
        switch instance.kind {
        case .null: "null"
        case .boolean: "a boolean"
        case .number: instance.integral == nil ? "a number" : "an integer"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    private func list(_ texts: [String]) -> String {
        let shown = texts.prefix(Self.listed).joined(separator: ", ")
        return texts.count > Self.listed ? "\(shown) and \(texts.count - Self.listed) more" : shown
    }

    /// A value of the schema as JSON, if it is short.
    private func quote(_ rule: JSONValue) -> String {
        rule.bytes.count <= Self.quoted ? String(decoding: rule.bytes, as: UTF8.self) : "the value in the schema"
    }

    private static func quote(_ text: String) -> String {
        var writer = JSONWriter()
        writer.string(text)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
