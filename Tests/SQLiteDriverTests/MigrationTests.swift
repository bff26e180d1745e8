import SQLStore
import SQLiteDriver
import Testing
import ToolBridge

@Suite("Migrations")
struct MigrationTests {
    private static let second = Schema.Step(2) { _ in ["CREATE TABLE extra (number INTEGER)", "INSERT INTO extra VALUES (1)"] }

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
        let broken = Schema.Step(2) { _ in ["CREATE TABLE extra (number INTEGER)", "INSERT INTO nowhere VALUES (1)"] }
        await #expect(throws: StoreError.self) { try await open(folder, Schema.steps + [broken]) }
        let before = try await open(folder, Schema.steps)
        #expect(try await number("SELECT MAX(number) FROM schema_step", before) == 1)
        #expect(try await number("SELECT COUNT(*) FROM sqlite_master WHERE name = 'extra'", before) == 0)
        await before.close()
        let after = try await open(folder, Schema.steps + [Self.second])
        #expect(try await number("SELECT COUNT(*) FROM extra", after) == 1)
        #expect(try await number("SELECT MAX(number) FROM schema_step", after) == 2)
        await after.close()
    }

    @Test("many that open a new file at once take each step once")
    func atOnce() async throws {
        let folder = TemporaryFolder()
        defer { folder.remove() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    let database = try await open(folder, Schema.steps + [Self.second])
                    #expect(try await number("SELECT COUNT(*) FROM extra", database) == 1)
                    #expect(try await number("SELECT COUNT(*) FROM schema_step", database) == 2)
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
        try await open(folder, Schema.steps + [Self.second]).close()
        let before = contents(folder.file)
        await #expect(throws: SchemaError.newerThanProgram(step: 2)) { try await open(folder, Schema.steps) }
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
}
