import Dispatch
import GRDBSQLite
import Synchronization

/// Keeps the write-ahead log short.
///
/// Beside the writer, on a connection and a thread of its own, it copies pages into the database file without holding up anyone. Only if the log
/// grows beyond its limit nevertheless, or content must leave it, the writer itself empties it between two groups.
///
/// `@unchecked Sendable`: `connection` is touched on `queue` only, `next…` on the writer's queue only.
final class Checkpointer: @unchecked Sendable {
    private let queue = DispatchQueue(label: "toolbridge.sqlite.checkpoint")
    private let connect: @Sendable () throws -> SQLiteConnection
    private var connection: SQLiteConnection?
    private let isRunning = Mutex(false)
    /// Where the log is copied next, in pages.
    private var nextCopy = Checkpointer.interval
    /// Where the log is tried to be emptied next, in pages.
    private var nextTruncation = Checkpointer.truncation

    /// 8 MiB in pages.
    private static let interval = 2048
    /// 64 MiB in pages.
    private static let truncation = 16384

    init(connect: @escaping @Sendable () throws -> SQLiteConnection) {
        self.connect = connect
    }

    /// Looks at the log after a commit; on the writer's queue.
    ///
    /// - Returns: True if wiped content is still in the log.
    func committed(_ writer: SQLiteConnection) -> Bool {
        if writer.hasErased {
            writer.hasErased = false
            // Readers are short; a checkpoint beside us is too.
            return !emptyLog(of: writer, wait: 250)
        }
        // Once all of it was copied, SQLite has begun the log anew.
        if writer.logPages + Self.interval < nextCopy { nextCopy = Self.interval }
        if writer.logPages >= nextTruncation {
            // A reader that stays is not asked again at every commit.
            nextTruncation = emptyLog(of: writer, wait: 250) ? Self.truncation : writer.logPages + Self.interval
        } else if writer.logPages >= nextCopy {
            nextCopy = writer.logPages + Self.interval
            start()
        }
        return false
    }

    /// Copies all of the log and cuts it to nothing, unless others need it for longer than `wait` milliseconds; on the writer's queue.
    func emptyLog(of writer: SQLiteConnection, wait: Int32) -> Bool {
        (try? writer.checkpoint(SQLITE_CHECKPOINT_TRUNCATE, wait: wait)) == true
    }

    func close() async {
        await withCheckedContinuation { continuation in
            queue.async { [self] in
                connection?.close()
                connection = nil
                continuation.resume()
            }
        }
    }

    private func start() {
        let mustStart = isRunning.withLock { isRunning in
            defer { isRunning = true }
            return !isRunning
        }
        guard mustStart else { return }
        queue.async { [self] in
            copy()
            isRunning.withLock { $0 = false }
        }
    }

    /// A failure loses nothing: the log keeps what wasn't copied, and a fresh connection copies it again.
    private func copy() {
        do {
            let connection = try self.connection ?? connect()
            self.connection = connection
            _ = try connection.checkpoint(SQLITE_CHECKPOINT_PASSIVE, wait: 0)
        } catch {
            connection?.close()
            connection = nil
        }
    }
}
