package import MCP
import Synchronization
package import ToolBridge

/// Tells those who listen that items of theirs have changed, whoever changed them: a tool, the API, a device that syncs, another process (RS6, RS7, SB10).
///
/// It follows the change sequence, and only of owners for whom somebody listens. For all others it does nothing at all.
package final class ItemNotices: Sendable {
    private let items: any ItemService
    private let sync: any SyncService
    private let signals: ChangeSignals
    private let changes: ServerChanges
    private let state = Mutex(State())
    private let (starts, start) = AsyncStream.makeStream(of: Start.self)

    private struct State {
        var owners: [Owner: WatchedOwner] = [:]
        var lastNumber = 0
    }

    fileprivate struct WatchedOwner {
        /// An owner may be left and watched again while its former follower still comes to its end.
        let number: Int
        /// How many streams of each.
        var listeners: [Principal: Int] = [:]
        /// Up to where changes have been told; `nil` before the first look.
        var place: Place?
        var follower: ChangeFollower?
    }

    fileprivate struct Place {
        var cursor: String
        var recent: RecentItems
    }

    private struct Start {
        let owner: Owner
        let number: Int
    }

    /// - Parameters:
    ///   - signals: Those of the service, rung also when another process has written.
    ///   - changes: Of the server whose clients are told.
    package init(items: any ItemService, sync: any SyncService, signals: ChangeSignals, changes: ServerChanges) {
        self.items = items
        self.sync = sync
        self.signals = signals
        self.changes = changes
    }

    /// For how many owners somebody listens.
    package var watchedOwners: Int { state.withLock { $0.owners.count } }

    /// Somebody begins to listen; what changes from when this returns on is told.
    ///
    /// - Returns: What is to be called when they have ended.
    /// - Throws: `unavailable`.
    package func listen(to owner: Owner, as principal: Principal) async throws(ItemError) -> @Sendable () -> Void {
        let (number, isKnown) = state.withLock { state in
            if state.owners[owner] == nil {
                state.lastNumber &+= 1
                state.owners[owner] = WatchedOwner(number: state.lastNumber)
            }
            state.owners[owner]?.listeners[principal, default: 0] += 1
            return (state.owners[owner]?.number ?? 0, state.owners[owner]?.place != nil)
        }
        if !isKnown {
            do throws(ItemError) {
                let place = try await place(of: owner)
                let isFirst = state.withLock { state in
                    guard state.owners[owner]?.number == number, state.owners[owner]?.place == nil else { return false }
                    state.owners[owner]?.place = place
                    return true
                }
                if isFirst { start.yield(Start(owner: owner, number: number)) }
            } catch {
                leave(owner, as: principal)
                throw error
            }
        }
        return { [weak self] in self?.leave(owner, as: principal) }
    }

    private func leave(_ owner: Owner, as principal: Principal) {
        let follower = state.withLock { state -> ChangeFollower? in
            guard let count = state.owners[owner]?.listeners[principal] else { return nil }
            state.owners[owner]?.listeners[principal] = count > 1 ? count - 1 : nil
            guard state.owners[owner]?.listeners.isEmpty == true else { return nil }
            return state.owners.removeValue(forKey: owner)?.follower
        }
        follower?.stop()
    }

    /// Follows all for whom somebody listens, until the task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for await start in starts {
                group.addTask { [self] in await follow(start) }
            }
            group.cancelAll()
        }
    }

    private func follow(_ start: Start) async {
        try? await signals.following(start.owner) { follower in
            let isWatched = state.withLock { state in
                guard state.owners[start.owner]?.number == start.number else { return false }
                state.owners[start.owner]?.follower = follower
                return true
            }
            guard isWatched else { return }
            // Something may have changed between the listener's beginning and this one's.
            var isBehind = await !look(at: start)
            while true {
                let wake = try await follower.next()
                if wake.isChanged || isBehind { isBehind = await !look(at: start) }
            }
        }
    }

    /// Tells all that has changed since the last look.
    ///
    /// - Returns: false if that couldn't be seen.
    private func look(at start: Start) async -> Bool {
        do throws(ItemError) {
            while let place = state.withLock({ $0.owners[start.owner] })?.place(of: start.number) {
                if try await !tellMore(beyond: place, start) { return true }
            }
            return true
        } catch {
            // The service has reported the fault; the next signal comes within a second.
            return false
        }
    }

    /// - Returns: Whether there may be more.
    private func tellMore(beyond place: Place, _ start: Start) async throws(ItemError) -> Bool {
        let page: FeedPage
        do throws(ItemError) {
            page = try await sync.changes(FeedQuery(cursor: place.cursor, limit: Limits.pageItems), of: start.owner)
        } catch {
            guard error.code == .epochMismatch || error.code == .invalidCursor else { throw error }
            // All was wiped, or the database is another one: everything may be different.
            move(try await self.place(of: start.owner), start)
            post([.everyResource, .resourceList], start)
            return true
        }
        var (place, isOtherList) = (place, false)
        for change in page.changes {
            if place.recent.note(change.item) { isOtherList = true }
            post(ItemAddress.Form.allCases.map { .resource(uri: ItemAddress(change.item.reference, $0).text) }, start)
        }
        if isOtherList { post([.resourceList], start) }
        place.cursor = page.checkpoint
        move(place, start)
        return page.hasMore
    }

    private func move(_ place: Place, _ start: Start) {
        state.withLock { state in
            if state.owners[start.owner]?.number == start.number { state.owners[start.owner]?.place = place }
        }
    }

    private func post(_ subjects: [ChangeNotice.Subject], _ start: Start) {
        let principals = state.withLock { $0.owners[start.owner]?.listeners.keys.map { $0 } ?? [] }
        for principal in principals {
            for subject in subjects { changes.post(ChangeNotice(subject, of: principal)) }
        }
    }

    /// Where an owner's changes stand now.
    private func place(of owner: Owner) async throws(ItemError) -> Place {
        let state = try await sync.state(of: owner)
        let cursor = SyncCursor(.feed(Set(ItemKind.allCases)), epoch: state?.epoch ?? 1, sequence: state?.sequence ?? 0)
        // Behind the place, so that what comes between is taken for known, not for new: it came before the listener was told anything.
        let query = RecentQuery(limit: RecentItems.listed, includeDeleted: false, maximumBytes: Self.lookedThrough)
        let latest = try await items.recent(query, of: owner)
        return Place(
            cursor: cursor.text(for: owner),
            recent: RecentItems(latest.items, hasMore: latest.nextCursor != nil, limit: RecentItems.listed)
        )
    }

    /// Bytes of payloads that are read to know which items are listed; beyond them the list is said to have changed where it may have.
    private static let lookedThrough = 262_144
}

extension ItemNotices.WatchedOwner {
    fileprivate func place(of number: Int) -> ItemNotices.Place? { self.number == number ? place : nil }
}
