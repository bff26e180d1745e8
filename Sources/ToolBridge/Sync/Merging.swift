extension Change {
    /// What the server keeps when this change meets the stored item, or `nil` if nothing changes.
    ///
    /// The later change wins, and of two with the same time the one that came first, so that a client may push twice. A time more than five minutes
    /// ahead of the server's is replaced by the server's: a wrong clock can't own an item. A change whose bytes are the stored ones is never a change,
    /// whatever its time, so that clamped and undated ones can be repeated too.
    ///
    /// The result still has the old sequence number; the store gives it the next one.
    package func merged(into stored: StoredItem?, at now: Timestamp) -> StoredItem? {
        let time = effectiveTime(at: now)
        guard let stored else {
            return StoredItem(
                item: item(version: max(1, firstVersion), at: time, now),
                sequence: 0,
                parent: parent.reference,
                createdAt: now,
                facets: facets
            )
        }
        guard time > stored.item.updatedAt, payload != stored.item.payload else { return nil }
        let (version, overflow) = stored.item.version.addingReportingOverflow(1)
        guard !overflow else { return nil }
        return StoredItem(
            item: item(version: version, at: time, now),
            sequence: stored.sequence,
            parent: parent.reference,
            createdAt: stored.createdAt,
            facets: facets
        )
    }

    /// The client's time, clamped; the server's where it gave none.
    package func effectiveTime(at now: Timestamp) -> Timestamp {
        clamped(updatedAt ?? now, at: now)
    }

    /// Whether the client's time is too far ahead to be kept.
    func isClamped(at now: Timestamp) -> Bool {
        updatedAt.map { clamped($0, at: now) != $0 } ?? false
    }

    private func clamped(_ time: Timestamp, at now: Timestamp) -> Timestamp {
        time > now.adding(milliseconds: Limits.clockSkewMilliseconds) ? now : time
    }

    private func item(version: Int64, at time: Timestamp, _ now: Timestamp) -> Item {
        Item(
            uid: uid,
            kind: kind,
            version: version,
            updatedAt: time,
            deletedAt: isDeletion ? clamped(deletedAt ?? time, at: now) : nil,
            payload: payload
        )
    }
}
