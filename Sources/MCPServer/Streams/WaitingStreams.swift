internal import MCP

/// The names of streams without a connection, in the order in which they lost it: of all, of a session and of a principal (S12).
///
/// Names are taken out at once, and skipped where they still stand in line; so nothing here searches.
struct WaitingStreams {
    private enum Line: Hashable {
        case all
        case session(SessionNumber)
        case principal(Principal)
    }

    private struct Entry {
        let name: String
        let turn: Int
    }

    /// Those that wait stand in it, and some that don't any more.
    private struct Queue {
        var entries: [Entry] = []
        var start = 0
        var waiting = 0
    }

    private struct Owner {
        let session: SessionNumber
        let principal: Principal
        let turn: Int
    }

    private var queues: [Line: Queue] = [:]
    private var owners: [String: Owner] = [:]
    private var turns = 0

    var count: Int { owners.count }

    /// Puts a stream at the end.
    mutating func add(_ name: String, of session: SessionNumber, _ principal: Principal) {
        remove(name)
        turns += 1
        let owner = Owner(session: session, principal: principal, turn: turns)
        owners[name] = owner
        for line in lines(of: owner) {
            var queue = queues.removeValue(forKey: line) ?? Queue()
            if queue.entries.count > 2 * queue.waiting + 16 {
                queue.entries = queue.entries[queue.start...].filter { isWaiting($0) }
                queue.start = 0
            }
            queue.entries.append(Entry(name: name, turn: turns))
            queue.waiting += 1
            queues[line] = queue
        }
    }

    /// It has a connection, or is gone.
    mutating func remove(_ name: String) {
        guard let owner = owners.removeValue(forKey: name) else { return }
        for line in lines(of: owner) {
            queues[line]?.waiting -= 1
            if queues[line]?.waiting == 0 { queues[line] = nil }
        }
    }

    /// The one that has waited longest.
    mutating func oldest() -> String? { first(in: .all) }

    /// The one that has to go when one more comes: first of the same session, then of the same principal.
    ///
    /// So whoever has many loses their own; nobody's only one goes while others have more.
    mutating func oldest(for session: SessionNumber, _ principal: Principal) -> String? {
        for line in [Line.session(session), .principal(principal)] {
            if let queue = queues[line], queue.waiting > 1 { return first(in: line) }
        }
        return oldest()
    }

    private func lines(of owner: Owner) -> [Line] {
        let lines: [Line] = [.all, .session(owner.session)]
        // Anonymous is everybody.
        return owner.principal == .anonymous ? lines : lines + [.principal(owner.principal)]
    }

    private func isWaiting(_ entry: Entry) -> Bool { owners[entry.name]?.turn == entry.turn }

    private mutating func first(in line: Line) -> String? {
        guard var queue = queues.removeValue(forKey: line) else { return nil }
        defer { queues[line] = queue }
        while queue.start < queue.entries.count {
            let entry = queue.entries[queue.start]
            if isWaiting(entry) { return entry.name }
            queue.start += 1
        }
        return nil
    }
}
