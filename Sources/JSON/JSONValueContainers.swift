extension JSONValue {
    /// How many members or elements there are; 0 for scalars.
    public var count: Int {
        node.count
    }

    /// The member of an object whose unescaped key has exactly these bytes; nil when absent or when this is no object.
    ///
    /// Looks at one key after the other: right for the few members of a message, not for using an object as a dictionary.
    public subscript(_ key: String) -> JSONValue? {
        member(key).map { JSONValue(document: document, index: $0) }
    }

    /// The index of the node of the member with this key.
    private func member(_ key: String) -> Int? {
        let node = node
        guard node.kind == .object else {
            return nil
        }
        var key = key
        return key.withUTF8 { text in
            var next = index + 1
            while next < node.next {
                if document.equals(next, text) {
                    return next + 1
                }
                next = Int(document.nodes[next + 1].next)
            }
            return nil
        }
    }

    /// The elements of an array in their order; none for anything else.
    public var elements: Elements {
        Elements(document: document, children: node.kind == .array ? index + 1..<Int(node.next) : 0..<0)
    }

    /// The members of an object in their order; none for anything else.
    public var members: Members {
        Members(document: document, children: node.kind == .object ? index + 1..<Int(node.next) : 0..<0)
    }

    /// The elements of an array.
    public struct Elements: Sequence, IteratorProtocol, Sendable {
        fileprivate let document: JSONDocument
        fileprivate var children: Range<Int>

        /// The next element.
        public mutating func next() -> JSONValue? {
            guard let index = children.first else {
                return nil
            }
            children = Int(document.nodes[index].next)..<children.upperBound
            return JSONValue(document: document, index: index)
        }
    }

    /// The members of an object.
    public struct Members: Sequence, IteratorProtocol, Sendable {
        fileprivate let document: JSONDocument
        fileprivate var children: Range<Int>

        /// The next member.
        public mutating func next() -> Member? {
            guard let index = children.first else {
                return nil
            }
            children = Int(document.nodes[index + 1].next)..<children.upperBound
            return Member(document: document, index: index)
        }
    }

    /// One member of an object.
    public struct Member: Sendable {
        fileprivate let document: JSONDocument
        fileprivate let index: Int

        /// The unescaped key.
        public var key: String {
            document.string(at: index)
        }

        /// The value.
        public var value: JSONValue {
            JSONValue(document: document, index: index + 1)
        }

        /// Where the member stands in its document's bytes: from the key's opening quotation mark to the value's end.
        public var range: Range<Int> {
            document.range(of: index).lowerBound..<document.range(of: index + 1).upperBound
        }

        /// Whether the unescaped key has exactly these bytes; cheaper than making a string of it.
        public func keyEquals(_ name: String) -> Bool {
            var name = name
            return name.withUTF8 { document.equals(index, $0) }
        }

        /// Whether the unescaped key has exactly these bytes; cheaper than making a string of it.
        public func keyEquals(_ name: StaticString) -> Bool {
            name.withUTF8Buffer { document.equals(index, $0) }
        }
    }

    /// The JSON Pointer (RFC 6901) of this value in its document; looked for when asked.
    public var pointer: String {
        let bytes = document.bytes
        var pointer: [UInt8] = []
        var container = 0
        // Each turn goes one level down; the target lies inside the container until it is reached.
        descending: while container < index {
            let isObject = document.nodes[container].kind == .object
            var child = container + 1
            var position = 0
            while child <= index {
                let value = isObject ? child + 1 : child
                let next = Int(document.nodes[value].next)
                if index < next {
                    if isObject {
                        JSONPath.append(document.content(of: child), of: bytes.span, to: &pointer)
                    } else {
                        JSONPath.append(position, to: &pointer)
                    }
                    container = value
                    continue descending
                }
                child = next
                position += 1
            }
            break
        }
        return String(decoding: pointer, as: UTF8.self)
    }
}
