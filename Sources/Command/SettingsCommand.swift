import ArgumentParser
import Program

/// `toolbridge settings`: the table of `docs/configuration.md`.
struct SettingsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings",
        abstract: "Prints all settings as a table in Markdown.",
        shouldDisplay: false
    )

    func run() {
        print(SettingsTable.text)
    }
}

/// All settings, in Markdown.
enum SettingsTable {
    static var text: String {
        Settings.groups.map { group in
            (["## \(group.title)", "", "| variable | flag | default | read by | meaning |", "|---|---|---|---|---|"] + group.rows.map(line))
                .joined(separator: "\n")
        }
        .joined(separator: "\n\n")
    }

    private static func line(_ row: SettingRow) -> String {
        let flags = row.flag.map { "`" + $0.replacing(", ", with: "`, `") + "`" } ?? ""
        let roles = Settings.roles(of: row).map { "`\($0.rawValue)`" }.joined(separator: ", ")
        let name = "`\(row.name)`" + (row.file == nil ? "" : " (`_FILE`)")
        return "| \(name) | \(flags) | \(row.fallback) | \(roles) | \(row.meaning.replacing("|", with: "\\|")) |"
    }
}
