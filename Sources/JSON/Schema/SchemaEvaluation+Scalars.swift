extension SchemaEvaluation {
    /// Whether a value equals one of the schema; paid for by the shorter of the two, because kinds, lengths and counts are compared first.
    mutating func isEqual(_ index: Int, _ value: JSONValue) -> Bool {
        spend(1 + min(document.range(of: index).count, value.range.count)) && JSONValue(document: document, index: index) == value
    }

    /// Whether a value is among the choices.
    mutating func contains(_ choices: SchemaEnumeration, _ index: Int) -> Bool {
        switch document.nodes[index].kind {
        case .plain, .escaped: choices.strings.position(ofNode: index, in: document) != nil
        default: choices.others.contains { isEqual(index, $0) }
        }
    }

    /// Whether a number keeps to its bounds; anything else does.
    mutating func passes(_ rules: SchemaNumberRules, _ node: Int, _ index: Int) -> Bool {
        guard document.nodes[index].kind == .integer || document.nodes[index].kind == .number else {
            return true
        }
        let bytes = document.bytes[document.range(of: index)]
        guard spend(bytes.count) else {
            return false
        }
        let number = SchemaDecimal(bytes)
        for bound in rules.bounds where !bound.allows(number.order(to: bound.limit)) {
            return fail(index, node, bound.keyword)
        }
        if let divisor = rules.divisor, !divisor.divides(number) {
            return fail(index, node, .multipleOf)
        }
        return true
    }

    /// Whether a string keeps to its lengths and pattern; anything else does.
    mutating func passes(_ rules: SchemaStringRules, _ node: Int, _ index: Int) -> Bool {
        guard document.nodes[index].kind == .plain || document.nodes[index].kind == .escaped else {
            return true
        }
        let range = document.range(of: index)
        guard spend(range.count / 64) else {
            return false
        }
        return withText(of: index) { evaluation, text, range in
            if rules.minimum > 0 || rules.maximum < .max {
                let length = Self.scalars(text, range)
                if length < rules.minimum {
                    return evaluation.fail(index, node, .minLength, .count(length))
                }
                if length > rules.maximum {
                    return evaluation.fail(index, node, .maxLength, .count(length))
                }
            }
            if let pattern = rules.pattern, !evaluation.matches(pattern, text, range) {
                return evaluation.fail(index, node, .pattern)
            }
            return true
        }
    }

    /// Whether a string or key matches a pattern; paid for by the states visited.
    mutating func matches(_ pattern: SchemaPattern, ofNode index: Int) -> Bool {
        withText(of: index) { $0.matches(pattern, $1, $2) }
    }

    private mutating func matches(_ pattern: SchemaPattern, _ text: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var left = work
        let result = pattern.matches(text, range, work: &left)
        // A match may have gone a little over the limit; then it doesn't count.
        guard let result, spend(work - left) else {
            _ = spend(.max)
            return false
        }
        return result
    }

    private mutating func withText(of index: Int, _ body: (inout Self, Span<UInt8>, Range<Int>) -> Bool) -> Bool {
        let bytes = document.bytes
        let content = document.content(of: index)
        if document.nodes[index].kind == .plain {
            return body(&self, bytes.span, content)
        }
        var text: [UInt8] = []
        JSONText.unescape(bytes.span, content, into: &text)
        return body(&self, text.span, 0..<text.count)
    }

    /// How many Unicode scalars valid UTF-8 has: all bytes that don't continue one.
    private static func scalars(_ text: Span<UInt8>, _ range: Range<Int>) -> Int {
        var count = 0
        for offset in range where text[offset] & 0xC0 != 0x80 {
            count += 1
        }
        return count
    }
}
