import HTTPServer
import HTTPTypes
import JSON
import NIOCore
import ToolBridge

/// Where clients get tokens: for a code, for a refresh token, for themselves (RFC 6749, 7636, 8707).
struct TokenRoutes: Sendable {
    let state: DevState

    var all: [Route<DevVisitor>] { [state.route(.post, DevPath.token, .token, token)] }

    @Sendable private func token(_ request: IncomingRequest) async throws -> Answer {
        let form = try FormFields(request.body)
        let client = try client(of: request, form)
        switch form["grant_type"] {
        case "authorization_code": return try answerCode(form, client)
        case "refresh_token": return try answerRefresh(form, client)
        case "client_credentials": return try answerClient(form, client)
        default: throw Self.refusal("unsupported_grant_type", "authorization_code, refresh_token or client_credentials")
        }
    }

    private func answerCode(_ form: FormFields, _ client: Grants.Client) throws -> Answer {
        guard let grant = form["code"].flatMap({ code in state.change { $0.grants.redeem(code: code) } }) else {
            throw Self.refusal("invalid_grant", "no such code")
        }
        guard grant.client.utf8.elementsEqual(client.id.utf8), grant.expires >= UnixClock.seconds else {
            throw Self.refusal("invalid_grant", "the code is another client's, or has expired")
        }
        guard form["redirect_uri"].map({ $0.utf8.elementsEqual(grant.redirect.utf8) }) ?? false else {
            throw Self.refusal("invalid_grant", "redirect_uri is another than before")
        }
        guard let verifier = form["code_verifier"], grant.isProved(by: verifier) else {
            throw Self.refusal("invalid_grant", "code_verifier doesn't fit code_challenge")
        }
        return try answer(grant, resource: form["resource"], scope: grant.scope)
    }

    private func answerRefresh(_ form: FormFields, _ client: Grants.Client) throws -> Answer {
        guard let grant = form["refresh_token"].flatMap({ token in state.change { $0.grants.redeem(refreshToken: token) } }),
            grant.client.utf8.elementsEqual(client.id.utf8)
        else { throw Self.refusal("invalid_grant", "no such refresh token of this client") }
        let granted = (grant.scope ?? "").split(separator: " ")
        let wanted = form["scope"] ?? grant.scope
        guard (wanted ?? "").split(separator: " ").allSatisfy({ scope in granted.contains { $0.utf8.elementsEqual(scope.utf8) } }) else {
            throw Self.refusal("invalid_scope", "more than was granted")
        }
        return try answer(grant, resource: form["resource"], scope: wanted)
    }

    private func answerClient(_ form: FormFields, _ client: Grants.Client) throws -> Answer {
        guard client.secret != nil else { throw Self.refusal("unauthorized_client", "only for clients with a secret") }
        let facts = state.now
        let draft = TokenDraft(
            facts,
            subject: client.id,
            audience: form["resource"].map { JSONValue($0) },
            scope: form["scope"],
            lifetime: facts.lifetime,
            client: client.id
        )
        return try answer(draft, scope: form["scope"], refresh: nil, identity: nil)
    }

    private func answer(_ grant: Grants.Grant, resource: String?, scope: String?) throws -> Answer {
        if let resource, let granted = grant.resource, !resource.utf8.elementsEqual(granted.utf8) {
            throw Self.refusal("invalid_target", "another resource than was granted")
        }
        let facts = state.now
        let draft = TokenDraft(
            facts,
            subject: grant.user,
            audience: (resource ?? grant.resource).map { JSONValue($0) },
            scope: scope,
            lifetime: facts.lifetime,
            client: grant.client
        )
        var identity: TokenDraft?
        if (scope ?? "").split(separator: " ").contains("openid") {
            var draft = TokenDraft(facts, subject: grant.user, audience: JSONValue(grant.client), scope: nil, lifetime: facts.lifetime)
            draft.setHeader("typ", "JWT")
            if let nonce = grant.nonce { draft.setClaim("nonce", JSONValue(nonce)) }
            draft.setClaim("email", JSONValue("\(grant.user)@example.com"))
            identity = draft
        }
        return try answer(draft, scope: scope, refresh: state.change { $0.grants.refreshToken(for: grant) }, identity: identity)
    }

    private func answer(_ draft: TokenDraft, scope: String?, refresh: String?, identity: TokenDraft?) throws -> Answer {
        let facts = state.now
        guard let key = facts.keys.current("RS256") else { throw Problem.internalError }
        var writer = JSONWriter(reserving: 2048)
        writer.beginObject()
        writer.member("access_token", try draft.signed(by: key))
        writer.member("token_type", "Bearer")
        writer.member("expires_in", facts.lifetime)
        if let scope { writer.member("scope", scope) }
        if let refresh { writer.member("refresh_token", refresh) }
        if let identity { writer.member("id_token", try identity.signed(by: key)) }
        writer.endObject()
        return .json(.ok, writer.bytes, headers: [.cacheControl: "no-store"])
    }

    /// Who asks: by HTTP Basic, or by fields of the form; one with a secret must send it.
    private func client(of request: IncomingRequest, _ form: FormFields) throws(Problem) -> Grants.Client {
        var (id, secret) = (form["client_id"], form["client_secret"])
        if let value = request.header(.authorization), value.lowercased().utf8.starts(with: "basic ".utf8) {
            let parts = Base64URL.decode(
                String(decoding: value.utf8.dropFirst(6).filter { $0 != UInt8(ascii: "=") }.map(Self.urlSafe), as: UTF8.self)
            )?.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
            guard let parts, parts.count == 2 else { throw Self.refusal("invalid_client", "Basic can't be read", .unauthorized) }
            (id, secret) = (IncomingRequest.decoded(parts[0]), IncomingRequest.decoded(parts[1]))
        }
        guard let client = id.flatMap({ state.now.grants.client($0) }) else {
            throw Self.refusal("invalid_client", "no such client: register first", .unauthorized)
        }
        guard client.secret.map({ $0.utf8.elementsEqual((secret ?? "").utf8) }) ?? true else {
            throw Self.refusal("invalid_client", "another secret", .unauthorized)
        }
        return client
    }

    private static func urlSafe(_ byte: UInt8) -> UInt8 {
        byte == UInt8(ascii: "+") ? UInt8(ascii: "-") : byte == UInt8(ascii: "/") ? UInt8(ascii: "_") : byte
    }

    /// An error as OAuth has it: the code is what `error` says (RFC 6749 § 5.2).
    static func refusal(_ code: String, _ text: String, _ status: HTTPResponse.Status = .badRequest) -> Problem {
        Problem(status, code, code, fields: [("error_description", .string(text))], headers: [.cacheControl: "no-store"])
    }
}

/// The fields of a form; one that comes twice is refused.
private struct FormFields {
    private var fields: [(name: String, value: String)] = []

    init(_ body: ByteBuffer) throws(Problem) {
        for pair in Array(body.readableBytesView).split(separator: UInt8(ascii: "&")) {
            let end = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard let name = IncomingRequest.decoded(pair[..<end]), let value = IncomingRequest.decoded(pair[end...].dropFirst()) else {
                throw TokenRoutes.refusal("invalid_request", "the form can't be read")
            }
            guard self[name] == nil else { throw TokenRoutes.refusal("invalid_request", "\(name) was given twice") }
            fields.append((name, value))
        }
    }

    subscript(name: String) -> String? { fields.first { $0.name.utf8.elementsEqual(name.utf8) }?.value }
}
