package import Auth
import JSON
import Synchronization
package import ToolBridge

/// What this program is at the API's token exchange, where clients must say it.
package struct ExchangeClientCredentials: Sendable {
    package let id: String
    package let secret: Secret

    package init(id: String, secret: Secret) {
        self.id = id
        self.secret = secret
    }
}

extension APIClient {
    /// Exchanges a client's token for one that the API takes (RFC 8693).
    ///
    /// An API that has only the older route is asked there, from the first 404 on.
    ///
    /// - Parameters:
    ///   - audience: What the token is to be good for.
    ///   - client: Who asks, if the API wants to know.
    /// - Returns: The token, and when it ends, in seconds since 1970 by this machine's clock.
    /// - Throws: `unauthorized` if the token isn't good for an exchange; `rate_limited`; `exchange_unavailable`; `unavailable`.
    package func exchange(
        _ token: Secret,
        for audience: String,
        client: ExchangeClientCredentials? = nil,
        origin: APIRequestOrigin = APIRequestOrigin()
    ) async throws(ItemError) -> (token: Secret, expires: Int64) {
        var end: APICallEnd?
        if !exchangesByOldRoute.load(ordering: .relaxed) {
            let made = await perform(formCall(token, audience, client), .plain(nil, origin))
            if case .refused(let refusal) = made, refusal.response.status == 404, settings.tokenPath == nil {
                exchangesByOldRoute.store(true, ordering: .relaxed)
            } else {
                end = made
            }
        }
        let answer: APICallEnd
        if let end { answer = end } else { answer = await perform(oldCall(audience), .plain(token, origin)) }
        if case .refused(let refusal) = answer { throw refusal.ofExchange }
        let object = try answer.response().object
        guard let fresh = object["access_token"]?.string, !fresh.isEmpty, fresh.utf8.allSatisfy({ (0x21...0x7e).contains($0) }),
            let life = object["expires_in"]?.integral, (1...31_536_000).contains(life)
        else { throw .unreadableAnswer }
        return (Secret(fresh), clocks.seconds + life)
    }

    private static var grantType: String { "urn:ietf:params:oauth:grant-type:token-exchange" }

    private func formCall(_ token: Secret, _ audience: String, _ client: ExchangeClientCredentials?) -> APICall {
        var fields = [
            ("grant_type", Self.grantType), ("subject_token", token.reveal()),
            ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"), ("resource", audience),
        ]
        if let client { fields += [("client_id", client.id), ("client_secret", client.secret.reveal())] }
        let form = fields.map { "\($0)=\(PercentEncoding.encode($1))" }.joined(separator: "&")
        var call = APICall(.exchange, "POST", settings.tokenPath ?? "/oauth/token", body: Array(form.utf8))
        call.contentType = "application/x-www-form-urlencoded"
        call.provesTenant = false
        return call
    }

    private func oldCall(_ audience: String) -> APICall {
        var writer = JSONWriter(reserving: 160)
        writer.object { writer in
            writer.member("grant_type", Self.grantType)
            writer.member("audience", audience)
        }
        var call = APICall(.exchange, "POST", "/auth/token-exchange", body: writer.bytes)
        call.provesTenant = false
        return call
    }
}

extension APIRefusal {
    /// What the refusal of an exchange means for whoever brought the token.
    fileprivate var ofExchange: ItemError {
        switch code ?? "" {
        case "invalid_grant", "unauthorized": return ItemError(.unauthorized, error.text)
        case "rate_limited", "unavailable", "exchange_unavailable": return error
        default: break
        }
        if response.status == 401, !hasCode { return ItemError(.unauthorized, error.text) }
        guard response.status < 500, response.status != 429, response.status >= 300 else { return error }
        // The operator's doing: the client, the audience or the scope. Its words say which.
        return ItemError(.exchangeUnavailable, "the API refuses to exchange tokens: \(error.text)")
    }
}
