import JSON

/// What a client says it is: for logs only, nothing may depend on it (B13).
public struct ClientInfo: Sendable, Equatable {
    /// Without control characters, at most 100 characters each.
    public let name: String
    public let version: String

    public init(name: String, version: String) {
        self.name = ClientInfo.clean(name)
        self.version = ClientInfo.clean(version)
    }

    /// Reads `clientInfo`; nil unless it is an object with a string `name` and `version` (B11).
    init?(_ value: JSONValue?) {
        guard let name = value?["name"]?.string, let version = value?["version"]?.string else { return nil }
        self.init(name: name, version: version)
    }

    /// What a session remembers of it, the beginning of `name/version`: of a long name nothing else is left.
    init?(sealed text: String) {
        guard let slash = text.lastIndex(of: "/") else {
            guard !text.isEmpty else { return nil }
            (name, version) = (text, "")
            return
        }
        name = String(text[..<slash])
        version = String(text[text.index(after: slash)...])
    }

    private static func clean(_ text: String) -> String {
        if text.utf8.count <= 100, text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return text }
        let scalars = text.unicodeScalars.prefix(100).filter {
            $0.properties.generalCategory != .control && $0.properties.generalCategory != .format
        }
        return String(String.UnicodeScalarView(scalars))
    }
}
