import SQLStore
import SQLiteDriver
import Testing
import ToolBridge

/// Reads the statements themselves.
@Suite("Statements")
struct StatementTests {
    private static let all = Statements.owned + Statements.housekeeping

    @Test("a statement on owned rows binds tenant and subject", arguments: Statements.owned.map(\.name))
    func owned(name: String) throws {
        let text = try #require(Self.all.first { $0.name == name }).statement.text
        if text.contains("INSERT INTO") {
            #expect(text.contains("(tenant, subject, ") && text.contains("VALUES ($1, $2, "))
            if text.contains("ON CONFLICT") { #expect(text.contains("ON CONFLICT (tenant, subject")) }
        } else {
            let condition = try #require(text.split(separator: "WHERE").dropFirst().first)
            #expect(condition.contains("tenant = $") && condition.contains("AND subject = $"))
            #expect(!text.contains(" OR "))
        }
    }

    @Test("no other statement touches owned tables but those on sessions by id and by time", arguments: Statements.housekeeping.map(\.name))
    func housekeeping(name: String) throws {
        let text = try #require(Self.all.first { $0.name == name }).statement.text
        #expect(!text.contains("item") && !text.contains("owner"))
        if text.contains("session") { #expect(["session", "removeExpiredSessions"].contains(name)) }
    }

    @Test("parameters are $1 to $n, in order and each once", arguments: all.map(\.name))
    func parameters(name: String) throws {
        let text = try #require(Self.all.first { $0.name == name }).statement.text
        let numbers = text.split(separator: "$").dropFirst().map { Int($0.prefix { $0.isNumber }) }
        #expect(numbers == (0..<numbers.count).map { $0 + 1 })
    }

    private static let plans: [(String, [String])] =
        [
            ("item", ["SEARCH item USING INDEX sqlite_autoindex_item_1 (tenant=? AND subject=? AND kind=? AND uid=?)"]),
            ("putItem", []),
            (
                "liveChildren",
                ["SEARCH item USING INDEX item_parent (tenant=? AND subject=? AND kind=? AND parent_uid=? AND parent_kind=?)"]
            ),
            ("countItems", ["SEARCH item USING COVERING INDEX"]),
            ("deleteItems", ["SEARCH item USING INDEX"]),
            ("owner", ["SEARCH owner USING INDEX sqlite_autoindex_owner_1 (tenant=? AND subject=?)"]),
            ("lockOwner", []),
            ("raiseEpoch", ["SEARCH owner USING INDEX sqlite_autoindex_owner_1 (tenant=? AND subject=?)"]),
            ("addSession", []),
            ("removeSession", ["SEARCH session USING INDEX sqlite_autoindex_session_1 (id=?)"]),
            ("removeSessions", ["SEARCH session USING INDEX session_owner (tenant=? AND subject=?)"]),
            ("session", ["SEARCH session USING INDEX sqlite_autoindex_session_1 (id=?)"]),
            ("removeExpiredSessions", ["SEARCH session USING INDEX session_expiry (expires_at<?)"]),
            ("stateKeys", ["SCAN state_key"]),
            ("addFirstStateKey", ["SEARCH state_key USING INTEGER PRIMARY KEY (rowid=?)"]),
            ("latestStep", ["SEARCH schema_step"]),
            ("recordStep", []),
        ]
        + (0..<8).map { combination in
            let bound = combination & 1 != 0 ? "sequence<?" : "sequence>?"
            return (
                "list \(combination)",
                combination & 4 == 0
                    ? ["SEARCH item USING INDEX item_kind_sequence (tenant=? AND subject=? AND kind=? AND \(bound))"]
                    : [
                        "SEARCH item USING INDEX item_parent (tenant=? AND subject=? AND kind=? AND parent_uid=? AND parent_kind=? AND \(bound))"
                    ]
            )
        }

    @Test("every statement has its index and sorts nothing")
    func plans() async throws {
        #expect(Set(Self.plans.map(\.0)) == Set(Self.all.map(\.name)))
        try await withDatabase { database, _ in
            for (name, expected) in Self.plans {
                let statement = try #require(Self.all.first { $0.name == name }).statement
                let count = statement.text.split(separator: "$").count - 1
                let plan = try await database.write(for: nil) { connection in
                    var lines: [String] = []
                    let values = [SQLValue](repeating: .null, count: count)
                    try connection.run(SQLStatement("EXPLAIN QUERY PLAN " + statement.text), values) { row throws(StoreError) in
                        lines.append(row.text(3) ?? "")
                        return true
                    }
                    return lines
                }
                if name != "addFirstStateKey" { #expect(plan.count == expected.count, "\(name): \(plan)") }
                for (line, words) in zip(plan, expected) { #expect(line.contains(words), "\(name): \(line)") }
                #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(name)")
            }
        }
    }
}
