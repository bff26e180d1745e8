import GRDBSQLite
import SQLStore

/// The functions of ours that FTS5 calls for a document that was found (sqlite.org/fts5.html, § 7, auxiliary functions).
enum SQLiteSearchFunctions {
    /// Makes them known to a connection: `search_rank(search_index)` and `search_excerpt(search_index)`.
    ///
    /// - Returns: A code of SQLite's.
    static func register(on connection: OpaquePointer) -> Int32 {
        var statement: OpaquePointer?
        defer { sqlite3_finalize(statement) }
        let code = sqlite3_prepare_v2(connection, "SELECT fts5(?1)", -1, &statement, nil)
        guard code == SQLITE_OK else { return code }
        var pointer: UnsafeMutablePointer<fts5_api>?
        let type: StaticString = "fts5_api_ptr"
        withUnsafeMutablePointer(to: &pointer) { pointer in
            type.utf8Start.withMemoryRebound(to: CChar.self, capacity: type.utf8CodeUnitCount + 1) { type in
                _ = sqlite3_bind_pointer(statement, 1, pointer, type, nil)
                _ = sqlite3_step(statement)
            }
        }
        guard let api = pointer, let create = api.pointee.xCreateFunction else { return SQLITE_ERROR }
        let ranked = create(
            api,
            "search_rank",
            nil,
            { api, context, result, _, _ in
                guard let api, let context else { return sqlite3_result_int64(result, 0) }
                // In millionths: rows have whole numbers.
                sqlite3_result_int64(result, Int64(exactly: (SQLiteSearchRank.rank(api.pointee, context) * 1e6).rounded()) ?? 0)
            },
            nil
        )
        guard ranked == SQLITE_OK else { return ranked }
        return create(
            api,
            "search_excerpt",
            nil,
            { api, context, result, _, _ in
                guard let api, let context else { return sqlite3_result_null(result) }
                var excerpt = SQLiteSearchExcerpt.excerpt(api.pointee, context)
                excerpt.withUTF8 { text in
                    // A text without a length is NULL to SQLite.
                    guard let start = text.baseAddress, !text.isEmpty else { return sqlite3_result_null(result) }
                    start.withMemoryRebound(to: CChar.self, capacity: text.count) { start in
                        sqlite3_result_text(result, start, Int32(truncatingIfNeeded: text.count), SQLValue.copies)
                    }
                }
            },
            nil
        )
    }
}
