import JSON

extension JSONWriter {
    /// Writes a value so that equal ones have equal bytes, however they were sent (M13).
    ///
    /// Members are sorted by the bytes of their keys, strings are decoded, numbers count by their value as a double: those without fraction
    /// within ±2^53 as integers, others in their shortest form. What an honest client may rewrite, `1.0` as `1`, so stays the same. It
    /// recurses as deep as the value is, which for a message is 100 levels.
    mutating func canonical(_ value: JSONValue) {
        switch value.kind {
        case .null, .boolean: self.value(value)
        case .string: string(value.string ?? "")
        case .number: canonical(number: value)
        case .array:
            array { writer in
                for element in value.elements { writer.canonical(element) }
            }
        case .object:
            let members = value.members.map { (key: $0.key, value: $0.value) }
            object { writer in
                // Keys that are equal stay in their order.
                for member in members.enumerated().sorted(by: { precedes($0, $1) }).map(\.element) {
                    writer.key(escaping: member.key)
                    writer.canonical(member.value)
                }
            }
        }
    }

    private mutating func canonical(number: JSONValue) {
        // Too large for a double: nothing else has such a value but the same digits.
        guard let double = number.double else { return value(number) }
        if double.magnitude <= 0x1p53, let integer = Int64(exactly: double) {
            self.integer(integer)
        } else {
            self.double(double)
        }
    }
}

private func precedes(
    _ a: (offset: Int, element: (key: String, value: JSONValue)),
    _ b: (offset: Int, element: (key: String, value: JSONValue))
) -> Bool {
    if a.element.key.sameBytes(b.element.key) { return a.offset < b.offset }
    return a.element.key.utf8.lexicographicallyPrecedes(b.element.key.utf8)
}
