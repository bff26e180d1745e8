import Auth
import Crypto
import JWTKit
import Synchronization
import Testing
import ToolBridge

/// Clocks that are set.
final class TokenClock: Sendable {
    private let time: Mutex<(wall: Int64, monotonic: ContinuousClock.Instant)>

    /// - Parameter seconds: Since 1970.
    init(_ seconds: Int64 = TokenSamples.now) {
        time = Mutex((seconds * 1000, .now))
    }

    func advance(_ duration: Duration) {
        time.withLock { time in
            time.wall += duration.components.seconds * 1000
            time.monotonic += duration
        }
    }

    /// Sets the wall clock alone, as people do.
    func setWall(_ seconds: Int64) {
        time.withLock { $0.wall = seconds * 1000 }
    }

    var clocks: Clocks {
        Clocks(wall: { self.time.withLock { $0.wall } }, monotonic: { self.time.withLock { $0.monotonic } })
    }
}

/// Makes tokens of any shape; independent of the server's own code but for Base64URL.
enum TokenSamples {
    static let now: Int64 = 1_764_000_000
    static let issuer = "https://id.example.com"
    static let ownIssuer = "https://api.example.com"
    static let api = "https://api.example.com"
    static let mcp = "https://mcp.example.com"
    static let resource = "https://api.example.com/mcp"
    static let client = "client-1"

    /// What signs.
    enum Signer: Sendable {
        case rs256(String)
        case rs512(String)
        case es256(String)
        case hs256([UInt8])
        case raw([UInt8])
    }

    static let rsa = Signer.rs256(SampleKeys.rsa)
    static let secret = Signer.hs256(Array(SampleKeys.secret.utf8))

    /// JSON of claims that are good, some of them replaced; nil takes one away.
    static func claims(_ changes: [String: String?] = [:]) -> String {
        var members: [String: String?] = [
            "iss": "\"\(issuer)\"", "sub": "\"user_1\"", "aud": "\"\(api)\"", "iat": "\(now)", "exp": "\(now + 300)",
        ]
        members.merge(changes) { $1 }
        let pairs = members.sorted { $0.key < $1.key }.compactMap { key, value in value.map { "\"\(key)\":\($0)" } }
        return "{" + pairs.joined(separator: ",") + "}"
    }

    static func token(
        header: String = #"{"alg":"RS256","kid":"a","typ":"JWT"}"#,
        _ claims: String = TokenSamples.claims(),
        by signer: Signer = rsa
    ) async throws -> String {
        let message = Base64URL.encode(Array(header.utf8)) + "." + Base64URL.encode(Array(claims.utf8))
        return message + "." + Base64URL.encode(try await signature(of: Array(message.utf8), by: signer))
    }

    private static func signature(of message: [UInt8], by signer: Signer) async throws -> [UInt8] {
        switch signer {
        case .rs256(let pem): try await rsaSignature(of: message, pem, .sha256)
        case .rs512(let pem): try await rsaSignature(of: message, pem, .sha512)
        case .es256(let pem): Array(try P256.Signing.PrivateKey(pemRepresentation: pem).signature(for: message).rawRepresentation)
        case .hs256(let key): Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)))
        case .raw(let bytes): bytes
        }
    }

    private static func rsaSignature(of message: [UInt8], _ pem: String, _ digest: DigestAlgorithm) async throws -> [UInt8] {
        let keys = JWTKeyCollection()
        await keys.add(rsa: try Insecure.RSA.PrivateKey(pem: pem), digestAlgorithm: digest)
        return try await keys.getKey().sign(message)
    }

    static func bearer(_ token: String) throws -> BearerToken {
        try #require(BearerToken(authorization: "Bearer " + token))
    }

    /// The external provider's keys: RSA "a", P-256 "e".
    static func keys() async throws -> FixedKeys {
        FixedKeys([
            try await VerificationKey(pem: SampleKeys.rsaPublic, id: "a"), try await VerificationKey(pem: SampleKeys.ecPublic, id: "e"),
        ])
    }

    /// The external profile and the exchanged one, as an installation with an issuer has them.
    static func profiles() async throws -> [TokenProfile] {
        [
            .external(
                issuer: issuer,
                keys: try await keys(),
                api: [api],
                mcp: [mcp],
                resources: [resource],
                idTokenClients: [client]
            ),
            .exchanged(
                issuer: ownIssuer,
                keys: FixedKeys([try await VerificationKey(pem: SampleKeys.otherRSAPublic, id: "own")]),
                algorithms: [.rs256],
                api: [api]
            ),
        ]
    }

    static func verifier(_ clock: TokenClock = TokenClock()) async throws -> TokenVerifier {
        TokenVerifier(profiles: try await profiles(), clocks: clock.clocks)
    }

    /// A verifier of an installation without an issuer.
    static func secretVerifier(api: [String] = [], _ clock: TokenClock = TokenClock()) -> TokenVerifier {
        TokenVerifier(profiles: [.hs256(secret: Secret(SampleKeys.secret), api: api)], clocks: clock.clocks)
    }
}

extension TokenVerifier {
    /// The fault of a token, or nil if it is taken.
    func fault(of token: String, at door: Door = .data) async throws -> TokenFault? {
        let bearer = try TokenSamples.bearer(token)
        do throws(TokenFault) {
            _ = try await verify(bearer, at: door)
            return nil
        } catch {
            return error
        }
    }
}
