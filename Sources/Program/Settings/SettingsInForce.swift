/// The settings that somebody set, as the log shows them: of a secret only whether it is set.
package struct SettingsInForce {
    package let lines: [(name: String, value: String)]

    package init(_ settings: SettingsReader) {
        lines = Settings.all.compactMap { row in
            if row.isSecret { return (row.name, settings.isSet(row) ? "set" : "unset") }
            if settings.path(row) != nil { return (row.name, "set") }
            // What follows a question mark may be a key.
            return settings.text(row.name).map { (row.name, String($0.prefix { $0 != "?" })) }
        }
    }
}
