/// The environment variables, as the help of a command lists them.
enum SettingsHelp {
    static let text: String = {
        var lines = ["Settings come from the environment; secrets also from the file that NAME_FILE names.", ""]
        func add<Value>(_ setting: Setting<Value>) {
            lines.append("\(setting.name): \(setting.meaning) Default: \(setting.fallback).")
        }
        add(Settings.database)
        add(Settings.address)
        add(Settings.environment)
        add(Settings.localToken)
        add(Settings.defaultTenant)
        add(Settings.defaultTenantName)
        add(Settings.dataRate)
        add(Settings.authRate)
        add(Settings.addressRate)
        add(Settings.allowedOrigins)
        add(Settings.allowedHosts)
        add(Settings.allowsRemoteDevelopment)
        add(Settings.stateKeys)
        add(Settings.sessionLifetime)
        add(Settings.legacySSE)
        add(Settings.toolsets)
        add(Settings.readOnly)
        add(Settings.toolPageBytes)
        add(Settings.streamHeartbeat)
        add(Settings.streamMaximumAge)
        add(Settings.shutdownTimeout)
        add(Settings.drainDelay)
        add(Settings.logLevel)
        add(Settings.logFormat)
        return lines.joined(separator: "\n")
    }()
}
