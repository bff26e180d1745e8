import SQLStore
import ToolBridge

/// When an acknowledged change would survive a power loss.
package enum SQLiteDurability: Sendable {
    /// Always: `synchronous=FULL`.
    case full
    /// The last changes before a power loss may be missing, never a part of one: `synchronous=NORMAL`.
    case normal
}

/// What every connection is set to; each setting is read back, since SQLite ignores what it doesn't know.
struct SQLiteSettings {
    private let settings: [(name: String, value: String, expected: String)]

    init(_ durability: SQLiteDurability, readOnly: Bool) {
        var settings = [
            ("foreign_keys", "ON", "1"),
            ("busy_timeout", "5000", "5000"),
            ("mmap_size", "0", "0"),
            ("trusted_schema", "OFF", "0"),
            ("cell_size_check", "ON", "1"),
            // Nothing is ever written beside the database.
            ("temp_store", "MEMORY", "2"),
        ]
        if readOnly {
            settings.append(("query_only", "ON", "1"))
        } else {
            settings.insert(("journal_mode", "WAL", "wal"), at: 0)
            settings.append(("synchronous", durability == .full ? "FULL" : "NORMAL", durability == .full ? "2" : "1"))
            // Always, not only while wiping: an edit leaves its old text in the file too, where a later wipe no longer finds it.
            settings.append(("secure_delete", "ON", "1"))
            // In KiB: new items touch pages all over the index of uids.
            settings.append(("cache_size", "-8192", "-8192"))
        }
        self.settings = settings
    }

    /// - Throws: ``SQLiteSettingError``; ``ToolBridge/StoreError``.
    func apply(to connection: SQLiteConnection) throws {
        for (name, value, expected) in settings {
            try connection.run(SQLStatement("PRAGMA \(name)=\(value)"))
            let found = try connection.first(SQLStatement("PRAGMA \(name)")) { $0.text(0) ?? "" }
            guard found == expected || (found == nil && expected == "0") else {
                throw SQLiteSettingError(name: name, expected: expected, found: found ?? "nothing")
            }
        }
        // A reader can't set the mode, but needs it as much.
        let mode = try connection.first(SQLStatement("PRAGMA journal_mode")) { $0.text(0) ?? "" }
        guard mode == "wal" else { throw SQLiteSettingError(name: "journal_mode", expected: "wal", found: mode ?? "nothing") }
    }
}

/// SQLite didn't take a setting without which data isn't safe.
package struct SQLiteSettingError: Error, Equatable, CustomStringConvertible {
    package let name: String
    package let expected: String
    package let found: String

    package var description: String { "SQLite's \(name) is \(found) instead of \(expected)" }
}
