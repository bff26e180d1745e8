/// One pass over the bytes of a JSON text: all rules of RFC 8259, our own on top, and the nodes of a document on the way.
///
/// It is a loop with a stack of its own, so that depth costs heap and never the thread's stack. Every read goes through `Span`, whose
/// bounds are checked in release builds too; the checks before them are there because a failing `Span` would end the process.
///
/// Syntax errors end the scan. Content faults are noted and the scan goes on under the same grammar, because a text with both is no JSON.
struct JSONScanner {
    /// What becomes of the nodes.
    enum Keeping {
        case nothing
        /// Kept until the first content fault; nobody will see them after that, and a hostile text shall not fill memory.
        case sound
        /// Kept in any case.
        case all
    }

    /// The first content fault in the order of the text.
    private(set) var fault: JSONFault?
    /// What was found; complete only after a scan that didn't throw.
    private(set) var nodes: [JSONNode] = []

    /// Whether faults in the text of strings pass.
    var ignoresText = false

    private let limits: JSONLimits
    private let keepsFaulty: Bool
    private var keeps: Bool
    private var keys = JSONKeys()

    init(limits: JSONLimits, keeping: Keeping) {
        self.limits = limits
        keeps = keeping != .nothing
        keepsFaulty = keeping == .all
    }

    /// A container that isn't closed yet.
    private struct Frame {
        var node = 0
        var count = 0
        var firstKey = 0
        var isObject = false

        @inline(__always) var closer: UInt8 { isObject ? JSONByte.closingBrace : JSONByte.closingBracket }
    }

    /// Scans one text.
    mutating func scan(_ input: Span<UInt8>) throws(JSONFault) {
        let end = input.count
        let longest = min(limits.bytes, Int(Int32.max))
        guard end <= longest else {
            throw JSONFault(.tooLong, at: max(longest, 0))
        }
        var position = input.afterSpace(from: 0)
        guard position < end else {
            throw JSONFault(.empty, at: end)
        }
        if keeps {
            nodes.reserveCapacity(min(end / 16, 1 << 16) + 8)
        }
        var parents: [Frame] = []
        var frame = Frame()
        var depth = 0
        var values = 0

        scanning: while true {
            // A value has to begin here.
            guard position < end else {
                throw JSONFault(.unexpectedEnd, at: end)
            }
            values += 1
            if values > limits.values {
                guard values <= limits.maximumValues else {
                    throw JSONFault(.tooManyValues, at: position)
                }
                note(.tooManyValues, at: position)
            }
            let start = position
            let byte = input[start]
            switch byte {
            case JSONByte.quote:
                let token = try string(input, from: start)
                keep(token.isPlain ? .plain : .escaped, start, token.end)
                position = token.end
            case JSONByte.openingBrace, JSONByte.openingBracket:
                depth += 1
                guard depth <= limits.maximumDepth else {
                    throw JSONFault(.nestedTooDeep, at: start)
                }
                if depth > limits.depth {
                    note(.tooDeep, at: start)
                }
                parents.append(frame)
                frame = Frame(node: nodes.count, firstKey: keys.count, isObject: byte == JSONByte.openingBrace)
                keep(frame.isObject ? .object : .array, start, start)
                position = input.afterSpace(from: start + 1)
                guard position < end else {
                    throw JSONFault(.unexpectedEnd, at: end)
                }
                if input[position] != frame.closer {
                    frame.count = 1
                    if frame.isObject {
                        position = try key(input, at: position)
                    }
                    continue scanning
                }
            case JSONByte.minus, JSONByte.zero...JSONByte.nine:
                let token = try input.number(from: start)
                keep(token.isPlain ? .integer : .number, start, token.end)
                position = token.end
            case JSONByte.t:
                position = try input.literal("true", from: start)
                keep(.yes, start, position)
            case JSONByte.f:
                position = try input.literal("false", from: start)
                keep(.no, start, position)
            case JSONByte.n:
                position = try input.literal("null", from: start)
                keep(.null, start, position)
            default:
                throw JSONFault(.unexpectedByte, at: start)
            }

            // A value has ended here, or an empty container is about to.
            while depth > 0 {
                position = input.afterSpace(from: position)
                guard position < end else {
                    throw JSONFault(.unexpectedEnd, at: end)
                }
                let byte = input[position]
                if byte == JSONByte.comma {
                    frame.count += 1
                    position = input.afterSpace(from: position + 1)
                    if frame.isObject {
                        position = try key(input, at: position)
                    }
                    continue scanning
                }
                guard byte == frame.closer else {
                    throw JSONFault(.unexpectedByte, at: position)
                }
                position += 1
                close(frame, end: position, input)
                frame = parents.popLast() ?? Frame()
                depth -= 1
            }
            position = input.afterSpace(from: position)
            guard position == end else {
                throw JSONFault(.trailingBytes, at: position)
            }
            return
        }
    }

    /// Scans a key and its colon; returns where the value has to begin.
    @inline(__always)
    private mutating func key(_ input: Span<UInt8>, at start: Int) throws(JSONFault) -> Int {
        guard start < input.count else {
            throw JSONFault(.unexpectedEnd, at: start)
        }
        guard input[start] == JSONByte.quote else {
            throw JSONFault(.unexpectedByte, at: start)
        }
        let token = try string(input, from: start)
        keep(token.isPlain ? .plain : .escaped, start, token.end)
        // After a fault no later key can be the first one, so there is nothing to remember.
        if fault == nil {
            keys.add(from: start, to: token.end, isPlain: token.isPlain, in: input)
        }
        let colon = input.afterSpace(from: token.end)
        guard colon < input.count else {
            throw JSONFault(.unexpectedEnd, at: colon)
        }
        guard input[colon] == JSONByte.colon else {
            throw JSONFault(.unexpectedByte, at: colon)
        }
        return input.afterSpace(from: colon + 1)
    }

    @inline(__always)
    private mutating func keep(_ kind: JSONNode.Kind, _ start: Int, _ end: Int) {
        if keeps {
            nodes.append(JSONNode(kind, start: start, end: end, next: nodes.count + 1))
        }
    }

    @inline(__always)
    private mutating func close(_ frame: Frame, end: Int, _ input: Span<UInt8>) {
        if frame.isObject, let position = keys.firstDuplicate(from: frame.firstKey, in: input) {
            note(.duplicateKey, at: position)
        }
        // The node is there: it was kept when the container opened, and nodes are only ever dropped together with `keeps`.
        if keeps {
            nodes[frame.node].close(end: end, next: nodes.count, count: frame.count)
        }
    }

    /// Remembers a content fault if it is the first one in the order of the text.
    @inline(never)
    mutating func note(_ reason: JSONError.Reason, at position: Int) {
        if let fault, fault.position <= position {
            return
        }
        if ignoresText, reason == .nul || reason == .loneSurrogate {
            return
        }
        fault = JSONFault(reason, at: position)
        if !keepsFaulty {
            keeps = false
            nodes = []
        }
    }
}
