package import Configuration
import FoundationEssentials

/// Reads settings from the environment; an empty value counts as unset.
package struct SettingsReader: Sendable {
    private let config: ConfigReader

    package init(_ provider: some ConfigProvider) {
        config = ConfigReader(provider: provider)
    }

    /// The process's own environment.
    package static func environment() -> SettingsReader {
        SettingsReader(EnvironmentVariablesProvider(secretsSpecifier: .dynamic { name, _ in Settings.secretNames.contains(name) }))
    }

    /// Variables that come from elsewhere.
    package init(variables: [String: String]) {
        self.init(EnvironmentVariablesProvider(environmentVariables: variables))
    }

    /// The text of a variable, as it is.
    package func text(_ name: String, isSecret: Bool = false) -> String? {
        guard let text = config.string(forKey: ConfigKey([name.lowercased()]), isSecret: isSecret), !text.isEmpty else { return nil }
        return text
    }

    /// A setting's value, or `nil` where nothing is set.
    ///
    /// - Throws: ``StartFault`` that names the variable and what it must be.
    package func value<Value>(_ setting: Setting<Value>) throws(StartFault) -> Value? {
        guard let text = try rawText(setting) else { return nil }
        guard let value = setting.parse(text) else {
            throw StartFault("\(setting.name) must be \(setting.form)" + (setting.isRepeated ? ", not '\(SettingForm.shown(text))'" : ""))
        }
        return value
    }

    /// Whether a setting is given, as itself or as a file.
    package func isSet(_ row: SettingRow) -> Bool {
        text(row.name, isSecret: row.isSecret) != nil || path(row) != nil
    }

    /// The file that holds a setting's text, if one was named.
    package func path(_ row: SettingRow) -> String? {
        row.file == nil ? nil : text(row.name + "_FILE")
    }

    private func rawText<Value>(_ setting: Setting<Value>) throws(StartFault) -> String? {
        let text = text(setting.name, isSecret: setting.isSecret)
        guard let form = setting.file, let path = path(setting.row) else { return text }
        let file = setting.name + "_FILE"
        guard text == nil else { throw StartFault("\(setting.name) and \(file) are both set: set one of them") }
        guard let data = FileManager.default.contents(atPath: path), let content = String(validating: data, as: UTF8.self) else {
            throw StartFault("\(file) can't be read: \(SettingForm.shown(path))")
        }
        let lines = content.split(whereSeparator: \.isNewline).map { $0.trimmingSpaces }.filter { !$0.isEmpty }
        // A secret that somebody forgot to fill in must not open what it was meant to close.
        guard let first = lines.first else { throw StartFault("\(file) names an empty file: \(SettingForm.shown(path))") }
        switch form {
        case .document: return content
        case .line:
            guard lines.count == 1 else { throw StartFault("\(file) must hold one line: \(SettingForm.shown(path))") }
            return first
        }
    }
}
