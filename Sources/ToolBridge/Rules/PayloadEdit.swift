package import JSON

/// Changes members of a payload and leaves every other byte as the client wrote it.
///
/// A member that is there keeps its place, a new one is appended in the order of setting.
package struct PayloadEdit {
    private let original: JSONValue
    private var changes: [(key: String, value: [UInt8]?)] = []
    /// Where a key stands in `changes`, kept only once there are many: a patch of 50,000 members must not cost their square.
    private var positions: [[UInt8]: Int] = [:]
    private static let manyChanges = 16

    /// - Parameter object: A JSON object.
    package init(_ object: JSONValue) {
        original = object
    }

    /// - Parameter value: One JSON value.
    package mutating func set(_ key: String, to value: [UInt8]) {
        change(key, to: value)
    }

    package mutating func set(_ key: String, to value: String) {
        var writer = JSONWriter(reserving: value.utf8.count + 2)
        writer.string(value)
        change(key, to: writer.bytes)
    }

    package mutating func set(_ key: String, to value: Timestamp) {
        change(key, to: [UInt8(ascii: "\"")] + value.rfc3339 + [UInt8(ascii: "\"")])
    }

    package mutating func set(_ key: String, to value: Int64) {
        change(key, to: Array("\(value)".utf8))
    }

    package mutating func remove(_ key: String) {
        change(key, to: nil)
    }

    private mutating func change(_ key: String, to value: [UInt8]?) {
        if let index = position(of: key) {
            changes[index].value = value
            return
        }
        changes.append((key, value))
        if changes.count == Self.manyChanges {
            for (index, change) in changes.enumerated() { positions[Array(change.key.utf8)] = index }
        } else if changes.count > Self.manyChanges {
            positions[Array(key.utf8)] = changes.count - 1
        }
    }

    private func position(of key: String) -> Int? {
        changes.count < Self.manyChanges
            ? changes.firstIndex { $0.key.utf8.elementsEqual(key.utf8) }
            : positions[Array(key.utf8)]
    }

    private func position(of member: JSONValue.Member) -> Int? {
        changes.count < Self.manyChanges
            ? changes.firstIndex { member.keyEquals($0.key) }
            : positions[Array(member.key.utf8)]
    }

    /// The object with the changes made.
    package var bytes: [UInt8] {
        let source = Array(original.bytes)
        let origin = original.range.lowerBound
        var result: [UInt8] = []
        result.reserveCapacity(source.count + changes.reduce(0) { $0 + $1.key.utf8.count + ($1.value?.count ?? 0) + 4 })
        var written = [Bool](repeating: false, count: changes.count)
        var hasMembers = false
        // What stands between two members goes with the second of them, so that a removed one takes its comma along.
        var copied = 1
        result.append(contentsOf: source.prefix(1))
        for member in original.members {
            let memberRange = (member.range.lowerBound - origin)..<(member.range.upperBound - origin)
            let valueRange = (member.value.range.lowerBound - origin)..<(member.value.range.upperBound - origin)
            let index = position(of: member)
            if let index, changes[index].value == nil {
                written[index] = true
            } else {
                if hasMembers || copied == 1 { result.append(contentsOf: source[copied..<memberRange.lowerBound]) }
                if let index, let value = changes[index].value {
                    written[index] = true
                    result.append(contentsOf: source[memberRange.lowerBound..<valueRange.lowerBound])
                    result.append(contentsOf: value)
                } else {
                    result.append(contentsOf: source[memberRange])
                }
                hasMembers = true
            }
            copied = memberRange.upperBound
        }
        for (index, change) in changes.enumerated() {
            guard !written[index], let value = change.value else { continue }
            if hasMembers { result.append(UInt8(ascii: ",")) }
            var writer = JSONWriter(reserving: change.key.utf8.count + 3)
            writer.key(escaping: change.key)
            result.append(contentsOf: writer.bytes)
            result.append(contentsOf: value)
            hasMembers = true
        }
        result.append(contentsOf: source[copied...])
        return result
    }
}
