extension SchemaEvaluation {
    /// Whether an array keeps to its rules; anything else does.
    mutating func passes(_ rules: SchemaArrayRules, _ node: Int, _ index: Int) -> Bool {
        let array = document.nodes[index]
        guard array.kind == .array else {
            return true
        }
        if array.count < rules.minimum {
            return fail(index, node, .minItems, .count(array.count))
        }
        if array.count > rules.maximum {
            return fail(index, node, .maxItems, .count(array.count))
        }
        guard passes(items: rules, index), passes(contains: rules, node, index) else {
            return false
        }
        return !rules.isUnique || isUnique(index, node)
    }

    private mutating func passes(items rules: SchemaArrayRules, _ index: Int) -> Bool {
        guard !rules.prefix.isEmpty || rules.rest != nil else {
            return true
        }
        let end = document.nodes[index].next
        var element = index + 1
        var position = 0
        while element < end {
            guard let node = position < rules.prefix.count ? rules.prefix[position] : rules.rest else {
                return true
            }
            guard evaluate(part: element, node) else {
                return false
            }
            element = Int(document.nodes[element].next)
            position += 1
        }
        return true
    }

    private mutating func passes(contains rules: SchemaArrayRules, _ node: Int, _ index: Int) -> Bool {
        guard let (contained, minimum, maximum) = rules.contains else {
            return true
        }
        var count = 0
        for element in JSONValue(document: document, index: index).elements {
            // What fits counts as evaluated.
            if evaluate(part: element.index, contained) {
                count += 1
            }
            guard !isExhausted else {
                return false
            }
        }
        if count < minimum {
            return fail(index, node, minimum == 1 ? .contains : .minContains, .count(count))
        }
        return count <= maximum || fail(index, node, .maxContains, .count(count))
    }

    /// Whether no two elements are equal: those with the same hash are compared, and each comparison is paid for.
    private mutating func isUnique(_ index: Int, _ node: Int) -> Bool {
        guard document.nodes[index].count > 1, spend(document.range(of: index).count) else {
            return !isExhausted
        }
        var seen: [Int: [(element: Int, position: Int)]] = [:]
        for (position, element) in JSONValue(document: document, index: index).elements.enumerated() {
            let hash = document.hash(of: element.index)
            for other in seen[hash] ?? [] {
                if isEqual(other.element, element) {
                    return fail(index, node, .uniqueItems, .pair(other.position, position))
                }
                guard !isExhausted else {
                    return false
                }
            }
            seen[hash, default: []].append((element.index, position))
        }
        return true
    }
}

extension JSONDocument {
    /// A hash that equal values share.
    ///
    /// It goes once over all nodes of the value. Without objects their order counts; with objects, whose members may have any order, the
    /// hashes of the nodes are added up.
    fileprivate func hash(of index: Int) -> Int {
        let bytes = bytes
        var ordered = Hasher()
        var sum = 0
        var hasObject = false
        var text: [UInt8] = []
        for node in index..<Int(nodes[index].next) {
            var hasher = Hasher()
            switch nodes[node].kind {
            case .null: hasher.combine(0)
            case .no: hasher.combine(1)
            case .yes: hasher.combine(2)
            case .integer, .number: hasher.combine(SchemaDecimal(bytes[range(of: node)]))
            case .plain, .escaped:
                text.removeAll(keepingCapacity: true)
                JSONText.unescape(bytes.span, content(of: node), into: &text)
                hasher.combine(text)
            case .array:
                hasher.combine(3)
                hasher.combine(nodes[node].count)
            case .object:
                hasObject = true
                hasher.combine(4)
                hasher.combine(nodes[node].count)
            }
            let hash = hasher.finalize()
            ordered.combine(hash)
            sum &+= hash
        }
        return hasObject ? sum : ordered.finalize()
    }
}
