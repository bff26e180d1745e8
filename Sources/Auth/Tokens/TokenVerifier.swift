import Crypto
import JSON

/// Verifies tokens: by their issuer first, then its key, the signature, the claims; nothing that a token says makes a later step easier.
package final class TokenVerifier: TokenVerifying {
    /// A token that was found good, with what each door still has to ask.
    private struct Known: Sendable {
        let profile: TokenProfile
        let claims: TokenClaims
        let principal: Principal
        /// Of the keys when it was verified: a key that has gone takes its tokens with it.
        let version: Int
    }

    /// How long a verified token is taken without being verified again.
    private static let memory: Duration = .seconds(600)

    private let profiles: [[UInt8]: TokenProfile]
    private let other: TokenProfile?
    private let clocks: Clocks
    private let known: ExpiringCache<SHA256.Digest, Known>

    /// - Parameters:
    ///   - profiles: Of two for the same issuer, the first counts.
    ///   - capacity: How many tokens are remembered.
    package init(profiles: [TokenProfile], clocks: Clocks, capacity: Int = 10_000) {
        self.profiles = Dictionary(
            profiles.compactMap { profile in profile.issuer.map { (Array($0.utf8), profile) } }
        ) { first, _ in first }
        other = profiles.first { $0.issuer == nil }
        self.clocks = clocks
        known = ExpiringCache(capacity: capacity)
    }

    package func verify(_ token: BearerToken, at door: Door) async throws(TokenFault) -> VerifiedToken {
        let now = clocks.monotonic()
        let digest = Self.digest(of: token)
        if let known = known.value(for: digest, at: now), known.version == known.profile.keys.version {
            return try admit(known, at: door)
        }
        let known = try await check(token)
        let end = now + min(Self.memory, .seconds(known.claims.expires - clocks.seconds + TokenClaims.leeway))
        self.known.set(known, for: digest, until: end, at: now)
        return try admit(known, at: door)
    }

    /// How many tokens are remembered.
    package var count: Int { known.count }

    /// How many were forgotten because there was no room.
    package var evictions: Int { known.evictions }

    private func admit(_ known: Known, at door: Door) throws(TokenFault) -> VerifiedToken {
        try known.claims.check(at: clocks.seconds, requiresIssuedAt: known.profile.requiresIssuedAt)
        try known.profile.checkAudience(of: known.claims, at: door)
        return VerifiedToken(principal: known.principal, profile: known.profile.kind)
    }

    private func check(_ token: BearerToken) async throws(TokenFault) -> Known {
        guard let token = JSONWebSignature(token.text.utf8), let claims = try? JSONValue(parsing: token.payload), claims.kind == .object
        else { throw .invalid }
        let issuer = try Self.issuer(claims)
        guard let profile = profiles[Array(issuer.utf8)] ?? other else { throw .wrongIssuer }
        guard profile.algorithms.contains(token.algorithm) else { throw .invalid }
        let version = profile.keys.version
        guard let key = try await profile.keys.key(token.keyID, token.algorithm), token.isSigned(with: key) else { throw .invalid }
        let believed = try TokenClaims(claims)
        try believed.check(at: clocks.seconds, requiresIssuedAt: profile.requiresIssuedAt)
        let principal = Principal(
            issuer: issuer,
            subject: believed.subject,
            scopes: believed.scopes,
            clientID: believed.clientID,
            actor: believed.actor,
            expires: believed.expires
        )
        return Known(profile: profile, claims: believed, principal: principal, version: version)
    }

    /// Empty if it names none.
    private static func issuer(_ claims: JSONValue) throws(TokenFault) -> String {
        guard let claim = claims["iss"] else { return "" }
        guard let issuer = claim.string else { throw .invalid }
        return issuer
    }

    private static func digest(of token: BearerToken) -> SHA256.Digest {
        token.text.utf8.withContiguousStorageIfAvailable { SHA256.hash(data: UnsafeRawBufferPointer($0)) }
            ?? SHA256.hash(data: Array(token.text.utf8))
    }
}

extension TokenProfile {
    /// - Throws: ``TokenFault``: the token isn't for this door.
    func checkAudience(of claims: TokenClaims, at door: Door) throws(TokenFault) {
        if claims.isIDToken {
            guard door == .tenant else { throw .invalid }
            guard Self.share(claims.audiences, idTokenClients) else { throw .wrongAudience }
            return
        }
        switch audiences[door] {
        case nil: throw .wrongAudience
        case .any: return
        case .among(let accepted):
            if Self.share(claims.audiences, accepted) { return }
            guard door == .mcp, Self.share(claims.audiences.map(Self.lowered), accepted) else { throw .wrongAudience }
        }
    }

    /// A resource URI with its scheme and host in lower case (AU12); what differs in more than that stays as it is.
    private static func lowered(_ audience: String) -> String {
        guard let canonical = ProtectedResource.canonical(audience), canonical.utf8.count == audience.utf8.count else { return audience }
        return canonical
    }

    /// Whether two lists have a text in common, byte for byte.
    private static func share(_ first: [String], _ second: [String]) -> Bool {
        first.contains { text in second.contains { $0.utf8.elementsEqual(text.utf8) } }
    }
}
