import SQLStore
import SQLiteDriver
import Testing
import ToolBridge

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite("Opening")
struct OpeningTests {
    private static let contract: [(String, String)] = [
        ("journal_mode", "wal"), ("foreign_keys", "1"), ("busy_timeout", "5000"), ("mmap_size", "0"), ("trusted_schema", "0"),
        ("cell_size_check", "1"),
    ]

    private func setting(_ name: String, _ connection: SQLiteConnection) throws -> String? {
        try connection.first(SQLStatement("PRAGMA \(name)")) { $0.text(0) ?? "" }
    }

    @Test("every connection has the settings of the contract", arguments: contract)
    func settings(name: String, value: String) async throws {
        try await withDatabase { database, _ in
            let read = try await database.read(for: nil) { try setting(name, $0) }
            let written = try await database.write(for: nil) { try setting(name, $0) }
            #expect(read == value && written == value)
        }
    }

    @Test("writes are synced at every commit unless asked otherwise")
    func durability() async throws {
        try await withDatabase { database, _ in
            let synchronous = try await database.write(for: nil) { try setting("synchronous", $0) }
            #expect(synchronous == "2")
        }
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let relaxed = try await SQLiteDatabase(path: folder.file, durability: .normal)
        #expect(try await relaxed.write(for: nil) { try setting("synchronous", $0) } == "1")
        await relaxed.close()
    }

    @Test("a reader can't write")
    func readOnly() async throws {
        try await withDatabase { database, _ in
            await #expect(throws: StoreError.self) {
                try await database.read(for: nil) { try $0.run(SQLStatement("INSERT INTO schema_step (number) VALUES (99)")) }
            }
        }
    }

    @Test("the file and what is beside it are private, the folders that it makes too")
    func modes() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let path = folder.path + "/deep/er/items.db"
        let database = try await SQLiteDatabase(path: path)
        #expect(mode(folder.path + "/deep") == 0o700 && mode(folder.path + "/deep/er") == 0o700)
        for suffix in ["", "-wal", "-shm"] { #expect(mode(path + suffix) == 0o600, "\(suffix)") }
        await database.close()
    }

    @Test("a file that others could read is made private")
    func looseMode() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try await SQLiteDatabase(path: folder.file).close()
        chmod(folder.file, 0o644)
        try await SQLiteDatabase(path: folder.file).close()
        #expect(mode(folder.file) == 0o600)
    }

    @Test("a path that SQLite would take for something else is a path")
    func oddNames() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        for name in [":memory:", "file:x?mode=memory", "a b'%.db", "é.db"] {
            let database = try await SQLiteDatabase(path: folder.path + "/" + name)
            #expect(mode(folder.path + "/" + name) == 0o600, "\(name)")
            await database.close()
        }
    }

    @Test("a path that can't keep a database is refused in one line")
    func refusedPaths() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        symlink(folder.path + "/nowhere", folder.path + "/link")
        mkfifo(folder.path + "/fifo", 0o600)
        try overwriteOrMake(folder.path + "/text.db", [UInt8](repeating: UInt8(ascii: "x"), count: 5000))
        let cases: [(String, String)] = [
            (folder.path, "is a directory"), (folder.path + "/link", "symbolic link to nowhere"),
            (folder.path + "/fifo", "not a regular file"),
            ("", "no path"), (folder.path + "/a\0b", "no path"), ("/proc/self/nothing/x.db", "can't be used"),
            (folder.path + "/text.db", "SQLite error 26"), (folder.path + "/text.db/x.db", "can't be used"),
        ]
        for (path, words) in cases {
            do {
                try await SQLiteDatabase(path: path).close()
                Issue.record("\(path) was opened")
            } catch {
                #expect("\(error)".contains(words) && !"\(error)".contains("\n"), "\(error)")
            }
        }
    }

    @Test(
        "a network file system is recognized by the mount that a file is on",
        arguments: [
            ("0:45", "nfs4"), ("0:46", "fuse.sshfs"), ("0:47", "9p"), ("0:48", "cifs"), ("8:1", nil), ("0:49", nil), ("0:50", nil),
            ("7:7", nil),
        ] as [(String, String?)]
    )
    func networkFileSystems(device: String, name: String?) {
        let mounts = #"""
            24 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
            36 24 0:45 / /home/a\040b rw,relatime shared:2 master:1 - nfs4 host:/nfs rw,vers=4.2
            37 24 0:46 /x /mnt/s rw - fuse.sshfs host:/ rw
            38 24 0:47 / /mnt/c rw - 9p drvfs rw
            39 24 0:48 / /mnt/smb rw,nosuid - cifs //host/share rw
            40 24 0:49 / /tmp rw - tmpfs tmpfs rw,size=9p
            41 24 0:50 / /mnt/broken rw -
            """#
        #expect(NetworkFileSystem.name(ofDevice: device, in: mounts) == name)
    }

    @Test("a link to a database is followed")
    func link() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try await SQLiteDatabase(path: folder.file).close()
        symlink(folder.file, folder.path + "/link")
        let database = try await SQLiteDatabase(path: folder.path + "/link")
        try await SQLStore(database: database).check()
        await database.close()
    }

    @Test("after closing every call is refused as unavailable, and closing again does nothing")
    func closed() async throws {
        try await withDatabase { database, _ in
            let store = SQLStore(database: database)
            await store.close()
            let owner = Owner(tenant: "t", subject: "s")
            let calls: [@Sendable () async throws -> Void] = [
                { try await store.check() }, { _ = try await store.read(of: owner) { try $0.ownerState() } },
                { _ = try await store.write(of: owner) { try $0.lockOwner(taking: 1) } },
            ]
            for call in calls {
                do {
                    try await call()
                    Issue.record("a closed database answered")
                } catch StoreError.unavailable(let cause) {
                    #expect(cause as? SQLiteUnavailable == .closed)
                }
            }
            #expect(await database.failure() == nil)
        }
    }

    @Test("closing finishes the writes that wait")
    func closingFinishes() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let owner = Owner(tenant: "t", subject: "s")
        let database = try await SQLiteDatabase(path: folder.file)
        let store = SQLStore(database: database)
        let acknowledged = await withTaskGroup(of: Int.self) { group in
            for number in 0..<200 {
                group.addTask {
                    if number == 100 { await store.close() }
                    return (try? await store.write(of: owner) { try $0.lockOwner(taking: 1) }) == nil ? 0 : 1
                }
            }
            return await group.reduce(0, +)
        }
        let again = SQLStore(database: try await SQLiteDatabase(path: folder.file))
        let sequence = try await again.read(of: owner) { try $0.ownerState()?.sequence ?? 0 }
        #expect(sequence == Int64(acknowledged))
        await again.close()
    }
}

private func overwriteOrMake(_ path: String, _ bytes: [UInt8]) throws {
    close(open(path, O_CREAT | O_WRONLY, 0o600))
    try overwrite(path, at: 0, with: bytes)
}
