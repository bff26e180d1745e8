/// One check of a document against a program.
///
/// It recurses, but never deeper than the limits' nesting, and every loop pays for its turns; when the work is used up, all that is left
/// fails at once.
struct SchemaEvaluation {
    let program: SchemaProgram
    let document: JSONDocument
    /// What may still be spent: 64 for each step.
    private(set) var work: Int
    private var depth = 0
    /// Whether the check was given up.
    private(set) var isExhausted = false
    /// Why the last evaluation that failed did so.
    private(set) var failure = SchemaFailure(instance: 0, node: 0, keyword: .not, detail: .none)
    /// The members and elements evaluated so far by what hasn't failed, as nodes of the document; kept only for `unevaluated…`.
    private var evaluated: [Int] = []

    private static let step = 64

    init(_ program: SchemaProgram, of document: JSONDocument) {
        self.program = program
        self.document = document
        work = program.limits.steps.multipliedReportingOverflow(by: Self.step).overflow ? .max : program.limits.steps * Self.step
    }

    /// Whether the value at an index of the document fits a subschema.
    mutating func evaluate(_ node: Int, _ index: Int) -> Bool {
        guard depth < program.limits.nesting else {
            isExhausted = true
            return false
        }
        guard spend(Self.step) else {
            return false
        }
        depth += 1
        defer { depth -= 1 }
        let start = evaluated.count
        for check in program.nodes[node].checks {
            guard passes(check, node, index, start) else {
                if evaluated.count > start {
                    evaluated.removeSubrange(start...)
                }
                return false
            }
        }
        return !isExhausted
    }

    /// Whether a part of the value fits; what it evaluates inside the part is of no interest outside.
    mutating func evaluate(part index: Int, _ node: Int) -> Bool {
        let start = evaluated.count
        guard evaluate(node, index) else {
            return false
        }
        if program.isTracking {
            evaluated.removeSubrange(start...)
            evaluated.append(index)
        }
        return true
    }

    /// Whether a key fits, or an element that is looked at for something else.
    mutating func evaluate(aside index: Int, _ node: Int) -> Bool {
        let start = evaluated.count
        defer { forget(from: start) }
        return evaluate(node, index)
    }

    /// Takes off work; false when there is none left.
    mutating func spend(_ amount: Int) -> Bool {
        guard !isExhausted, work >= amount else {
            isExhausted = true
            return false
        }
        work -= amount
        return true
    }

    /// Notes a failure and is false.
    mutating func fail(_ index: Int, _ node: Int, _ keyword: SchemaKeyword, _ detail: SchemaFailure.Detail = .none) -> Bool {
        failure = SchemaFailure(instance: index, node: node, keyword: keyword, detail: detail)
        return false
    }

    private mutating func passes(_ check: SchemaCheck, _ node: Int, _ index: Int, _ start: Int) -> Bool {
        switch check {
        case .never: return fail(index, node, program.nodes[node].parent ?? .not, .never)
        case .type(let types): return types.contains(type(of: index)) || fail(index, node, .type)
        case .constant(let value): return isEqual(index, value) || fail(index, node, .const)
        case .enumeration(let choices): return contains(choices, index) || fail(index, node, .enum)
        case .number(let rules): return passes(rules, node, index)
        case .string(let rules): return passes(rules, node, index)
        case .object(let rules): return passes(rules, node, index)
        case .array(let rules): return passes(rules, node, index)
        case .reference(let target): return evaluate(target, index)
        case .all(let nodes): return nodes.allSatisfy { evaluate($0, index) }
        case .any(let nodes): return passes(any: nodes, node, index)
        case .one(let nodes): return passes(one: nodes, node, index)
        case .not(let negated): return !evaluate(aside: index, negated) || fail(index, node, .not)
        case .condition(let condition, let then, let otherwise):
            let branch = evaluate(condition, index) ? then : otherwise
            return branch.map { evaluate($0, index) } ?? true
        case .dependents(let dependents): return passes(dependents, index)
        case .unevaluatedItems(let rest): return passes(unevaluatedItems: rest, index, start)
        case .unevaluatedProperties(let rest): return passes(unevaluatedProperties: rest, index, start)
        }
    }

