import ToolBridge

extension ItemReference {
    /// What the addresses of all items begin with.
    static let scheme = "toolbridge://"

    /// Names the item in one text: `notes/c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f`.
    var id: String { "\(kind.path)/\(uid)" }

    /// Its address as a resource.
    var uri: String { Self.scheme + id }

    /// Reads `notes/<uid>` and `toolbridge://notes/<uid>`, the kind and the uid in any spelling; anything else is `nil`.
    init?(id text: String) {
        guard text.utf8.count <= Self.longestID else { return nil }
        var rest = text.utf8[...]
        if rest.starts(with: Self.scheme.utf8) { rest = rest.dropFirst(Self.scheme.utf8.count) }
        if rest.first == UInt8(ascii: "/") { rest = rest.dropFirst() }
        guard let slash = rest.firstIndex(of: UInt8(ascii: "/")), let kind = ItemKind(named: String(Substring(rest[..<slash]))),
            let uid = UID(String(Substring(rest[slash...].dropFirst())))
        else { return nil }
        self.init(kind, uid)
    }

    /// In bytes; more can't be an id.
    private static var longestID: Int { 128 }
}
