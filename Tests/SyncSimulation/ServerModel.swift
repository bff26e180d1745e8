package import ToolBridge

/// A server of one owner that is nothing but dictionaries: what every answer must be, given the requests before it.
///
/// It applies the domain's pure functions one request after the other. What those functions promise is checked apart, in `ServerModel+promises`.
package struct ServerModel: Sendable {
    package internal(set) var items: [ItemReference: StoredItem] = [:]
    package internal(set) var sequence: Int64 = 0
    package internal(set) var epoch: Int64 = 1
    /// What the last request changed, in the order of the change sequence.
    package internal(set) var lastCommit: [StoredItem] = []
    /// How many requests changed anything.
    package internal(set) var commits = 0
    package internal(set) var wipes = 0
    /// Pushed payloads that were kept once, and whether their time was clamped then.
    ///
    /// By their kinds: items of two kinds may have the same uid and be deleted at the same moment, in the same words.
    var applied: [ItemKind: [[UInt8]: Bool]] = [:]
    /// Pushed payloads that met something as new as they were, or newer.
    var outvoted: Set<[UInt8]> = []
    /// Pushed payloads that were refused.
    var refused: Set<[UInt8]> = []
    /// The latest moment of the server's clock.
    var latest = Timestamp(milliseconds: 0)
    /// What is wrong with what was changed, whatever the answer.
    var broken: String?
    private var sessions: [UID: Timestamp] = [:]
    private var records: [String: (answer: SyncAnswer, time: Timestamp)] = [:]
    private var positions: [String: Position] = [:]

    private struct Position {
        let sequence: Int64
        let epoch: Int64
    }

    package init() {}

    /// Takes the next request and the answer that it got.
    ///
    /// - Returns: What is wrong with the answer; `nil` if nothing is.
    mutating func verify(_ request: SyncRequest, _ answer: SyncAnswer, isRecorded: Bool, at now: Timestamp) -> String? {
        latest = max(latest, now)
        lastCommit = []
        broken = nil
        let expected: SyncAnswer
        if case .write(let write) = request, let key = write.key, let record = records[key] {
            if isRecorded { return Self.isSame(answer, record.answer) ? nil : "recorded \(record.answer), answered \(answer)" }
            let age = latest.milliseconds - record.time.milliseconds
            guard age >= RecordedAnswer.lifetimeMilliseconds else { return "the answer to \(key) was forgotten after \(age) ms" }
        } else if isRecorded {
            return "an answer that nobody gave: \(answer)"
        }
        do throws(ItemError) {
            expected = try self.answer(to: request, answer, at: now)
        } catch {
            expected = .refused(error)
        }
        if case .write(let write) = request, let key = write.key { records[key] = (answer, now) }
        if !lastCommit.isEmpty { commits += 1 }
        guard Self.isSame(answer, expected) else { return "expected \(expected)\n    answered \(answer)" }
        return broken
    }

    private static func isSame(_ left: SyncAnswer, _ right: SyncAnswer) -> Bool {
        if case .refused(let left) = left, case .refused(let right) = right { return left.code == right.code && left.text == right.text }
        return left == right
    }

    private mutating func answer(to request: SyncRequest, _ actual: SyncAnswer, at now: Timestamp) throws(ItemError) -> SyncAnswer {
        switch request {
        case .openSession:
            sessions = sessions.filter { $0.value > now }
            guard case .session(let id, _) = actual, sessions[id] == nil else { return .session(.random(), epoch: epoch) }
            sessions[id] = now.adding(milliseconds: Limits.sessionLifetimeMilliseconds)
            return .session(id, epoch: epoch)
        case .push(let kind, let payloads, let ticket):
            try check(ticket, at: now)
            return .acks(payloads.map { push($0, kind, at: now) })
        case .pull(let kind, let cursor, let limit, let ticket):
            try check(ticket, at: now)
            return .page(page([kind], cursor, limit, checkpoint: actual))
        case .follow(let kinds, let cursor, let limit, let ticket):
            try check(ticket, at: now)
            return .page(page(kinds, cursor, limit, checkpoint: actual))
        case .wipe(let ticket):
            try check(ticket, at: now)
            wipe()
            return .wiped(epoch: epoch)
        case .write(let write):
            return .item(try perform(write, at: now))
        }
    }

    private func check(_ ticket: SyncTicket, at now: Timestamp) throws(ItemError) {
        guard let expiry = sessions[ticket.session], expiry > now else { throw .sessionInvalid }
        guard ticket.epoch == epoch else { throw .epochMismatch(epoch) }
    }

    private mutating func wipe() {
        items = [:]
        sessions = [:]
        records = [:]
        applied = [:]
        outvoted = []
        refused = []
        epoch += 1
        wipes += 1
    }

    // MARK: - Reading

    /// The changes of some kinds beyond a place in the sequence.
    func changes(beyond sequence: Int64, _ kinds: Set<ItemKind>) -> [StoredItem] {
        items.values.filter { $0.sequence > sequence && kinds.contains($0.item.kind) }.sorted { $0.sequence < $1.sequence }
    }

    private mutating func page(_ kinds: Set<ItemKind>, _ cursor: String?, _ limit: Int, checkpoint actual: SyncAnswer) -> PulledPage {
        let start = cursor.flatMap { positions[$0]?.sequence } ?? 0
        let changes = changes(beyond: start, kinds)
        let page = changes.prefix(limit)
        var checkpoint = ""
        if case .page(let actual) = actual { checkpoint = actual.checkpoint }
        remember(checkpoint, at: page.last?.sequence ?? start)
        return PulledPage(
            changes: page.map { PulledChange($0.item) },
            hasMore: changes.count > limit,
            checkpoint: checkpoint.isEmpty ? "a checkpoint" : checkpoint
        )
    }

    private mutating func remember(_ cursor: String, at sequence: Int64) {
        // A checkpoint may stand behind changes of other kinds, so one text may stand for several places with the same future.
        positions[cursor] = Position(sequence: max(sequence, positions[cursor]?.sequence ?? 0), epoch: epoch)
    }

    /// Takes a page of the feed that a follower was given.
    ///
    /// - Returns: What is wrong with it; `nil` if nothing is.
    mutating func verify(_ query: FeedQuery, _ outcome: Result<FeedPage, ItemError>) -> String? {
        let position = query.cursor.flatMap { positions[$0] }
        if let position, position.epoch != epoch {
            guard case .failure(let refusal) = outcome, refusal == .epochMismatch(epoch) else {
                return "a cursor of epoch \(position.epoch) in epoch \(epoch): \(outcome)"
            }
            return nil
        }
        guard case .success(let page) = outcome else { return "the feed refused: \(outcome)" }
        let start = position?.sequence ?? 0
        let changes = changes(beyond: start, query.kinds)
        let expected = changes.prefix(query.limit)
        guard page.changes.map(\.item) == expected.map(\.item) else {
            return "the feed beyond \(start): expected \(expected.map(\.item)), got \(page.changes.map(\.item))"
        }
        guard page.hasMore == (changes.count > query.limit), page.epoch == epoch else { return "the feed's page is wrong: \(page)" }
        for (change, stored) in zip(page.changes, expected) { remember(change.cursor, at: stored.sequence) }
        remember(page.checkpoint, at: expected.last?.sequence ?? start)
        return nil
    }
}
