extension SchemaEvaluation {
    /// Whether an object keeps to its rules; anything else does.
    mutating func passes(_ rules: SchemaObjectRules, _ node: Int, _ index: Int) -> Bool {
        let object = document.nodes[index]
        guard object.kind == .object else {
            return true
        }
        if object.count < rules.minimum {
            return fail(index, node, .minProperties, .count(object.count))
        }
        if object.count > rules.maximum {
            return fail(index, node, .maxProperties, .count(object.count))
        }
        var missing = SchemaMissing(rules.required)
        var key = index + 1
        while key < object.next {
            guard spend(4), passes(member: key, rules, node, &missing) else {
                return false
            }
            key = Int(document.nodes[key + 1].next)
        }
        if let first = missing.first {
            return fail(index, node, .required, .missing(name(first, in: rules), for: nil))
        }
        for dependency in rules.dependentRequired where has(dependency.name, index) {
            for name in dependency.required where !has(name, index) {
                return fail(index, node, dependency.keyword, .missing(name, for: dependency.name))
            }
        }
        return !isExhausted
    }

    private mutating func passes(
        member key: Int,
        _ rules: SchemaObjectRules,
        _ node: Int,
        _ missing: inout SchemaMissing
    ) -> Bool {
        let value = key + 1
        if let names = rules.propertyNames, !evaluate(aside: key, names) {
            return fail(key, node, .propertyNames, .causes([failure]))
        }
        var isKnown = false
        if let position = rules.names.position(ofNode: key, in: document) {
            let named = rules.named[position]
            if let required = named.required {
                missing.found(required)
            }
            if let property = named.node {
                isKnown = true
                guard evaluate(part: value, property) else {
                    return false
                }
            }
        }
        for (pattern, property) in rules.patterns where matches(pattern, ofNode: key) {
            isKnown = true
            guard evaluate(part: value, property) else {
                return false
            }
        }
        if !isKnown, let additional = rules.additional {
            return evaluate(part: value, additional)
        }
        return !isExhausted
    }

    private func name(_ position: Int, in rules: SchemaObjectRules) -> String {
        zip(rules.names.names, rules.named).first { $0.1.required == position }?.0 ?? ""
    }
}

/// Which of the required members have not been seen.
private struct SchemaMissing {
    /// The first 64 as bits, so that the usual object costs no memory.
    private var bits: UInt64
    private var rest: [Bool]

    init(_ count: Int) {
        bits = count >= 64 ? .max : (1 << UInt64(count)) - 1
        rest = count > 64 ? Array(repeating: true, count: count - 64) : []
    }

    mutating func found(_ position: Int) {
        if position < 64 {
            bits &= ~(1 << UInt64(position))
        } else {
            rest[position - 64] = false
        }
    }

    var first: Int? {
        bits == 0 ? rest.firstIndex(of: true).map { $0 + 64 } : bits.trailingZeroBitCount
    }
}
