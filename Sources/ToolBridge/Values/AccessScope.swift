/// What a token may allow its bearer to do: `notes:read`, `items:write`.
package struct AccessScope: Sendable, Hashable {
    /// nil for items of every kind.
    package let kind: ItemKind?
    /// Writing includes reading.
    package let isWriting: Bool

    package init(_ kind: ItemKind?, isWriting: Bool) {
        self.kind = kind
        self.isWriting = isWriting
    }

    package static func reading(_ kind: ItemKind?) -> AccessScope { AccessScope(kind, isWriting: false) }
    package static func writing(_ kind: ItemKind?) -> AccessScope { AccessScope(kind, isWriting: true) }

    /// Whether this scope includes another.
    package func includes(_ other: AccessScope) -> Bool {
        (kind == nil || kind == other.kind) && (isWriting || !other.isWriting)
    }
}

extension AccessScope: LosslessStringConvertible {
    package var description: String { (kind?.path ?? Self.everyKind) + ":" + (isWriting ? Self.writing : Self.reading) }

    /// Reads a scope, byte for byte as it is written; any other text is none of ours.
    package init?(_ description: String) {
        let parts = description.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else { return nil }
        let isWriting = parts[1].elementsEqual(Self.writing.utf8)
        guard isWriting || parts[1].elementsEqual(Self.reading.utf8) else { return nil }
        if parts[0].elementsEqual(Self.everyKind.utf8) {
            self.init(nil, isWriting: isWriting)
        } else {
            guard let kind = ItemKind.allCases.first(where: { $0.path.utf8.elementsEqual(parts[0]) }) else { return nil }
            self.init(kind, isWriting: isWriting)
        }
    }

    private static let everyKind = "items"
    private static let reading = "read"
    private static let writing = "write"
}
