import JSON

extension StoredItem {
    /// This task after its list was deleted: the reference is gone, and the change counts as the server's.
    ///
    /// - Throws: `internal_error` if the stored payload can't be read.
    package func detached(at now: Timestamp) throws(ItemError) -> StoredItem {
        guard case .loose(let key, _) = item.kind.parentRule else { return self }
        let (version, overflow) = item.version.addingReportingOverflow(1)
        guard !overflow else { throw .invalidPayload(.outOfRange, field: "/sync/version") }
        let time = item.updatedAt.next(atLeast: now)
        let object = try item.object()
        var edit = PayloadEdit(object)
        edit.remove(key)
        edit.set("updatedTs", to: time)
        edit.set("updateTime", to: time)
        edit.set("updatedAt", to: time)
        if let sync = object["sync"], sync.kind == .object {
            var syncEdit = PayloadEdit(sync)
            syncEdit.set("version", to: version)
            syncEdit.set("updatedAt", to: time)
            edit.set("sync", to: syncEdit.bytes)
        }
        var detached = self
        detached.item = Item(uid: item.uid, kind: item.kind, version: version, updatedAt: time, deletedAt: nil, payload: edit.bytes)
        detached.parent = nil
        detached.facets = ItemFacets(reading: object)
        return detached
    }
}
