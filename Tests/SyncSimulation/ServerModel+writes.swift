import ToolBridge

extension ServerModel {
    mutating func push(_ payload: [UInt8], _ kind: ItemKind, at now: Timestamp) -> PushAck {
        let change: Change
        do throws(ItemError) {
            change = try Change(reading: Payload(parsing: payload), kind)
        } catch {
            refused.insert(payload)
            return PushAck(uid: nil, version: 0, updatedAt: nil, refusal: error)
        }
        let reference = ItemReference(kind, change.uid)
        let stored = items[reference]
        guard var merged = change.merged(into: stored, at: now) else {
            if stored?.item.payload != payload { outvoted.insert(payload) }
            guard let kept = stored?.item else { return PushAck(uid: change.uid, version: 0, updatedAt: nil) }
            return PushAck(uid: kept.uid, version: kept.version, updatedAt: kept.updatedAt)
        }
        if case .checked(let parent) = change.parent, !isAlive(parent) {
            refused.insert(payload)
            return PushAck(uid: change.uid, version: 0, updatedAt: nil, refusal: kind.parentRule.notFound(parent))
        }
        sequence += 1
        merged.sequence = sequence
        checkPromises(of: change, kept: merged, at: now)
        keep(merged)
        return PushAck(uid: change.uid, version: merged.item.version, updatedAt: merged.item.updatedAt)
    }

    mutating func perform(_ write: ItemWrite, at now: Timestamp) throws(ItemError) -> Item {
        let reference = write.item
        let stored = items[reference]
        let outcome = try write.mutation.applied(to: stored, reference.kind, reference.uid, expecting: write.condition, at: now)
        if case .checked(let parent) = outcome.parent, !isAlive(parent) { throw reference.kind.parentRule.notFound(parent) }
        sequence += 1
        keep(StoredItem(item: outcome.item, sequence: sequence, parent: outcome.parent.reference, createdAt: outcome.createdAt))
        if case .delete = write.mutation, reference.kind == .taskLists { try detachTasks(of: reference, at: now) }
        return outcome.item
    }

    private mutating func detachTasks(of list: ItemReference, at now: Timestamp) throws(ItemError) {
        let tasks = changes(beyond: 0, [.tasks]).filter { $0.parent == list && !$0.isDeleted }
        for task in tasks {
            var detached = try task.detached(at: now)
            sequence += 1
            detached.sequence = sequence
            keep(detached)
        }
    }

    private func isAlive(_ parent: ItemReference) -> Bool {
        items[parent].map { !$0.isDeleted } ?? false
    }

    private mutating func keep(_ item: StoredItem) {
        let reference = ItemReference(item.item.kind, item.item.uid)
        checkPromises(of: item, after: items[reference])
        items[reference] = item
        lastCommit.removeAll { $0.item.uid == item.item.uid && $0.item.kind == item.item.kind }
        lastCommit.append(item)
    }
}

// MARK: - What the rules promise, said without them

extension ServerModel {
    /// An item's versions grow by one and its times strictly; no clock puts it more than five minutes ahead.
    private mutating func checkPromises(of item: StoredItem, after old: StoredItem?) {
        if let old, item.item.version != old.item.version + 1 { broken = "version \(item.item.version) after \(old.item.version)" }
        if let old, item.item.updatedAt <= old.item.updatedAt { broken = "\(item.item.updatedAt) after \(old.item.updatedAt)" }
        // A write of the server's takes the moment after the stored one, so each may add a millisecond.
        let limit = latest.adding(milliseconds: Limits.clockSkewMilliseconds + sequence)
        if item.item.updatedAt > limit { broken = "an item is owned until \(item.item.updatedAt), and now it is \(latest)" }
    }

    /// A change is kept as it came: its bytes, and whether it deletes.
    ///
    /// One that wasn't clamped is kept once at most, however often it comes.
    private mutating func checkPromises(of change: Change, kept: StoredItem, at now: Timestamp) {
        if kept.item.payload != change.payload || kept.isDeleted != change.isDeletion { broken = "\(change) was kept as \(kept)" }
        let stored = items[ItemReference(change.kind, change.uid)]
        if stored?.item.payload == change.payload { broken = "the same again was a change: \(change)" }
        let isClamped = change.effectiveTime(at: now) != change.updatedAt
        if let wasClamped = applied[change.kind]?[change.payload], !wasClamped, !isClamped {
            broken = "kept twice: \(String(decoding: change.payload, as: UTF8.self))"
        }
        applied[change.kind, default: [:]][change.payload] = isClamped
    }
}
