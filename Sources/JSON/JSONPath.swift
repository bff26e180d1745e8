/// JSON Pointers (RFC 6901) of places in a text; looked for only when somebody wants to know.
enum JSONPath {
    /// The pointer of the value at a fault.
    ///
    /// All before the fault is well-formed, because the scanner came so far.
    static func pointer(in input: Span<UInt8>, to fault: JSONFault) -> String {
        // Nothing was read of a text that is too long.
        if fault.reason == .tooLong {
            return ""
        }
        var steps: [Step] = []
        var position = 0
        walking: while position < min(fault.position, input.count) {
            let byte = input[position]
            switch byte {
            case JSONByte.openingBrace: steps.append(.member(nil))
            case JSONByte.openingBracket: steps.append(.element(0))
            case JSONByte.closingBrace, JSONByte.closingBracket: _ = steps.popLast()
            case JSONByte.comma: steps.last.map { steps[steps.count - 1] = $0.following }
            case JSONByte.quote:
                let end = input.afterString(from: position)
                guard end <= fault.position else {
                    break walking
                }
                if case .member(nil)? = steps.last {
                    steps[steps.count - 1] = .member(position + 1..<end - 1)
                }
                position = end
                continue walking
            default: break
            }
            position += 1
        }
        if fault.reason == .duplicateKey, case .member(nil)? = steps.last {
            steps[steps.count - 1] = .member(fault.position + 1..<input.afterString(from: fault.position) - 1)
        }
        var pointer: [UInt8] = []
        for step in steps {
            switch step {
            case .element(let index): append(index, to: &pointer)
            case .member(let key?): append(key, of: input, to: &pointer)
            case .member(nil): break
            }
        }
        return String(decoding: pointer, as: UTF8.self)
    }

    /// Appends the step to an element.
    static func append(_ index: Int, to pointer: inout [UInt8]) {
        pointer.append(JSONByte.slash)
        pointer.append(contentsOf: String(index).utf8)
    }

    /// Appends the step to a member, given the range of its key without the quotation marks.
    static func append(_ key: Range<Int>, of input: Span<UInt8>, to pointer: inout [UInt8]) {
        var name: [UInt8] = []
        JSONText.unescape(input, key, into: &name)
        append(name: name, to: &pointer)
    }

    /// Appends the step to a member by its name.
    static func append(name: some Sequence<UInt8>, to pointer: inout [UInt8]) {
        pointer.append(JSONByte.slash)
        for byte in name {
            switch byte {
            case UInt8(ascii: "~"): pointer.append(contentsOf: "~0".utf8)
            case JSONByte.slash: pointer.append(contentsOf: "~1".utf8)
            default: pointer.append(byte)
            }
        }
    }

    /// One level of the way.
    private enum Step {
        /// The member whose key has this range, or that whose key has not been seen yet.
        case member(Range<Int>?)
        case element(Int)

        var following: Self {
            switch self {
            case .member: .member(nil)
            case .element(let index): .element(index + 1)
            }
        }
    }
}

extension Span<UInt8> {
    /// The offset after a string that begins at `start`, or past the end if it isn't closed.
    fileprivate func afterString(from start: Int) -> Int {
        var position = start + 1
        while position < count {
            switch self[position] {
            case JSONByte.quote: return position + 1
            case JSONByte.backslash: position += 2
            default: position += 1
            }
        }
        return .max
    }
}
