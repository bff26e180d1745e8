import GRDB
import SQLStore

/// What a look at a database file finds, without changing anything in it.
package struct SQLiteInspection: Sendable {
    /// The number of the last step of the schema that the file has taken; nil if it isn't a database of this program.
    package let step: Int64?
    /// What `PRAGMA quick_check` says besides "ok"; empty for a sound file.
    package let faults: [String]
    /// Such as `wal`; a file that was copied from a backup has another until the program opens it.
    package let journal: String

    /// Reads a file.
    ///
    /// - Throws: What SQLite or the system say of a file that can't be opened.
    package init(path: String) throws {
        var configuration = GRDB.Configuration()
        configuration.readonly = true
        configuration.label = "toolbridge.sqlite.inspection"
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        (step, faults, journal) = try queue.read { database in
            let said = try String.fetchAll(database, sql: "PRAGMA quick_check(5)")
            let journal = try String.fetchOne(database, sql: "PRAGMA journal_mode") ?? ""
            let isOurs = try database.tableExists("schema_step")
            let step = isOurs ? try Int64.fetchOne(database, sql: "SELECT max(number) FROM schema_step") : nil
            return (step, said == ["ok"] ? [] : said, journal)
        }
        try queue.close()
    }

    /// Whether the schema is the one that this program works with.
    package var isCurrent: Bool { step == Schema.steps.last?.number }
}
