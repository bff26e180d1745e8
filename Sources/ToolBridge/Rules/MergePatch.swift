import JSON

extension JSONValue {
    /// This object after an RFC 7396 patch, with every untouched byte as it was.
    ///
    /// - Throws: `invalid_payload`, `payload_too_large` if the whole breaks a rule that its parts kept.
    func mergePatched(with patch: JSONValue) throws(ItemError) -> JSONValue {
        try PayloadEdit.checked(Self.merged(self, patch))
    }

    /// Recursion is bounded: a patch is at most ``Limits/payloadDepth`` levels deep.
    private static func merged(_ target: JSONValue?, _ patch: JSONValue) -> [UInt8] {
        guard patch.kind == .object else { return Array(patch.bytes) }
        let object = target.flatMap { $0.kind == .object ? $0 : nil } ?? emptyObject
        let targets = MemberLookup(object, lookups: patch.count)
        var edit = PayloadEdit(object)
        for member in patch.members {
            if member.value.isNull {
                edit.remove(member.key)
            } else if member.value.kind == .object {
                edit.set(member.key, to: merged(targets[member.key], member.value))
            } else {
                edit.set(member.key, to: Array(member.value.bytes))
            }
        }
        return edit.bytes
    }

    private static let emptyObject: JSONValue = [:]
}

/// Members by name, in time that doesn't grow with the product of both objects' sizes.
private struct MemberLookup {
    private let object: JSONValue
    private var index: [[UInt8]: JSONValue]?

    init(_ object: JSONValue, lookups: Int) {
        self.object = object
        guard lookups > 16, object.count > 16 else { return }
        var index: [[UInt8]: JSONValue] = [:]
        for member in object.members { index[Array(member.key.utf8)] = member.value }
        self.index = index
    }

    subscript(_ key: String) -> JSONValue? {
        guard let index else { return object[key] }
        return index[Array(key.utf8)]
    }
}
