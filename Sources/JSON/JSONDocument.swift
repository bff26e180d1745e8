/// The bytes of one JSON text and where its values stand in them; immutable, shared by all values that look into it.
final class JSONDocument: Sendable {
    let bytes: [UInt8]
    let nodes: [JSONNode]

    /// Takes what a scanner found in these very bytes; at least one node.
    init(bytes: [UInt8], nodes: [JSONNode]) {
        self.bytes = bytes
        self.nodes = nodes
    }

    /// The document `null`.
    static let null = JSONDocument(bytes: Array("null".utf8), nodes: [JSONNode(.null, start: 0, end: 4, next: 1)])
}

/// One value or key in a document: 16 bytes.
///
/// Nodes stand in the order of the text, so a container is followed by its content: each element one node and what it contains, each member
/// a string node for the key and then the value. `next` is the node after all that.
struct JSONNode: Sendable {
    /// Where the value begins.
    private(set) var start: UInt32
    /// Where the value ends: the offset after its last byte.
    private(set) var end: UInt32
    /// The index of the node that follows this value and its content.
    private(set) var next: UInt32
    /// The kind, and for containers the count: at most 2^30 − 1, because a text of `Int32.max` bytes has no room for more elements.
    private var tag: UInt32

    /// What a value is, with what the scanner learned by the way.
    enum Kind: UInt32 {
        case null, no, yes
        case integer  // without fraction and exponent
        case number
        case plain  // a string without escapes
        case escaped
        case array, object
    }

    private static let arrayBit: UInt32 = 1 << 30
    private static let objectBit: UInt32 = 1 << 31
    private static let countMask: UInt32 = arrayBit &- 1

    /// Makes the node of a scalar; positions fit, because a document has at most `Int32.max` bytes.
    @inline(__always)
    init(_ kind: Kind, start: Int, end: Int, next: Int) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.end = UInt32(truncatingIfNeeded: end)
        self.next = UInt32(truncatingIfNeeded: next)
        switch kind {
        case .array: tag = Self.arrayBit
        case .object: tag = Self.objectBit
        default: tag = kind.rawValue
        }
    }

    /// Says where a container ended, which is known last.
    @inline(__always)
    mutating func close(end: Int, next: Int, count: Int) {
        self.end = UInt32(truncatingIfNeeded: end)
        self.next = UInt32(truncatingIfNeeded: next)
        tag = tag & ~Self.countMask | UInt32(truncatingIfNeeded: count) & Self.countMask
    }

    var kind: Kind {
        if tag & Self.objectBit != 0 {
            return .object
        }
        if tag & Self.arrayBit != 0 {
            return .array
        }
        return Kind(rawValue: tag) ?? .null
    }

    /// Members or elements; 0 for scalars.
    var count: Int {
        tag & (Self.objectBit | Self.arrayBit) != 0 ? Int(tag & Self.countMask) : 0
    }

    /// The same node in a document that begins `bytes` bytes and `nodes` nodes later.
    func moved(bytes: UInt32, nodes: UInt32) -> Self {
        var node = self
        node.start &-= bytes
        node.end &-= bytes
        node.next &-= nodes
        return node
    }
}
