/// Which `Host` and `Origin` the MCP routes take (H2).
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
        guard boundToLoopback else { return allowedHosts.isEmpty || contains(allowedHosts, host.lowercased()) }
        return Self.loopbackNames.contains { name in
            let (host, name) = (host.utf8, name.utf8)
            guard host.count >= name.count, zip(host, name).allSatisfy({ $0.asciiLowercased == $1 }) else { return false }
            let rest = host.dropFirst(name.count)
            return rest.isEmpty ? port == 80 : rest.first == UInt8(ascii: ":") && Self.isNumber(rest.dropFirst(), port)
        }
    }

    package func allows(origin: String, boundToLoopback: Bool) -> Bool {
        let origin = origin.lowercased()
        if contains(allowedOrigins, origin) { return true }
        return boundToLoopback && Self.isLoopback(origin: origin)
    }

    /// Whether the digits are those of the number as it is written: no sign, no zeros before it.
    private static func isNumber(_ digits: Substring.UTF8View, _ number: Int) -> Bool {
        var value = 0
        guard (1...5).contains(digits.count), digits.first != UInt8(ascii: "0") || digits.count == 1 else { return false }
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return false }
            value = value * 10 + Int(digit - 0x30)
        }
        return value == number
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