    /// The type of a value; an integer is a number whose value is one, however it is written.
    private func type(of index: Int) -> SchemaTypes {
        switch document.nodes[index].kind {
        case .null: .null
        case .no, .yes: .boolean
        case .integer: .integer
        case .number: SchemaDecimal(document.bytes[document.range(of: index)]).isInteger ? .integer : .number
        case .plain, .escaped: .string
        case .array: .array
        case .object: .object
        }
    }
}

// Combinations.

extension SchemaEvaluation {
    private mutating func passes(any nodes: [Int], _ node: Int, _ index: Int) -> Bool {
        var fits = false
        var causes: [SchemaFailure] = []
        for next in nodes {
            if evaluate(next, index) {
                fits = true
                // The others matter only for what they evaluate.
                if !program.isTracking {
                    return true
                }
            } else if !fits {
                causes.append(failure)
            }
        }
        return fits || fail(index, node, .anyOf, .causes(causes))
    }

    private mutating func passes(one nodes: [Int], _ node: Int, _ index: Int) -> Bool {
        var fitting: Int?
        var causes: [SchemaFailure] = []
        for (position, next) in nodes.enumerated() {
            guard evaluate(next, index) else {
                if fitting == nil {
                    causes.append(failure)
                }
                continue
            }
            if let fitting {
                return fail(index, node, .oneOf, .pair(fitting, position))
            }
            fitting = position
        }
        return fitting != nil || fail(index, node, .oneOf, .causes(causes))
    }

    private mutating func passes(_ dependents: [SchemaDependent], _ index: Int) -> Bool {
        for dependent in dependents where has(dependent.name, index) {
            guard evaluate(dependent.node, index) else {
                return false
            }
        }
        return !isExhausted
    }

    /// Whether an object has a member; paid for by its size.
    mutating func has(_ name: String, _ index: Int) -> Bool {
        guard document.nodes[index].kind == .object, spend(document.nodes[index].count + 1) else {
            return false
        }
        return JSONValue(document: document, index: index)[name] != nil
    }

    private mutating func passes(unevaluatedItems rest: Int, _ index: Int, _ start: Int) -> Bool {
        guard document.nodes[index].kind == .array else {
            return true
        }
        let known = Set(evaluated[start...])
        for element in JSONValue(document: document, index: index).elements where !known.contains(element.index) {
            guard spend(1), evaluate(part: element.index, rest) else {
                return false
            }
        }
        return true
    }

    private mutating func passes(unevaluatedProperties rest: Int, _ index: Int, _ start: Int) -> Bool {
        guard document.nodes[index].kind == .object else {
            return true
        }
        let known = Set(evaluated[start...])
        for member in JSONValue(document: document, index: index).members where !known.contains(member.value.index) {
            guard spend(1), evaluate(part: member.value.index, rest) else {
                return false
            }
        }
        return true
    }

    private mutating func forget(from start: Int) {
        if evaluated.count > start {
            evaluated.removeSubrange(start...)
        }
    }
}

/// Why a subschema failed, in a few words; the sentence is made only for the failure that counts.
struct SchemaFailure {
    /// The node of the value in its document.
    let instance: Int
    /// The number of the subschema.
    let node: Int
    let keyword: SchemaKeyword
    let detail: Detail

    /// What the keyword alone doesn't say.
    enum Detail {
        case none
        /// The subschema is `false`.
        case never
        /// The name of a member that is missing, and that of the member for which it's needed.
        case missing(String, for: String?)
        /// Two elements, or two alternatives.
        case pair(Int, Int)
        case count(Int)
        case causes([SchemaFailure])
    }
}
