import SQLStore
import SQLiteDriver
import Synchronization
import ToolBridge

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Runs a test with a database of its own, in a folder that is removed at the end.
func withStore(_ body: (SQLStore<SQLiteDatabase>) async throws -> Void) async throws {
    let folder = "/tmp/tools-tests-\(UID.random())"
    let file = folder + "/toolbridge.db"
    let store = SQLStore(database: try await SQLiteDatabase(path: file, durability: .normal))
    defer {
        for name in [file, file + "-wal", file + "-shm"] { unlink(name) }
        rmdir(folder)
    }
    do {
        try await body(store)
    } catch {
        await store.close()
        throw error
    }
    await store.close()
}

/// The same, with the service over it and a clock that the test moves.
func withService(_ body: (LocalItemService, TestClock) async throws -> Void) async throws {
    try await withStore { store in
        let clock = TestClock()
        try await body(LocalItemService(store: store, now: { clock.now }), clock)
    }
}

/// A clock that stands still until it is moved, forwards or backwards.
final class TestClock: Sendable {
    private let milliseconds = Mutex<Int64>(1_772_359_200_000)

    var now: Timestamp { Timestamp(milliseconds: milliseconds.withLock { $0 }) }

    func advance(_ delta: Int64) {
        milliseconds.withLock { $0 += delta }
    }
}

extension Owner {
    static let me = Owner(tenant: "tenant", subject: "me")
    static let other = Owner(tenant: "tenant", subject: "other")
}

extension Payload {
    init(_ text: String) throws {
        try self.init(parsing: Array(text.utf8))
    }
}

extension UID {
    /// A uid that says its number.
    static func numbered(_ number: Int) -> UID {
        let digits = String(number, radix: 16)
        return UID("00000000-0000-4000-8000-" + String(repeating: "0", count: max(0, 12 - digits.utf8.count)) + digits) ?? .random()
    }
}

/// What an operation is refused with, or `nil` if it isn't.
func refusal(_ operation: () async throws -> Void) async -> ItemError? {
    do {
        try await operation()
        return nil
    } catch {
        return error as? ItemError
    }
}
