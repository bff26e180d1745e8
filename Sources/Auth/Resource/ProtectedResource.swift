import ToolBridge

/// The MCP endpoints as an OAuth resource: under which addresses tokens are issued for them, by whom, and with which scopes (RFC 9728).
package struct ProtectedResource: Sendable, Equatable {
    /// Which of the two names of the resource.
    package enum Endpoint: String, Sendable, CaseIterable {
        case mcp = "/mcp"
        case sse = "/sse"

        /// The name under which a path belongs to the resource: messages of the transport of 2024-11-05 belong to its streams.
        package init(path: String) {
            self = path.utf8.starts(with: "/sse".utf8) || path.utf8.starts(with: "/messages".utf8) ? .sse : .mcp
        }
    }

    /// Canonical, without a slash at its end.
    package let publicURL: String
    /// Issuers, one at least, byte for byte as they name themselves.
    package let authorizationServers: [String]
    /// Every token must carry all of them at the MCP endpoints.
    package let requiredScopes: [String]

    /// - Parameters:
    ///   - publicURL: The root under which clients reach this server, without `/mcp`, as ``canonical(_:)`` gives it.
    ///   - authorizationServers: Their issuers, as they name themselves.
    ///   - requiredScopes: Demanded of every token. `offline_access` is left out: it says nothing about a resource.
    package init(publicURL: String, authorizationServers: [String], requiredScopes: [String] = []) {
        self.publicURL = publicURL
        self.authorizationServers = authorizationServers
        self.requiredScopes = requiredScopes.filter { !$0.utf8.elementsEqual("offline_access".utf8) }
    }

    /// The resource's URI, which a token must have as audience.
    package func uri(of endpoint: Endpoint) -> String { publicURL + endpoint.rawValue }

    /// Where clients learn who issues tokens for it.
    package func metadataURL(of endpoint: Endpoint) -> String {
        publicURL + Self.metadataPath + endpoint.rawValue
    }

    package static let metadataPath = "/.well-known/oauth-protected-resource"

    /// The scopes that tokens should be asked for: those that are required, else the two that allow everything.
    package var scopesSupported: [String] {
        requiredScopes.isEmpty ? [AccessScope.reading(nil), .writing(nil)].map(\.description) : requiredScopes
    }
}

extension ProtectedResource {
    /// A resource URI in its canonical form (RFC 3986, § 6.2.2.1): scheme and host in lower case, without a slash at its end.
    ///
    /// - Returns: nil for what has no `http` or `https` scheme, no host, a query, a fragment, user information or anything that can't stand
    ///   in a URI.
    package static func canonical(_ text: String) -> String? {
        var bytes = Array(text.utf8)
        guard bytes.allSatisfy({ (0x21...0x7e).contains($0) && !#""<>\^`{|}?#@"#.utf8.contains($0) }) else { return nil }
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let scheme = bytes[..<colon].map(\.lowercased)
        guard scheme.elementsEqual("https".utf8) || scheme.elementsEqual("http".utf8) else { return nil }
        guard bytes[colon...].starts(with: "://".utf8) else { return nil }
        let host = colon + 3
        let end = bytes[host...].firstIndex(of: UInt8(ascii: "/")) ?? bytes.endIndex
        guard end > host, bytes[host] != UInt8(ascii: ":") else { return nil }
        for index in bytes[..<end].indices { bytes[index] = bytes[index].lowercased }
        if bytes.last == UInt8(ascii: "/") { bytes.removeLast() }
        guard bytes.last != UInt8(ascii: "/") else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var lowercased: UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self + 0x20 : self }
}
