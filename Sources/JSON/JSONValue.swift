/// An immutable JSON value: a view of validated bytes, kept as they came.
///
/// A value is a place in a document that all its values share; taking one out copies nothing, but keeps the whole document alive (see
/// `copied()`). Strings are unescaped and numbers converted when they are asked for.
public struct JSONValue: Sendable {
    let document: JSONDocument
    let index: Int

    init(document: JSONDocument, index: Int) {
        self.document = document
        self.index = index
    }

    /// Reads one JSON text; refuses syntax errors and content faults alike.
    ///
    /// - Throws: `JSONError`; the first syntax error if there is one, otherwise the first content fault.
    public init(parsing bytes: [UInt8], limits: JSONLimits = .standard) throws(JSONError) {
        let (value, fault) = try Self.scan(bytes, limits, .sound)
        if let fault {
            throw JSONError(fault, in: bytes.span)
        }
        self = value
    }

    /// Reads one JSON text; refuses syntax errors and content faults alike.
    public init(parsing text: String, limits: JSONLimits = .standard) throws(JSONError) {
        try self.init(parsing: Array(text.utf8), limits: limits)
    }

    /// Reads one JSON text, takes content faults and says the first of them; so that a push can blame one item and apply the rest.
    ///
    /// Of members with the same key the first one is found by its key, and half a surrogate pair reads as U+FFFD. So that nothing
    /// is missing, values beyond `limits` are kept too: up to sixteen times the memory of the bytes.
    /// - Throws: `JSONError`, only for syntax.
    public static func parse(
        tolerating bytes: [UInt8],
        limits: JSONLimits = .standard
    ) throws(JSONError) -> (value: JSONValue, fault: JSONError?) {
        let (value, fault) = try scan(bytes, limits, .all)
        return (value, fault.map { JSONError($0, in: bytes.span) })
    }

    private static func scan(
        _ bytes: [UInt8],
        _ limits: JSONLimits,
        _ keeping: JSONScanner.Keeping
    ) throws(JSONError) -> (JSONValue, JSONFault?) {
        var scanner = JSONScanner(limits: limits, keeping: keeping)
        do throws(JSONFault) {
            try scanner.scan(bytes.span)
        } catch {
            throw JSONError(error, in: bytes.span)
        }
        // With a fault, and unless all are kept, there are no nodes; the value is then thrown away by the caller.
        let document = scanner.nodes.isEmpty ? .null : JSONDocument(bytes: bytes, nodes: scanner.nodes)
        return (JSONValue(document: document, index: 0), scanner.fault)
    }

    /// What a value can be.
    public enum Kind: String, Sendable, CaseIterable {
        case null, boolean, number, string, array, object
    }

    /// What this value is.
    public var kind: Kind {
        switch node.kind {
        case .null: .null
        case .no, .yes: .boolean
        case .integer, .number: .number
        case .plain, .escaped: .string
        case .array: .array
        case .object: .object
        }
    }

    /// Exactly this value's bytes, without white space around it; a slice of the document's, so its indices are those of `range`.
    public var bytes: ArraySlice<UInt8> {
        document.bytes[range]
    }

    /// Where the value stands in its document's bytes.
    public var range: Range<Int> {
        document.range(of: index)
    }

    /// A value with a document of its own, which lets go of a big parent; costs a copy of the value's bytes.
    public func copied() -> JSONValue {
        let node = node
        let nodes = document.nodes[index..<Int(node.next)].map { $0.moved(bytes: node.start, nodes: UInt32(truncatingIfNeeded: index)) }
        return JSONValue(document: JSONDocument(bytes: Array(bytes), nodes: nodes), index: 0)
    }

    var node: JSONNode {
        document.nodes[index]
    }
}

extension JSONDocument {
    /// Where a node's bytes stand.
    @inline(__always)
    func range(of index: Int) -> Range<Int> {
        let node = nodes[index]
        // A scanner never ends a token before it began; the check would only cost.
        return Range(uncheckedBounds: (Int(node.start), Int(node.end)))
    }

    /// Where the content of a string node stands, without the quotation marks.
    @inline(__always)
    func content(of index: Int) -> Range<Int> {
        let node = nodes[index]
        return Range(uncheckedBounds: (Int(node.start) + 1, Int(node.end) - 1))
    }
}
