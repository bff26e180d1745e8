import JSON

/// `_meta` on what is declared: members of the server's own, and what Apps add (B15, RS8).
enum MetaMember {
    /// Names whose place in a prefix reserves it for the protocol.
    private static let reserved = ["modelcontextprotocol", "mcp"]

    /// Why it can't be published, the end of a sentence that begins "its _meta"; nil if it can (B15).
    ///
    /// Each key is a prefix of our own, two labels or more, a slash and a name: `com.example/colour`.
    static func fault(in meta: JSONValue?) -> String? {
        guard let meta else { return nil }
        guard meta.kind == .object else { return "must be an object" }
        for member in meta.members where !isOwn(member.key) {
            return "has the key \(member.key.shortened), which has no prefix of its own"
        }
        return nil
    }

    /// Writes the member `_meta`, if there is anything for it that this revision takes.
    ///
    /// What Apps add goes to every client (UI1, UI3): where the schema of a revision has no `_meta`, it still allows other members.
    static func write(_ meta: JSONValue?, to writer: inout JSONWriter, for revision: Revision, ui: ((inout JSONWriter) -> Void)? = nil) {
        let own = revision.hasTitlesAndLinks ? meta : nil
        guard ui != nil || own != nil else { return }
        writer.key("_meta")
        writer.object { writer in
            if let own {
                for member in own.members {
                    writer.key(escaping: member.key)
                    writer.value(member.value)
                }
            }
            if let ui {
                writer.key("ui")
                ui(&writer)
            }
        }
    }

    private static func isOwn(_ key: String) -> Bool {
        let parts = key.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count == 2, isName(parts[1]) else { return false }
        let labels = parts[0].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        // The second label by the newer revisions, any but the last one by 2025-06-18.
        let guarded = labels.enumerated().filter { $0.offset == 1 || $0.offset < labels.count - 1 }.map(\.element)
        return labels.count >= 2 && labels.allSatisfy(isLabel)
            && !guarded.contains { label in reserved.contains { label.elementsEqual($0.utf8) } }
    }

    /// A letter, then letters, digits and hyphens, and no hyphen at the end.
    private static func isLabel(_ label: Substring.UTF8View) -> Bool {
        guard let first = label.first, let last = label.last, isLetter(first), last != UInt8(ascii: "-") else { return false }
        return label.allSatisfy { isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") }
    }

    /// Letters, digits, and between them `-`, `_` and `.`.
    private static func isName(_ name: Substring.UTF8View) -> Bool {
        guard let first = name.first, let last = name.last else { return false }
        return [first, last].allSatisfy { isLetter($0) || isDigit($0) }
            && name.allSatisfy {
                isLetter($0) || isDigit($0) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: ".")
            }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}
