package import MCPServer

extension MCPConnections.Settings {
    /// How MCP's event streams live, as the settings say.
    ///
    /// - Throws: ``StartFault``.
    package init(_ settings: SettingsReader) throws(StartFault) {
        self.init()
        if let heartbeat = try settings.value(Settings.streamHeartbeat) { self.heartbeat = heartbeat }
        if let age = try settings.value(Settings.streamMaximumAge) { streamAge = age }
        if let idle = try settings.value(Settings.streamIdle), idle > .zero { sseIdle = idle }
    }
}
