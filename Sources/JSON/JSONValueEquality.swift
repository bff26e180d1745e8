extension JSONValue: Equatable {
    /// Whether both mean the same: the order of members doesn't matter, numbers count by their mathematical value, strings by their bytes
    /// after unescaping.
    ///
    /// Works through a list of pairs and not by recursion; big objects are matched through a table, so that time is linear in the size of
    /// the two.
    public static func == (left: Self, right: Self) -> Bool {
        if left.document === right.document, left.index == right.index {
            return true
        }
        var comparison = JSONComparison(left: left.document, right: right.document)
        return comparison.areEqual(left.index, right.index)
    }
}

/// A comparison of values of two documents.
private struct JSONComparison {
    let left: JSONDocument
    let right: JSONDocument
    private var pairs: [(Int, Int)] = []

    init(left: JSONDocument, right: JSONDocument) {
        self.left = left
        self.right = right
    }

    mutating func areEqual(_ first: Int, _ second: Int) -> Bool {
        pairs = [(first, second)]
        while let (first, second) = pairs.popLast() {
            guard match(first, second) else {
                return false
            }
        }
        return true
    }

    /// Compares two nodes and leaves their content, if any, to be compared later.
    private mutating func match(_ first: Int, _ second: Int) -> Bool {
        let one = left.nodes[first]
        let other = right.nodes[second]
        switch (one.kind, other.kind) {
        case (.null, .null), (.yes, .yes), (.no, .no):
            return true
        case (.integer, .integer), (.integer, .number), (.number, .integer), (.number, .number):
            return JSONNumber.equal(left.bytes[left.range(of: first)], right.bytes[right.range(of: second)])
        case (.plain, .plain), (.plain, .escaped), (.escaped, .plain), (.escaped, .escaped):
            return haveSameText(first, second)
        case (.array, .array):
            guard one.count == other.count else {
                return false
            }
            var (first, second) = (first + 1, second + 1)
            while first < one.next, second < other.next {
                pairs.append((first, second))
                (first, second) = (Int(left.nodes[first].next), Int(right.nodes[second].next))
            }
            return true
        case (.object, .object):
            return one.count == other.count && matchMembers(first, second)
        default:
            return false
        }
    }

    private func haveSameText(_ first: Int, _ second: Int) -> Bool {
        if right.nodes[second].kind == .plain {
            let range = right.content(of: second)
            return right.bytes[range].withUnsafeBufferPointer { left.equals(first, $0) }
        }
        var text: [UInt8] = []
        let bytes = right.bytes
        JSONText.unescape(bytes.span, right.content(of: second), into: &text)
        return text.withUnsafeBufferPointer { left.equals(first, $0) }
    }

    /// Finds for each member one of the other object with the same key; where a tolerated document has a key twice, in order and each once.
    private mutating func matchMembers(_ first: Int, _ second: Int) -> Bool {
        let end = left.nodes[first].next
        let otherEnd = right.nodes[second].next
        var (first, second) = (first + 1, second + 1)
        // Mostly both have the same order.
        while first < end, second < otherEnd, haveSameText(first, second) {
            pairs.append((first + 1, second + 1))
            (first, second) = (Int(left.nodes[first + 1].next), Int(right.nodes[second + 1].next))
        }
        // The rest through a table, whose hash has a random seed.
        var others: [JSONName: [Int]] = [:]
        while second < otherEnd {
            others[right.name(at: second), default: []].append(second + 1)
            second = Int(right.nodes[second + 1].next)
        }
        var taken: [JSONName: Int] = [:]
        while first < end {
            let name = left.name(at: first)
            let number = taken[name, default: 0]
            guard let places = others[name], number < places.count else {
                return false
            }
            taken[name] = number + 1
            pairs.append((first + 1, places[number]))
            first = Int(left.nodes[first + 1].next)
        }
        return true
    }
}

/// A key as its unescaped bytes; `String` would call canonically equivalent keys the same.
private struct JSONName: Hashable {
    let bytes: ArraySlice<UInt8>
}

extension JSONDocument {
    fileprivate func name(at index: Int) -> JSONName {
        let bytes = bytes
        let range = content(of: index)
        guard nodes[index].kind == .escaped else {
            return JSONName(bytes: bytes[range])
        }
        var text: [UInt8] = []
        JSONText.unescape(bytes.span, range, into: &text)
        return JSONName(bytes: text[...])
    }
}
