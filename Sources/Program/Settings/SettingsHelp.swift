/// The environment variables, as the help of a command lists them.
package enum SettingsHelp {
    package static let text: String = {
        var lines = ["Settings come from the environment; secrets also from the file that NAME_FILE names."]
        for group in Settings.groups {
            lines += ["", group.title, ""]
            for row in group.rows {
                lines.append("\(row.name): \(plain(row.meaning)). Default: \(plain(row.fallback)).")
            }
        }
        return lines.joined(separator: "\n")
    }()

    private static func plain(_ text: String) -> String {
        text.filter { $0 != "`" }
    }
}
