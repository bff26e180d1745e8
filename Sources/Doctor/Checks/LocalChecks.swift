package import Program

/// What differs from program to program: whose settings they read, and whether there is a database.
package protocol LocalChecks: Sendable {
    /// What the settings say together, checked as at a start.
    ///
    /// - Returns: Warnings, each of a setting.
    /// - Throws: ``Program/StartFault`` where the program wouldn't start.
    func settings(_ settings: SettingsReader) throws(StartFault) -> [(name: String, text: String)]
    /// On which ports of this machine its servers listen.
    ///
    /// - Throws: ``Program/StartFault``.
    func ports(_ settings: SettingsReader) throws(StartFault) -> [Int]
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
