/// Addresses that this server fetches from, or gives to others.
extension WebAddress {
    /// Whether it is `https://host[:port]` with any path and query, but no user and no fragment; `http` only to loopback.
    ///
    /// It has visible ASCII alone, so that every program reads it alike.
    package static func isSafeURL(_ text: String) -> Bool {
        guard text.utf8.count <= 2048, text.utf8.allSatisfy(isVisible), !text.utf8.contains(UInt8(ascii: "#")) else { return false }
        return origin(of: text) != nil
    }

    /// An address that ends with its host or port, without the slash that may follow; `nil` if anything else follows.
    package static func root(_ text: String) -> String? {
        guard isSafeURL(text), let origin = origin(of: text) else { return nil }
        let rest = text.utf8.dropFirst(origin.utf8.count)
        return rest.isEmpty || rest.elementsEqual("/".utf8) ? origin : nil
    }

    /// An address that ends with its host or port, with or without TLS: for those who say themselves whom they ask; `nil` if anything else
    /// follows.
    package static func serverRoot(_ text: String) -> String? {
        if let root = root(text) { return root }
        guard text.utf8.starts(with: "http://".utf8), text.utf8.count <= 2048 else { return nil }
        let rest = text.dropFirst("http://".count)
        let host = rest.last == "/" ? rest.dropLast() : rest
        return isHost(String(host)) ? "http://" + host : nil
    }

    /// Whether a name or an address, without brackets, is this machine's own.
    package static func isLoopback(host: some StringProtocol) -> Bool {
        if host.lowercased() == "localhost" || host.utf8.elementsEqual("::1".utf8) { return true }
        let parts = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0].elementsEqual("127".utf8) else { return false }
        return parts.allSatisfy { part in
            (1...3).contains(part.count) && part.allSatisfy { (0x30...0x39).contains($0) }
                && UInt8(String(decoding: Array(part), as: UTF8.self)) != nil
        }
    }

    /// Scheme, host and port at the beginning of a URL of a scheme that may be used with this host.
    private static func origin(of text: String) -> String? {
        for scheme in ["https://", "http://"] where text.utf8.starts(with: scheme.utf8) {
            let authority = text.dropFirst(scheme.utf8.count).prefix { $0 != "/" && $0 != "?" }
            guard isHost(String(authority)) else { return nil }
            guard scheme == "https://" || loopbackNames.contains(String(name(of: authority))) else { return nil }
            return scheme + authority
        }
        return nil
    }

    /// Where a fetch without TLS may go.
    private static let loopbackNames = ["localhost", "127.0.0.1", "::1"]

    /// The host without port and brackets.
    private static func name(of authority: Substring) -> Substring {
        if authority.first == "[" { return authority.dropFirst().prefix { $0 != "]" } }
        return authority.prefix { $0 != ":" }
    }

    private static func isVisible(_ byte: UInt8) -> Bool {
        (0x21...0x7e).contains(byte)
    }
}
