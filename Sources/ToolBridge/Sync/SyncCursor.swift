/// A place in an owner's change sequence, as clients carry it.
///
/// Opaque: base64url of version, kind, direction, a tag of the owner, the sequence number and a checksum. It grants nothing: whose items are read
/// always comes from the caller's identity.
package struct SyncCursor: Sendable, Equatable {
    package enum Direction: UInt8, Sendable {
        case oldestChangeFirst = 1
        case newestChangeFirst = 2
    }
    package let kind: ItemKind
    package let direction: Direction
    /// The sequence number of the last item that was read, from 0.
    package let sequence: Int64

    package init(_ kind: ItemKind, _ direction: Direction, sequence: Int64) {
        self.kind = kind
        self.direction = direction
        self.sequence = sequence
    }

    private static let version: UInt8 = 1
    private static let bodyLength = 19
    /// No cursor of ours is longer than this.
    package static let maximumLength = 128

    /// The cursor's text for one owner.
    package func text(for owner: Owner) -> String {
        var bytes: [UInt8] = [Self.version, kind.cursorNumber, direction.rawValue]
        bytes.append(bigEndian: owner.tag)
        bytes.append(bigEndian: UInt64(bitPattern: sequence))
        var hash = FNV1a()
        hash.combine(bytes)
        bytes.append(bigEndian: UInt32(truncatingIfNeeded: hash.value))
        return Base64URL.encode(bytes)
    }

    /// Reads a cursor that this owner was given for reading this kind in this direction.
    ///
    /// - Returns: `nil` for no cursor (the empty text) and for one in the predecessor's format: reading starts from the beginning.
    /// - Throws: `invalid_cursor`.
    package init?(_ text: String, of owner: Owner, _ kind: ItemKind, _ direction: Direction) throws(ItemError) {
        guard !text.isEmpty else { return nil }
        guard text.utf8.count <= Self.maximumLength, let bytes = Base64URL.decode(text) else { throw .invalidCursor }
        if Self.isOldFormat(bytes) { return nil }
        guard bytes.count == Self.bodyLength + 4 else { throw .invalidCursor }
        var hash = FNV1a()
        hash.combine(bytes.prefix(Self.bodyLength))
        var expected: [UInt8] = [Self.version, kind.cursorNumber, direction.rawValue]
        expected.append(bigEndian: owner.tag)
        var check: [UInt8] = []
        check.append(bigEndian: UInt32(truncatingIfNeeded: hash.value))
        guard bytes.starts(with: expected), bytes.suffix(4).elementsEqual(check) else { throw .invalidCursor }
        let sequence = bytes[expected.count..<Self.bodyLength].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let sequence = Int64(exactly: sequence) else { throw .invalidCursor }
        self.init(kind, direction, sequence: sequence)
    }

    /// The predecessor wrote `<milliseconds>|<uuid>`.
    private static func isOldFormat(_ bytes: [UInt8]) -> Bool {
        guard let bar = bytes.firstIndex(of: UInt8(ascii: "|")), bar > 0, bar <= 19 else { return false }
        guard bytes[..<bar].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return false }
        return bytes[(bar + 1)...].withUnsafeBufferPointer { UID(utf8: $0) != nil }
    }
}

extension ItemKind {
    /// Written into cursors, so it never changes.
    fileprivate var cursorNumber: UInt8 {
        switch self {
        case .notes: 1
        case .tasks: 2
        case .comments: 3
        case .chats: 4
        case .chatMessages: 5
        case .taskLists: 6
        case .taskListCategories: 7
        }
    }
}

extension Owner {
    /// Tells owners' cursors apart; no secret.
    fileprivate var tag: UInt64 {
        var hash = FNV1a()
        hash.combine(tenant.utf8)
        hash.combine(CollectionOfOne(0xff))
        hash.combine(subject.utf8)
        return hash.value
    }
}

/// The Fowler–Noll–Vo hash: stable from process to process, which Swift's own is not.
///
/// A changed byte always changes each of its words.
private struct FNV1a {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func combine(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    }
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian value: some FixedWidthInteger) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) { append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
}
