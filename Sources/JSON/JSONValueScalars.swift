extension JSONValue {
    /// Whether this is `null`.
    public var isNull: Bool {
        node.kind == .null
    }

    /// The truth value, or nil if this is something else.
    public var boolean: Bool? {
        switch node.kind {
        case .yes: true
        case .no: false
        default: nil
        }
    }

    /// The unescaped text of a string, or nil if this is something else.
    public var string: String? {
        switch node.kind {
        case .plain, .escaped: document.string(at: index)
        default: nil
        }
    }

    /// A number written without fraction and exponent that fits, exactly; nil for anything else.
    public var integer: Int64? {
        guard node.kind == .integer else {
            return nil
        }
        return JSONNumber.integer(bytes)
    }

    /// The mathematical value of a number that is an integer, also when written as 5.0 or 5e2; nil for anything else.
    ///
    /// Written with a fraction or an exponent it must lie within ±(2^53 − 1) (RFC 7493, § 2.2); otherwise as `integer`.
    public var integral: Int64? {
        switch node.kind {
        case .integer: JSONNumber.integer(bytes)
        case .number: JSONNumber(bytes).integral
        default: nil
        }
    }

    /// The nearest double of a number; nil for anything else, and if it is too large for a finite double.
    public var double: Double? {
        switch node.kind {
        case .integer:
            // Most integers are exact doubles; the zero may have a sign.
            if let integer, integer != 0, let exact = Double(exactly: integer) {
                exact
            } else {
                JSONNumber.double(bytes)
            }
        case .number: JSONNumber.double(bytes)
        default: nil
        }
    }
}

extension JSONDocument {
    /// The unescaped text of a string node.
    func string(at index: Int) -> String {
        let bytes = bytes
        let range = content(of: index)
        guard nodes[index].kind == .escaped else {
            return String(decoding: bytes[range], as: UTF8.self)
        }
        var text: [UInt8] = []
        text.reserveCapacity(range.count)
        JSONText.unescape(bytes.span, range, into: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Whether a string node means exactly these bytes.
    @inline(__always)
    func equals(_ index: Int, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        let bytes = bytes
        let range = content(of: index)
        if nodes[index].kind == .plain {
            return range.count == text.count && bytes.span.equals(range, text.span, 0..<text.count)
        }
        // An escape is never shorter than what it means, and has six bytes at most; so a long key costs nothing when a short one is looked
        // for.
        guard range.count >= text.count, range.count / 6 <= text.count else {
            return false
        }
        var unescaped: [UInt8] = []
        JSONText.unescape(bytes.span, range, into: &unescaped)
        return unescaped.elementsEqual(text)
    }
}
