import FoundationEssentials

/// Where the database is.
package struct DatabaseLocation: Sendable, Equatable {
    /// An absolute path.
    package let path: String

    /// Reads `sqlite:PATH`; `~/` stands for the user's folder.
    package init?(url: String) {
        let scheme = "sqlite:"
        guard url.utf8.starts(with: scheme.utf8) else { return nil }
        var path = String(url.dropFirst(scheme.count))
        if path.utf8.starts(with: "///".utf8) { path = String(path.dropFirst(2)) }
        guard !path.isEmpty, !path.utf8.starts(with: "//".utf8) else { return nil }
        if path.utf8.starts(with: "~/".utf8) { path = UserFolders.home + path.dropFirst() }
        self.path = path.utf8.first == UInt8(ascii: "/") ? path : FileManager.default.currentDirectoryPath + "/" + path
    }

    /// `toolbridge.db` in the user's data folder.
    package static func standard(_ settings: SettingsReader) -> DatabaseLocation {
        DatabaseLocation(path: UserFolders.data(settings) + "/toolbridge.db")
    }

    private init(path: String) {
        self.path = path
    }

    package var url: String { "sqlite:" + path }

    /// The file of the local profile's token: it goes with the data that it opens.
    package var tokenPath: String { path + ".token" }
}

/// The user's own folders.
package enum UserFolders {
    /// `$HOME`, as every shell has it; without it what the system's list of users says.
    package static var home: String {
        let variable = ProcessInfo.processInfo.environment["HOME"].flatMap { $0.utf8.first == UInt8(ascii: "/") ? $0 : nil }
        let path = variable ?? FileManager.default.homeDirectoryForCurrentUser.path
        return path.utf8.count > 1 && path.utf8.last == UInt8(ascii: "/") ? String(path.dropLast()) : path
    }

    /// `~/.local/share/toolbridge` (XDG Base Directory), on a Mac `~/Library/Application Support/ToolBridge`.
    package static func data(_ settings: SettingsReader) -> String {
        #if os(macOS)
        home + "/Library/Application Support/ToolBridge"
        #else
        absolute(settings.text("XDG_DATA_HOME"), or: "/.local/share") + "/toolbridge"
        #endif
    }

    /// Where programs keep their configuration.
    package static func configuration(_ settings: SettingsReader) -> String {
        #if os(macOS)
        home + "/Library/Application Support"
        #else
        absolute(settings.text("XDG_CONFIG_HOME"), or: "/.config")
        #endif
    }

    /// The specification has relative paths ignored.
    private static func absolute(_ path: String?, or fallback: String) -> String {
        guard let path, path.utf8.first == UInt8(ascii: "/") else { return home + fallback }
        return path
    }
}
