/// Where an API is: `https://api.example.com`, `http://[::1]:8080/base`.
package struct APIAddress: Sendable, Equatable {
    package let isSecure: Bool
    /// A name or an address; IPv6 without brackets.
    package let host: String
    package let port: Int
    /// Empty, or a path without a slash at its end.
    package let path: String

    /// Reads an `http` or `https` URL; `nil` for anything else, and for one with user information, query or fragment.
    package init?(_ url: String) {
        var rest = url.utf8[...]
        if rest.starts(with: "https://".utf8) {
            isSecure = true
            rest = rest.dropFirst(8)
        } else if rest.starts(with: "http://".utf8) {
            isSecure = false
            rest = rest.dropFirst(7)
        } else {
            return nil
        }
        guard rest.allSatisfy(Self.isAllowed) else { return nil }
        let end = rest.firstIndex(of: UInt8(ascii: "/")) ?? rest.endIndex
        var authority = rest[..<end]
        var path = rest[end...]
        while path.last == UInt8(ascii: "/") { path = path.dropLast() }
        self.path = String(Substring(path))
        let host: Substring.UTF8View
        if authority.first == UInt8(ascii: "[") {
            guard let close = authority.firstIndex(of: UInt8(ascii: "]")) else { return nil }
            host = authority[..<close].dropFirst()
            authority = authority[close...].dropFirst()
        } else {
            let colon = authority.firstIndex(of: UInt8(ascii: ":")) ?? authority.endIndex
            host = authority[..<colon]
            authority = authority[colon...]
        }
        guard !host.isEmpty else { return nil }
        self.host = String(Substring(host))
        guard !authority.isEmpty else {
            port = isSecure ? 443 : 80
            return
        }
        let digits = authority.dropFirst()
        guard authority.first == UInt8(ascii: ":"), (1...5).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = Int(Substring(digits)), (1...65535).contains(port)
        else { return nil }
        self.port = port
    }

    /// Scheme, host and port, as a URL begins.
    package var origin: String {
        let host = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return "\(isSecure ? "https" : "http")://\(host):\(port)"
    }

    /// Visible ASCII without what would make user information, a query or a fragment of it, or escape a header.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "@"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "<"),
            UInt8(ascii: ">"), UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
            false
        default: (0x21...0x7e).contains(byte)
        }
    }
}
