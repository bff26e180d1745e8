internal import MCP
import Synchronization

/// Sessions that were opened lately, so that a client's next request costs no decryption.
///
/// It holds what a key said of exactly these bytes for exactly this principal, which never changes; whether the session has expired or was ended is
/// asked each time all the same. Two generations: what wasn't used while one filled up is forgotten with the next.
final class OpenedSessions: Sendable {
    private struct Key: Hashable {
        let text: [UInt8]
        let principal: Principal
    }

    private struct Tables {
        var young: [Key: OpenedSeal] = [:]
        var old: [Key: OpenedSeal] = [:]
        /// How often all were forgotten: what was opened before that isn't remembered after it.
        var epoch = 0
    }

    private let limit: Int
    private let tables = Mutex(Tables())

    /// - Parameter limit: How many are remembered at most.
    init(limit: Int = 4096) {
        self.limit = max(2, limit)
    }

    func seal(_ text: [UInt8], for principal: Principal, orOpening open: () -> OpenedSeal?) -> OpenedSeal? {
        let key = Key(text: text, principal: principal)
        let (known, epoch) = tables.withLock { tables -> (OpenedSeal?, Int) in
            if let seal = tables.young[key] { return (seal, tables.epoch) }
            guard let seal = tables.old[key] else { return (nil, tables.epoch) }
            remember(seal, key, &tables)
            return (seal, tables.epoch)
        }
        if let known { return known }
        guard let opened = open() else { return nil }
        tables.withLock { tables in
            if tables.epoch == epoch { remember(opened, key, &tables) }
        }
        return opened
    }

    /// Forgets all, for their keys have gone.
    func removeAll() {
        tables.withLock { $0 = Tables(epoch: $0.epoch &+ 1) }
    }

    private func remember(_ seal: OpenedSeal, _ key: Key, _ tables: inout Tables) {
        if tables.young.count >= limit / 2 {
            tables.old = tables.young
            tables.young = [:]
        }
        tables.young[key] = seal
    }
}
