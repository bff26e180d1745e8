/// What only a program with a database can check.
package protocol DatabaseChecks: Sendable {
    /// The database that `DATABASE_URL` names: its schema, and how it keeps what was written.
    func database() async -> DatabaseFinding
    /// A file that a backup made.
    func backup(_ path: String) async -> DatabaseFinding
}

/// What a check of a database came to.
package enum DatabaseFinding: Sendable {
    case ok(String)
    case fail(String, fix: String)
    case skip(String)

    var finding: Finding {
        switch self {
        case .ok(let text): .ok(text)
        case .fail(let text, let fix): .fail(text, fix: fix)
        case .skip(let text): .skip(text)
        }
    }
}

/// Of a program without one.
package struct NoDatabaseChecks: DatabaseChecks {
    package init() {}

    package func database() async -> DatabaseFinding { .skip("this program has no database: toolbridge doctor checks it") }
    package func backup(_ path: String) async -> DatabaseFinding { .skip("this program has no database: toolbridge doctor checks backups") }
}
