import GRDBSQLite
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A disk that fails when it is told to: SQLite's own file access with other `xWrite` and `xSync` for the files of chosen folders.
///
/// It is SQLite's default file system in this process, and passes everything through for files of other folders.
enum FaultyDisk {
    struct Plan: Sendable {
        /// How many writes and syncs succeed before the first failure.
        var successes: Int
        /// Whether only one call fails, or all from then on.
        var failsOnce = true
        /// What a write and a sync return then.
        var writeError = FaultyDisk.failedWrite
        var syncError = FaultyDisk.failedSync
    }

    /// `SQLITE_IOERR_WRITE` and `SQLITE_IOERR_FSYNC`, which Swift can't import.
    static let failedWrite = SQLITE_IOERR | 3 << 8
    static let failedSync = SQLITE_IOERR | 4 << 8

    /// `@unchecked Sendable`: the methods are constants of SQLite's.
    private struct File: @unchecked Sendable {
        let folder: String
        let methods: UnsafePointer<sqlite3_io_methods>
    }

    private struct State {
        var plans: [String: Plan] = [:]
        var calls: [String: Int] = [:]
        var files: [UInt: File] = [:]
    }

    private static let state = Mutex(State())

    /// Makes a folder's files fail as planned, or sound again.
    static func set(_ plan: Plan?, for folder: String) {
        _ = installed
        state.withLock {
            $0.plans[folder] = plan
            $0.calls[folder] = 0
        }
    }

    /// How many writes and syncs there were since the plan was set.
    static func calls(in folder: String) -> Int {
        state.withLock { $0.calls[folder, default: 0] }
    }

    /// Installed once, and before SQLite opens a file of a test that wants it.
    static let installed: Bool = {
        guard let original = sqlite3_vfs_find(nil) else { return false }
        let copy = UnsafeMutablePointer<sqlite3_vfs>.allocate(capacity: 1)
        copy.initialize(to: original.pointee)
        copy.pointee.zName = UnsafePointer(strdup("faulty"))
        copy.pointee.xOpen = { _, name, file, flags, outFlags in
            guard let original = sqlite3_vfs_find("unix"), let open = original.pointee.xOpen else { return SQLITE_CANTOPEN }
            let code = open(original, name, file, flags, outFlags)
            if code == SQLITE_OK, let name, let file { FaultyDisk.adopt(file, String(cString: name)) }
            return code
        }
        return sqlite3_vfs_register(copy, 1) == SQLITE_OK
    }()

    private static func adopt(_ file: UnsafeMutablePointer<sqlite3_file>, _ path: String) {
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        guard state.withLock({ $0.plans[folder] != nil || $0.calls[folder] != nil }), let original = file.pointee.pMethods else { return }
        let key = UInt(bitPattern: file)
        let known = File(folder: folder, methods: original)
        state.withLock { $0.files[key] = known }
        // Never freed: a file may be closed by SQLite at any later time, and there are few.
        let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        methods.initialize(to: original.pointee)
        methods.pointee.xWrite = { file, bytes, count, offset in
            guard let known = FaultyDisk.known(file), let write = known.methods.pointee.xWrite else { return FaultyDisk.failedWrite }
            if let plan = FaultyDisk.failure(in: known.folder) { return plan.writeError }
            return write(file, bytes, count, offset)
        }
        methods.pointee.xSync = { file, flags in
            guard let known = FaultyDisk.known(file), let sync = known.methods.pointee.xSync else { return FaultyDisk.failedSync }
            if let plan = FaultyDisk.failure(in: known.folder) { return plan.syncError }
            return sync(file, flags)
        }
        file.pointee.pMethods = UnsafePointer(methods)
    }

    private static func known(_ file: UnsafeMutablePointer<sqlite3_file>?) -> File? {
        let key = UInt(bitPattern: file)
        return state.withLock { $0.files[key] }
    }

    private static func failure(in folder: String) -> Plan? {
        state.withLock { state in
            state.calls[folder, default: 0] += 1
            guard var plan = state.plans[folder] else { return nil }
            guard plan.successes == 0 else {
                plan.successes -= 1
                state.plans[folder] = plan
                return nil
            }
            if plan.failsOnce { state.plans[folder] = nil }
            return plan
        }
    }
}
