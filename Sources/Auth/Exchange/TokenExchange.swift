import JSON
import ToolBridge

/// Makes a token of this server's own out of one that was issued for it (RFC 8693).
///
/// The new one has the same subject, is good for one of the configured targets, allows no more and lives no longer than the one it is made of.
package struct TokenExchange: Sendable {
    /// For what a token is wanted.
    package struct Request: Sendable {
        /// The values of `resource` and `audience`.
        package var targets: [String]
        /// The value of `scope`; nil for all that the subject token has.
        package var scope: String?
        /// The client that has proved who it is.
        package var client: String?

        package init(targets: [String], scope: String? = nil, client: String? = nil) {
            self.targets = targets
            self.scope = scope
            self.client = client
        }
    }

    /// How long a token lives, in seconds, unless its subject token ends before.
    package static let lives: ClosedRange<Int> = 60...3600
    package static let usualLife: Int = 600

    /// The longest token that anybody takes, in bytes.
    private static let tokenLimit = 8192

    /// Who may ask.
    package let clients: ExchangeClients
    private let verifier: any TokenVerifying
    private let signer: SigningKey?
    private let issuer: String
    private let audiences: [String]
    private let life: Int64
    private let allowsOwnTokens: Bool
    private let clocks: Clocks

    /// - Parameters:
    ///   - verifier: Says at ``Door/exchange`` which subject tokens are good. It must know this server's own tokens and those with a shared
    ///     secret there too, so that they are refused for what they are.
    ///   - signer: nil where there is no key: then every exchange that is asked for properly is ``ExchangeFault/unavailable``.
    ///   - issuer: `iss` of the tokens.
    ///   - audiences: The targets for which tokens are made.
    ///   - life: Seconds; brought into ``lives``.
    ///   - allowsOwnTokens: Whether exchanged tokens and those signed with a shared secret may be exchanged: for development only.
    package init(
        verifier: any TokenVerifying,
        signer: SigningKey?,
        issuer: String,
        audiences: [String],
        life: Int = usualLife,
        clients: ExchangeClients = .none,
        allowsOwnTokens: Bool = false,
        clocks: Clocks
    ) {
        self.verifier = verifier
        self.signer = signer
        self.issuer = issuer
        self.audiences = audiences
        self.life = Int64(min(max(life, Self.lives.lowerBound), Self.lives.upperBound))
        self.clients = clients
        self.allowsOwnTokens = allowsOwnTokens
        self.clocks = clocks
    }

    /// Verifies a subject token that nobody has looked at yet.
    ///
    /// - Throws: ``ExchangeFault``.
    package func subject(of subjectToken: String) async throws(ExchangeFault) -> VerifiedToken {
        guard signer != nil else { throw .unavailable }
        guard let token = BearerToken(token: subjectToken) else { throw .grant("subject_token: \(TokenFault.invalid.text)") }
        do {
            return try await verifier.verify(token, at: .exchange)
        } catch {
            throw error == .keysUnavailable ? .unverifiable : .grant("subject_token: \(error.text)")
        }
    }

    /// Exchanges a token that is known to be good at ``Door/exchange``.
    ///
    /// - Throws: ``ExchangeFault``.
    package func exchange(_ subject: VerifiedToken, for request: Request) throws(ExchangeFault) -> ExchangedToken {
        guard let signer else { throw .unavailable }
        guard subject.profile == .external || allowsOwnTokens else {
            throw .grant("only tokens of the identity provider are exchanged")
        }
        let targets = try targets(request.targets)
        let scopes = try ExchangeScopes.scopes(request.scope, of: subject.principal.scopes)
        let now = clocks.seconds
        // A token is taken for some seconds after its end, for clocks differ; nothing is left of it that could be passed on.
        guard let last = subject.principal.expires, last > now else { throw .grant("subject_token: \(TokenFault.expired.text)") }
        let (limit, isTooFar) = now.addingReportingOverflow(life)
        let end = isTooFar ? last : min(limit, last)
        let claims = claims(of: subject.principal, targets, scopes, from: now, to: end, by: request.client)
        guard let token = try? signer.sign(claims) else { throw .unavailable }
        guard token.utf8.count <= Self.tokenLimit else { throw .scope("the token would be too long: ask for fewer scopes") }
        return ExchangedToken(token: token, expiresIn: end - now, scopes: scopes)
    }

    /// What was asked for, without repetition, if tokens are made for all of it.
    private func targets(_ asked: [String]) throws(ExchangeFault) -> [String] {
        var targets: [String] = []
        for target in asked {
            guard audiences.contains(where: { $0.utf8.elementsEqual(target.utf8) }) else {
                throw .target("tokens for this target aren't made here")
            }
            if !targets.contains(where: { $0.utf8.elementsEqual(target.utf8) }) { targets.append(target) }
        }
        guard !targets.isEmpty else { throw .target("no target was named") }
        return targets
    }

    private func claims(
        of principal: Principal,
        _ targets: [String],
        _ scopes: [String],
        from start: Int64,
        to end: Int64,
        by client: String?
    ) -> [UInt8] {
        var writer = JSONWriter(reserving: 512)
        writer.object { writer in
            writer.member("iss", issuer)
            writer.member("sub", principal.subject)
            writer.key("aud")
            if let only = targets.first, targets.count == 1 {
                writer.string(only)
            } else {
                writer.array { writer in for target in targets { writer.string(target) } }
            }
            writer.member("iat", start)
            writer.member("nbf", start)
            writer.member("exp", end)
            writer.member("jti", UID.random().description)
            writer.member("token_type", "backend")
            writer.member("exchanged_from", "mcp_oauth")
            if !scopes.isEmpty { writer.member("scope", scopes.joined(separator: " ")) }
            Self.write(actors: [client, principal.actor].compactMap { $0 }, to: &writer)
        }
        return writer.bytes
    }

    /// The latest actor with those before it inside (RFC 8693, § 4.1).
    private static func write(actors: [String], to writer: inout JSONWriter) {
        for actor in actors {
            writer.key("act")
            writer.beginObject()
            writer.member("sub", actor)
        }
        for _ in actors { writer.endObject() }
    }
}
