import Crypto
import ToolBridge

/// The clients that registered, and what users have let them do.
struct Grants: Sendable {
    struct Client: Sendable {
        let id: String
        /// Nil for a public client.
        let secret: String?
        let redirects: [String]
    }

    /// What a code or a refresh token stands for.
    struct Grant: Sendable {
        let client: String
        let user: String
        let scope: String?
        /// The resource that was asked for (RFC 8707).
        let resource: String?
        /// Where the code was sent.
        let redirect: String
        /// Of PKCE, S256.
        let challenge: String
        let nonce: String?
        /// Seconds since 1970; for a code.
        let expires: Int64
    }

    private var clients: [Client] = []
    private var codes: [(code: String, grant: Grant)] = []
    private var refreshTokens: [(token: String, grant: Grant)] = []
    /// Of each; the oldest goes first.
    private static let capacity = 1000

    func client(_ id: String) -> Client? {
        clients.last { $0.id.utf8.elementsEqual(id.utf8) }
    }

    mutating func register(redirects: [String], hasSecret: Bool) -> Client {
        let client = Client(id: "client_" + Self.random(), secret: hasSecret ? Self.random() : nil, redirects: redirects)
        if clients.count == Self.capacity { clients.removeFirst() }
        clients.append(client)
        return client
    }

    mutating func code(for grant: Grant) -> String {
        let code = Self.random()
        if codes.count == Self.capacity { codes.removeFirst() }
        codes.append((code, grant))
        return code
    }

    mutating func refreshToken(for grant: Grant) -> String {
        let token = Self.random()
        if refreshTokens.count == Self.capacity { refreshTokens.removeFirst() }
        refreshTokens.append((token, grant))
        return token
    }

    /// What a code stands for; it is good for one use.
    mutating func redeem(code: String) -> Grant? {
        guard let index = codes.firstIndex(where: { $0.code.utf8.elementsEqual(code.utf8) }) else { return nil }
        return codes.remove(at: index).grant
    }

    /// What a refresh token stands for; another takes its place.
    mutating func redeem(refreshToken: String) -> Grant? {
        guard let index = refreshTokens.firstIndex(where: { $0.token.utf8.elementsEqual(refreshToken.utf8) }) else { return nil }
        return refreshTokens.remove(at: index).grant
    }

    private static func random() -> String {
        SymmetricKey(size: .bits256).withUnsafeBytes { Base64URL.encode(Array($0)) }
    }
}

extension Grants.Client {
    /// Whether the client registered this address; of a loopback address any port does (RFC 8252 § 7.3).
    func takes(_ redirect: String) -> Bool {
        redirects.contains { $0.utf8.elementsEqual(redirect.utf8) || Self.portless($0).map { $0 == Self.portless(redirect) } ?? false }
    }

    /// Scheme and host, and the path, of `http://127.0.0.1:1234/path`; nil for what isn't loopback.
    private static func portless(_ redirect: String) -> [[UInt8]]? {
        for host in ["http://127.0.0.1", "http://[::1]", "http://localhost"] where redirect.utf8.starts(with: host.utf8) {
            let rest = redirect.utf8.dropFirst(host.utf8.count)
            guard rest.first == nil || rest.first == UInt8(ascii: ":") || rest.first == UInt8(ascii: "/") else { return nil }
            return [Array(host.utf8), Array(rest.drop { $0 != UInt8(ascii: "/") })]
        }
        return nil
    }
}

extension Grants.Grant {
    /// Whether the verifier is the one whose digest was sent before (RFC 7636 § 4.6).
    func isProved(by verifier: String) -> Bool {
        Base64URL.encode(Array(SHA256.hash(data: Array(verifier.utf8)))).utf8.elementsEqual(challenge.utf8)
    }
}
