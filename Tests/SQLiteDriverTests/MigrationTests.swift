import SQLStore
import SQLiteDriver
import Testing
import ToolBridge

@Suite("Migrations")
struct MigrationTests {
    private static let last = Int64(Schema.steps.count)
    private static let next = Schema.Step(last + 1) { _ in ["CREATE TABLE extra (number INTEGER)", "INSERT INTO extra VALUES (1)"] }

    private func open(_ folder: TemporaryFolder, _ steps: [Schema.Step]) async throws -> SQLiteDatabase {
        try await SQLiteDatabase(path: folder.file, durability: .full, readers: nil, migratingThrough: steps)
    }

    private func number(_ text: String, _ database: SQLiteDatabase) async throws -> Int64? {
        try await database.read(for: nil) { try $0.first(SQLStatement(text)) { $0.integer(0) ?? -1 } }
    }

    @Test("a step that fails changes nothing and isn't recorded; the next start takes it")
    func failingStep() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let broken = Schema.Step(Self.last + 1) { _ in ["CREATE TABLE extra (number INTEGER)", "INSERT INTO nowhere VALUES (1)"] }
        await #expect(throws: StoreError.self) { try await open(folder, Schema.steps + [broken]) }
        let before = try await open(folder, Schema.steps)
        #expect(try await number("SELECT MAX(number) FROM schema_step", before) == Self.last)
        #expect(try await number("SELECT COUNT(*) FROM sqlite_master WHERE name = 'extra'", before) == 0)
        await before.close()
        let after = try await open(folder, Schema.steps + [Self.next])
        #expect(try await number("SELECT COUNT(*) FROM extra", after) == 1)
        #expect(try await number("SELECT MAX(number) FROM schema_step", after) == Self.last + 1)
        await after.close()
    }

    @Test("many that open a new file at once take each step once")
    func atOnce() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let database = try await open(folder, Schema.steps + [Self.next])
                    #expect(try await number("SELECT COUNT(*) FROM extra", database) == 1)
                    #expect(try await number("SELECT COUNT(*) FROM schema_step", database) == Self.last + 1)
                    await database.close()
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("a file that is up to date is opened without a change to it")
    func upToDate() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try await open(folder, Schema.steps).close()
        let before = contents(folder.file)
        try await open(folder, Schema.steps).close()
        #expect(contents(folder.file) == before)
    }

    @Test("a file of a newer program is refused and left alone")
    func newer() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try await open(folder, Schema.steps + [Self.next]).close()
        let before = contents(folder.file)
        await #expect(throws: SchemaError.newerThanProgram(step: Self.last + 1)) { try await open(folder, Schema.steps) }
        #expect(contents(folder.file) == before)
    }

    @Test("a store isn't ready while migrations are missing")
    func missing() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let database = try await open(folder, [])
        await #expect(throws: StoreError.self) { try await SQLStore(database: database).check() }
        await database.close()
    }

    @Test("a database of the first step gets the facets of what it holds, as if it had been put today")
    func facets() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        let owner = Owner(tenant: "t", subject: "s")
        let parent = ItemReference(.notes, .random())
        // More than one slice, with what databases read in ways of their own.
        let texts = [
            #"{"tags":["a","a","\u0061","\ud83e\uddf6",5,null,["x"]],"status":"open"}"#, #"{"tags":"a","status":["open"]}"#, "{}",
            #"{"status":"\u006fpen","tags":[]}"#, #"{"n":{"tags":["a"],"status":"open"}}"#,
            "{\"tags\":[\"\(String(repeating: "é", count: 128))\",\"\(String(repeating: "é", count: 129))\"]}",
        ]
        let items = (1...700).map { number in
            let time = Timestamp(milliseconds: Int64(1_000_000 + number))
            let payload = Array(texts[number % texts.count].utf8)
            let deletedAt = number % 5 == 0 ? time : nil
            return StoredItem(
                item: Item(uid: .random(), kind: .comments, version: 1, updatedAt: time, deletedAt: deletedAt, payload: payload),
                sequence: Int64(number),
                parent: number % 3 == 0 ? parent : nil,
                createdAt: time
            )
        }
        let old = try await open(folder, Array(Schema.steps.prefix(1)))
        try await old.write(for: owner) { connection in
            let insert = SQLStatement(
                #"""
                INSERT INTO item (tenant, subject, kind, uid, version, updated_at, deleted_at, sequence, parent_kind, parent_uid, created_at,
                  payload) VALUES ('t', 's', 'comments', $1, 1, $2, $3, $4, $5, $6, $7, $8)
                """#
            )
            for item in items {
                let time = SQLValue.integer(item.item.updatedAt.milliseconds)
                let parent: [SQLValue] = item.parent.map { [.text($0.kind.rawValue), .text($0.uid.description)] } ?? [.null, .null]
                let head: [SQLValue] = [.text(item.item.uid.description), time, item.isDeleted ? time : .null, .integer(item.sequence)]
                try connection.run(insert, head + parent + [time, .utf8(item.item.payload)])
            }
        }
        await old.close()
        let migrated = try await open(folder, Schema.steps)
        let (store, fresh) = (SQLStore(database: migrated), TemporaryFolder())
        defer { fresh.remove() }
        let new = try await open(fresh, Schema.steps)
        try await SQLStore(database: new).write(of: owner) { transaction in
            _ = try transaction.lockOwner(taking: items.count)
            try transaction.put(items)
        }
        for table in ["item", "item_tag"] {
            let text = "SELECT * FROM \(table) ORDER BY sequence" + (table == "item" ? "" : ", tag")
            let rows = try await (rows(text, migrated), rows(text, new))
            #expect(rows.0 == rows.1 && rows.0.count >= 200, "\(table)")
        }
        let query = ItemQuery(.comments, includesDeleted: false, filter: ItemFilter(parentUID: parent.uid, tag: "a"), limit: 1000)
        let found = try await store.read(of: owner) { try $0.items(query) }
        let expected = items.filter { $0.sequence % 6 == 0 && $0.sequence % 5 != 0 }
        #expect(found == expected)
        await migrated.close()
        await new.close()
    }

    /// Rows as text.
    private func rows(_ text: String, _ database: SQLiteDatabase) async throws -> [String] {
        try await database.read(for: nil) { connection in
            var rows: [String] = []
            try connection.run(SQLStatement(text), []) { row throws(StoreError) in
                rows.append((0..<14).map { row.text($0) ?? "null" }.joined(separator: "|"))
                return true
            }
            return rows
        }
    }
}
