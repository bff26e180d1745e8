/// One setting: where it comes from, what it may be, and how it is read.
///
/// The list of all is ``Settings/groups``.
package struct Setting<Value: Sendable>: Sendable {
    /// The environment variable.
    package let name: String
    /// A secret is never part of an error or a log line.
    package let isSecret: Bool
    /// What may stand in the file that `NAME_FILE` names, where the setting can be given so: every secret can.
    package let file: SettingFile?
    /// Whether an error may repeat what was set: never a secret, nor an address, which can hold one.
    package let isRepeated: Bool
    /// The flag that comes before it.
    package let flag: String?
    /// What stands where nothing is set, for people.
    package let fallback: String
    /// What it means, for people: Markdown with nothing but backquotes.
    package let meaning: String
    /// What a text must be, for the error: "must be …".
    package let form: String
    /// `nil` where the text isn't a value of this setting.
    package let parse: @Sendable (String) -> Value?

    package init(
        _ name: String,
        isSecret: Bool = false,
        file: SettingFile? = nil,
        isRepeated: Bool = true,
        flag: String? = nil,
        default fallback: String,
        _ meaning: String,
        form: String,
        parse: @escaping @Sendable (String) -> Value?
    ) {
        self.name = name
        self.isSecret = isSecret
        self.file = file ?? (isSecret ? .line : nil)
        self.isRepeated = isRepeated && !isSecret
        self.flag = flag
        self.fallback = fallback
        self.meaning = meaning
        self.form = form
        self.parse = parse
    }

    /// The setting without the type of its value.
    package var row: SettingRow {
        SettingRow(name: name, isSecret: isSecret, file: file, flag: flag, fallback: fallback, meaning: meaning) {
            (settings: SettingsReader) throws(StartFault) in _ = try settings.value(self)
        }
    }
}

/// What a file holds that is given in place of a setting's text.
package enum SettingFile: Sendable {
    /// One line.
    case line
    /// Lines, such as a key's in PEM: all of them are the text.
    case document
}

/// A setting as lists show it.
package struct SettingRow: Sendable {
    package let name: String
    package let isSecret: Bool
    package let file: SettingFile?
    package let flag: String?
    package let fallback: String
    package let meaning: String
    /// Throws where what is set isn't a value of this setting.
    package let check: @Sendable (SettingsReader) throws(StartFault) -> Void
}

/// Settings that belong together.
package struct SettingGroup: Sendable {
    package let title: String
    package let rows: [SettingRow]
}
