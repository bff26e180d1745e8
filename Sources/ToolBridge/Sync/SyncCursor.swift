/// A place in an owner's change sequence, as clients carry it.
///
/// Opaque: base64url of format, kind, direction, a tag of the owner, the sequence number and a checksum. It grants nothing: whose items are read
/// always comes from the caller's identity. A cursor of a filtered list or of something over several kinds has a second format, which also holds a
/// digest of what it was made for and the owner's epoch.
package struct SyncCursor: Sendable, Equatable {
    package enum Direction: UInt8, Sendable {
        case oldestChangeFirst = 1
        case newestChangeFirst = 2
    }
    /// What a cursor was made for; it is good for nothing else.
    package struct Purpose: Sendable, Equatable {
        /// `nil` in what goes over several kinds.
        let kind: ItemKind?
        let direction: Direction
        /// Of the filter, or of the set of kinds; 0 where all items are meant.
        let digest: UInt32

        /// A list or feed of one kind.
        package static func list(_ kind: ItemKind, _ direction: Direction, _ filter: ItemFilter = ItemFilter()) -> Purpose {
            Purpose(kind: kind, direction: direction, digest: filter.cursorDigest)
        }

        /// The feed over these kinds.
        package static func feed(_ kinds: Set<ItemKind>) -> Purpose {
            Purpose(kind: nil, direction: .oldestChangeFirst, digest: ItemKind.cursorDigest(kinds))
        }

        /// The latest changes of these kinds.
        package static func recent(_ query: RecentQuery) -> Purpose {
            Purpose(kind: nil, direction: .newestChangeFirst, digest: query.cursorDigest)
        }

        fileprivate var format: UInt8 { kind != nil && digest == 0 ? 1 : 2 }
    }
    package let purpose: Purpose
    /// The owner's epoch when a cursor of the feed over all kinds was made; 0 in others.
    package let epoch: Int64
    /// The sequence number of the last item that was read, from 0.
    package let sequence: Int64

    /// - Parameter epoch: Counts only in the feed over all kinds.
    package init(_ purpose: Purpose, epoch: Int64 = 0, sequence: Int64) {
        self.purpose = purpose
        self.epoch = purpose.kind == nil ? epoch : 0
        self.sequence = sequence
    }

    package init(_ kind: ItemKind, _ direction: Direction, sequence: Int64) {
        self.init(.list(kind, direction), sequence: sequence)
    }

    /// No cursor of ours is longer than this.
    package static let maximumLength = 128
}

extension SyncCursor {
    private static let checkLength = 4

    /// The cursor's text for one owner.
    package func text(for owner: Owner) -> String {
        var bytes = purpose.head(for: owner)
        if purpose.format == 2 { bytes.append(bigEndian: epoch) }
        bytes.append(bigEndian: sequence)
        bytes.append(contentsOf: Self.check(bytes))
        return Base64URL.encode(bytes)
    }

    /// Reads a cursor that this owner was given for this purpose.
    ///
    /// - Returns: `nil` for no cursor (the empty text) and for one in the predecessor's format: reading starts from the beginning.
    /// - Throws: `invalid_cursor`.
    package init?(_ text: String, of owner: Owner, _ purpose: Purpose) throws(ItemError) {
        guard !text.isEmpty else { return nil }
        guard text.utf8.count <= Self.maximumLength, let bytes = Base64URL.decode(text) else { throw .invalidCursor }
        if Self.isOldFormat(bytes) { return nil }
        let head = purpose.head(for: owner)
        let body = bytes.dropLast(Self.checkLength)
        guard body.count == head.count + (purpose.format == 2 ? 16 : 8), body.starts(with: head),
            bytes.suffix(Self.checkLength).elementsEqual(Self.check(body))
        else { throw .invalidCursor }
        let epoch = purpose.format == 2 ? Self.integer(body.dropFirst(head.count).prefix(8)) : 0
        guard let epoch, let sequence = Self.integer(body.suffix(8)) else { throw .invalidCursor }
        self.init(purpose, epoch: epoch, sequence: sequence)
    }

    package init?(_ text: String, of owner: Owner, _ kind: ItemKind, _ direction: Direction) throws(ItemError) {
        try self.init(text, of: owner, .list(kind, direction))
    }

    private static func check(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        var hash = FNV1a()
        hash.combine(bytes)
        var check: [UInt8] = []
        check.append(bigEndian: UInt32(truncatingIfNeeded: hash.value))
        return check
    }

    private static func integer(_ bytes: some Sequence<UInt8>) -> Int64? {
        Int64(exactly: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    /// The predecessor wrote `<milliseconds>|<uuid>`.
    private static func isOldFormat(_ bytes: [UInt8]) -> Bool {
        guard let bar = bytes.firstIndex(of: UInt8(ascii: "|")), bar > 0, bar <= 19 else { return false }
        guard bytes[..<bar].allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return false }
        return bytes[(bar + 1)...].withUnsafeBufferPointer { UID(utf8: $0) != nil }
    }
}

extension SyncCursor.Purpose {
    /// What all of an owner's cursors for one purpose begin with.
    fileprivate func head(for owner: Owner) -> [UInt8] {
        var bytes: [UInt8] = [format, kind?.cursorNumber ?? 0, direction.rawValue]
        if format == 2 { bytes.append(bigEndian: digest) }
        bytes.append(bigEndian: owner.tag)
        return bytes
    }
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian value: some FixedWidthInteger) {
        for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) { append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
}
