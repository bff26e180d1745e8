/// The environment variables, as the help of a command lists them.
package enum SettingsHelp {
    package static let text = text(nil)

    /// Those that one server reads.
    package static func text(_ role: Settings.Role?) -> String {
        var lines = ["Settings come from the environment; secrets also from the file that NAME_FILE names."]
        for group in Settings.groups {
            let rows = group.rows.filter { row in role.map { Settings.roles(of: row).contains($0) } ?? true }
            guard !rows.isEmpty else { continue }
            lines += ["", group.title, ""]
            for row in rows {
                lines.append("\(row.name): \(plain(row.meaning)). Default: \(plain(row.fallback)).")
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func plain(_ text: String) -> String {
        text.filter { $0 != "`" }
    }
}
