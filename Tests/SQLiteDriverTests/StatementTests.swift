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
            for half in text.split(separator: "UNION ALL") {
                let condition = try #require(half.split(separator: "WHERE").dropFirst().first)
                let columns = condition.split(separator: " ").map { ($0.split(separator: ".").last ?? "").drop { $0 == "(" } }
                for column in ["tenant", "subject"] {
                    let position = try #require(columns.firstIndex { $0 == column })
                    #expect(columns[position + 1] == "=" && columns[position + 2].hasPrefix("$"))
                }
            }
            #expect(!text.contains(" OR "))
        }
    }

    @Test(
        "no other statement touches owned tables but those on sessions and answers by id and by time, those of a migration, and the one that looks whose changes can be searched for",
        arguments: Statements.housekeeping.map(\.name)
    )
    func housekeeping(name: String) throws {
        let text = try #require(Self.all.first { $0.name == name }).statement.text
        if !["facetlessItems", "setStatus", "ownersToIndex"].contains(name) { #expect(!text.contains("item") && !text.contains("owner")) }
        if text.contains("recorded_answer") { #expect(name == "forgetAnswers") }
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
                ["SEARCH item USING INDEX item_parent (tenant=? AND subject=? AND kind=? AND parent_uid=? AND is_deleted=?)"]
            ),
            (
                "removeTag",
                ["SEARCH item_tag USING PRIMARY KEY (tenant=? AND subject=? AND kind=? AND tag=? AND is_deleted=? AND sequence=?)"]
            ),
            ("addTag", []),
            ("deleteTags", ["SEARCH item_tag USING PRIMARY KEY (tenant=? AND subject=?)"]),
            (
                "recordedAnswer",
                ["SEARCH recorded_answer USING INDEX sqlite_autoindex_recorded_answer_1 (tenant=? AND subject=? AND name=?)"]
            ),
            ("recordAnswer", []),
            ("deleteAnswers", ["SEARCH recorded_answer USING INDEX sqlite_autoindex_recorded_answer_1 (tenant=? AND subject=?)"]),
            (
                "forgetAnswers",
                [
                    "SEARCH recorded_answer USING INDEX sqlite_autoindex_recorded_answer_1 (tenant=? AND subject=? AND name=?)",
                    "LIST SUBQUERY", "SEARCH recorded_answer USING INDEX recorded_answer_time (recorded_at<?)",
                ]
            ),
            ("facetlessItems", ["SEARCH item USING INDEX sqlite_autoindex_item_1"]),
            ("setStatus", ["SEARCH item USING INDEX sqlite_autoindex_item_1 (tenant=? AND subject=? AND kind=? AND uid=?)"]),
            ("countItems", ["SEARCH item USING COVERING INDEX"]),
            ("deleteItems", ["SEARCH item USING INDEX"]),
            ("owner", ["SEARCH owner USING INDEX sqlite_autoindex_owner_1 (tenant=? AND subject=?)"]),
            ("lockOwner", []),
            ("raiseEpoch", ["SEARCH owner USING INDEX sqlite_autoindex_owner_1 (tenant=? AND subject=?)"]),
            ("addSession", []),
            ("removeSession", ["SEARCH session USING INDEX sqlite_autoindex_session_1 (id=?)"]),
            ("removeSessions", ["SEARCH session USING INDEX session_owner (tenant=? AND subject=?)"]),
            ("rememberNonce", []),
            (
                "forgetNonces",
                [
                    "SEARCH tenant_nonce USING PRIMARY KEY (key_id=? AND tenant=? AND nonce=?)",
                    "LIST SUBQUERY", "SEARCH tenant_nonce USING COVERING INDEX tenant_nonce_end (ends_at<?)",
                ]
            ),
            ("countNonces", ["CO-ROUTINE", "SCAN tenant_nonce", "SCAN"]),
            ("session", ["SEARCH session USING INDEX sqlite_autoindex_session_1 (id=?)"]),
            ("removeExpiredSessions", ["SEARCH session USING INDEX session_expiry (expires_at<?)"]),
            ("stateKeys", ["SCAN state_key"]),
            ("addFirstStateKey", ["SEARCH state_key USING INTEGER PRIMARY KEY (rowid=?)"]),
            ("latestStep", ["SEARCH schema_step"]),
            ("recordStep", []),
        ]
        + ChangeShape.all.map { ("changes \($0)", [plan(of: $0)]) }
        + ChangeShape.all.prefix(2).map { ("end of changes \($0)", [plan(of: $0, isEnd: true)]) }
        + ListShape.all.map { ("list \($0)", plan(of: $0)) }
        + ListShape.all.filter { !$0.hasResidue }.map { ("end of list \($0)", plan(of: $0, isEnd: true)) }

    /// What changes should be read by, from the words that describe them.
    private static func plan(of shape: ChangeShape, isEnd: Bool = false) -> String {
        let words = Set(shape.description.split(separator: ", ").map(String.init))
        let isBounded = words.subtracting(["newest"]) != ["deleted"]
        #expect(shape.hasResidue == isBounded, "\(shape)")
        let range = isBounded && !isEnd ? "sequence>? AND sequence<?" : words.contains("newest") ? "sequence<?" : "sequence>?"
        return "SEARCH item USING \(isEnd ? "COVERING " : "")INDEX item_sequence (tenant=? AND subject=? AND \(range))"
    }

    /// What a list should be read by, from the words that describe it.
    private static func plan(of shape: ListShape, isEnd: Bool = false) -> [String] {
        let words = Set(shape.description.split(separator: ", ").map(String.init))
        let hasParent = words.contains("parent") || words.contains("parent kind")
        let conditions = words.subtracting(["deleted", "newest", "parent kind"]).count + (words.contains("parent kind") ? 2 : 0)
        let isBounded = conditions > (words.isDisjoint(with: ["tag", "status"]) && !hasParent ? 0 : 1)
        #expect(shape.hasResidue == isBounded, "\(shape)")
        let range = isBounded ? "sequence>? AND sequence<?" : words.contains("newest") ? "sequence<?" : "sequence>?"
        func search(_ index: String, _ column: String) -> String {
            "SEARCH item USING \(isEnd ? "COVERING " : "")INDEX \(index) (tenant=? AND subject=? AND kind=?\(column) AND is_deleted=? AND \(range))"
        }
        let half: [String]
        if words.contains("tag") {
            let tag = "SEARCH item_tag USING PRIMARY KEY (tenant=? AND subject=? AND kind=? AND tag=? AND is_deleted=? AND \(range))"
            let item = "SEARCH item USING INDEX sqlite_autoindex_item_1 (tenant=? AND subject=? AND kind=? AND uid=?)"
            half = isEnd ? [tag] : [tag, item]
        } else if hasParent {
            half = [search("item_parent", " AND parent_uid=?")]
        } else if words.contains("status") {
            half = [search("item_status", " AND status=?")]
        } else {
            half = [search("item_kind", "")]
        }
        return words.contains("deleted") ? ["MERGE (UNION ALL)", "LEFT"] + half + ["RIGHT"] + half : half
    }

    @Test("every statement has its index and sorts nothing")
    func plans() async throws {
        // Those of the full-text search are read beside it.
        let names = Set(Self.all.map(\.name)).subtracting((Statements.search + Statements.searchHousekeeping).map(\.name))
        #expect(Set(Self.plans.map(\.0)) == names)
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
