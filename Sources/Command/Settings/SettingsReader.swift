import Configuration
import FoundationEssentials

/// Reads settings from the environment; an empty value counts as unset.
struct SettingsReader: Sendable {
    private let config: ConfigReader

    init(_ provider: some ConfigProvider) {
        config = ConfigReader(provider: provider)
    }

    /// The process's own environment.
    static func environment() -> SettingsReader {
        SettingsReader(EnvironmentVariablesProvider(secretsSpecifier: .dynamic { name, _ in Self.secretNames.contains(name) }))
    }

    private static let secretNames: Set<String> = [Settings.database.name, Settings.localToken.name, Settings.stateKeys.name]

    /// The text of a variable, as it is.
    func text(_ name: String, isSecret: Bool = false) -> String? {
        guard let text = config.string(forKey: ConfigKey([name.lowercased()]), isSecret: isSecret), !text.isEmpty else { return nil }
        return text
    }

    /// A setting's value, or `nil` where nothing is set.
    ///
    /// - Throws: ``StartFault`` that names the variable and what it must be.
    func value<Value>(_ setting: Setting<Value>) throws(StartFault) -> Value? {
        guard let text = try rawText(setting) else { return nil }
        guard let value = setting.parse(text) else {
            throw StartFault("\(setting.name) must be \(setting.form)" + (setting.isSecret ? "" : ", not '\(text.prefix(100))'"))
        }
        return value
    }

    private func rawText<Value>(_ setting: Setting<Value>) throws(StartFault) -> String? {
        let text = text(setting.name, isSecret: setting.isSecret)
        guard setting.isSecret, let path = self.text(setting.name + "_FILE") else { return text }
        guard text == nil else { throw StartFault("\(setting.name) and \(setting.name)_FILE are both set: set one of them") }
        guard let data = FileManager.default.contents(atPath: path), let content = String(validating: data, as: UTF8.self) else {
            throw StartFault("\(setting.name)_FILE can't be read: \(path)")
        }
        let trimmed = content.split(whereSeparator: \.isNewline).first.map { $0.trimmingSpaces } ?? ""
        return trimmed.isEmpty ? nil : trimmed
    }
}
