import FoundationEssentials

/// Where this program lies, for snippets that start it.
enum ProgramPath {
    static var current: String {
        #if os(Linux)
        if let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") { return path }
        #endif
        let path = CommandLine.arguments.first ?? "toolbridge"
        return path.contains("/") && path.utf8.first != UInt8(ascii: "/") ? FileManager.default.currentDirectoryPath + "/" + path : path
    }
}
