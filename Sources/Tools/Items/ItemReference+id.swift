import ToolBridge

extension ItemKind {
    /// The kind that a caller means: `notes`, and also `note`, `chat message`, `Chat-Messages`.
    init?(named text: String) {
        guard text.utf8.count <= Self.longestName else { return nil }
        let name: [UInt8] = text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
            case UInt8(ascii: " "), UInt8(ascii: "-"): UInt8(ascii: "_")
            default: byte
            }
        }
        guard let kind = Self.allCases.first(where: { name.elementsEqual($0.path.utf8) || name.elementsEqual($0.singular.utf8) }) else {
            return nil
        }
        self = kind
    }

    /// In bytes; more can't be a kind.
    private static var longestName: Int { 32 }

    /// What callers are told of the kinds.
    static let names = allCases.map(\.path)

    /// What an item of this kind may hang on.
    var parentKinds: [ItemKind] {
        switch parentRule {
        case .none: []
        case .loose(_, let kind), .required(_, let kind): [kind]
        case .typed(_, _, let kinds): kinds
        }
    }
}

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
