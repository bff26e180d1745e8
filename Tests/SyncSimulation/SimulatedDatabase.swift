package import SQLStore
package import SQLiteDriver
import ToolBridge

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A SQLite file in a folder of its own that can be closed and opened again, as a restarting process does.
package struct SimulatedDatabase: Sendable {
    package private(set) var store: SQLStore<SQLiteDatabase>
    private let folder: String
    private var path: String { folder + "/toolbridge.db" }

    package init() async throws {
        folder = "/tmp/sync-simulation-\(UID.random())"
        store = SQLStore(database: try await SQLiteDatabase(path: folder + "/toolbridge.db", durability: .normal, readers: 1))
    }

    /// From now on everything is refused as unavailable.
    package func close() async {
        await store.close()
    }

    package mutating func reopen() async throws {
        store = SQLStore(database: try await SQLiteDatabase(path: path, durability: .normal, readers: 1))
    }

    /// Closes the file and removes it.
    package func remove() async {
        await store.close()
        for name in [path, path + "-wal", path + "-shm"] { unlink(name) }
        rmdir(folder)
    }
}
