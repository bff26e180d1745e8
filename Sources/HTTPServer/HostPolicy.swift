/// Which `Host` and `Origin` the MCP routes take (mcp.md H2).
package struct HostPolicy: Sendable {
    /// Names (with port where it isn't the scheme's own) that are ours; empty: not checked, unless bound to loopback.
    package var allowedHosts: [String]
    /// Origins that may call from a browser, such as `https://app.example.com`.
    package var allowedOrigins: [String]

    package init(allowedHosts: [String] = [], allowedOrigins: [String] = []) {
        self.allowedHosts = allowedHosts.map { $0.lowercased() }
        self.allowedOrigins = allowedOrigins.map { $0.lowercased() }
    }

    /// Lower-cased, exact, no suffix match.
    ///
    /// `port` is the one we listen on.
    package func allows(host: String, boundToLoopback: Bool, port: Int) -> Bool {
        let host = host.lowercased()
        guard boundToLoopback else { return allowedHosts.isEmpty || contains(allowedHosts, host) }
        return Self.loopbackNames.contains { name in
            host.utf8.elementsEqual("\(name):\(port)".utf8) || port == 80 && host.utf8.elementsEqual(name.utf8)
        }
    }

    package func allows(origin: String, boundToLoopback: Bool) -> Bool {
        let origin = origin.lowercased()
        if contains(allowedOrigins, origin) { return true }
        return boundToLoopback && Self.isLoopback(origin: origin)
    }

    private static let loopbackNames = ["localhost", "127.0.0.1", "[::1]"]

    private func contains(_ list: [String], _ text: String) -> Bool {
        list.contains { $0.utf8.elementsEqual(text.utf8) }
    }

    private static func isLoopback(origin: String) -> Bool {
        let origin = Array(origin.utf8)
        for scheme in ["http://", "https://"] where origin.starts(with: scheme.utf8) {
            let authority = origin.dropFirst(scheme.utf8.count)
            for name in loopbackNames where authority.starts(with: name.utf8) {
                let port = authority.dropFirst(name.utf8.count)
                if port.isEmpty { return true }
                let digits = port.dropFirst()
                if port.first == UInt8(ascii: ":"), (1...5).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) {
                    return true
                }
            }
        }
        return false
    }
}
