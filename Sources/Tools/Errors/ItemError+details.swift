import ToolBridge

/// What hints take out of a refusal; another server's are taken with care.
extension ItemError {
    subscript(_ name: StaticName) -> Detail.Value? {
        details.first { $0.name == name }?.value
    }

    /// Which argument or member is wrong, as it is shown.
    var field: String? {
        guard case .string(let field)? = self[.field], !field.isEmpty else { return nil }
        let shown = DisplayText.line(field, bytes: 100)
        return shown.utf8.allSatisfy(Self.isPointerByte) ? shown : DisplayText.quoted(shown)
    }

    /// Other characters make words, which might be taken for ours.
    private static func isPointerByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A, UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "~"): true
        default: false
        }
    }

    var limit: Int64? {
        guard case .integer(let limit)? = self[.limit] else { return nil }
        return limit
    }

    /// Seconds after which it is worth trying again.
    var retryAfter: Int64? {
        guard case .integer(let seconds)? = self[.retryAfter] else { return nil }
        return seconds
    }

    var uid: UID? {
        guard case .string(let text)? = self[.uid] else { return nil }
        return UID(text)
    }
}
