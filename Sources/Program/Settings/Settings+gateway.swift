package import APIClient
package import Auth
import HTTPServer

/// What `mcp` stands in front of, and how it speaks to it.
extension Settings {
    package static let gateway: [SettingRow] = [
        apiURL.row, apiURLAlias.row, gatewayHost.row, gatewayPort.row, upstreamAuth.row, apiAudience.row, tokenEndpoint.row,
        exchangeClient.row, signingSecret.row, signingKeys.row, sharedToken.row, maximumSkew.row, accessLog.row,
    ]

    package static let apiURL = Setting(
        "TOOLBRIDGE_GO_API_BASE_URL",
        isRepeated: false,
        default: "`http://localhost:8080`",
        "the API in front of which `mcp` stands; also called `TOOLBRIDGE_API_BASE_URL`",
        form: apiForm,
        parse: { UpstreamAddress($0) }
    )
    package static let apiURLAlias = Setting(
        "TOOLBRIDGE_API_BASE_URL",
        isRepeated: false,
        default: "none",
        "another name of `TOOLBRIDGE_GO_API_BASE_URL`; both can be set only to the same",
        form: apiForm,
        parse: { UpstreamAddress($0) }
    )
    private static let apiForm =
        "an https:// URL without user, password, query and fragment; http:// only on loopback, or to a name that only a private network has"
    package static let gatewayHost = Setting(
        "TOOLBRIDGE_HOST",
        flag: "--host",
        default: "`0.0.0.0`",
        "the address that `mcp` listens on",
        form: "a name or an address, without a port",
        parse: { text in
            let bare = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
            if bare.contains(":") { return IPAddress(bare) == nil ? nil : bare }
            return WebAddress.isHost(text) ? text : nil
        }
    )
    package static let gatewayPort = Setting(
        "TOOLBRIDGE_PORT",
        flag: "--port",
        default: "`8001`",
        "its port; 0 takes a free one",
        form: "0 to 65535",
        parse: { SettingForm.integer($0, in: 0...65_535) }
    )
    package static let upstreamAuth = Setting(
        "TOOLBRIDGE_UPSTREAM_AUTH",
        default: "`exchange` with an authorization server, else `forward`",
        "with which token `mcp` calls the API: one that it gets there in exchange for the client's (`exchange`), or the client's own "
            + "(`forward`), for API and MCP server that are one resource",
        form: "exchange or forward",
        parse: { UpstreamAuth(rawValue: $0) }
    )
    package static let apiAudience = Setting(
        "TOOLBRIDGE_BACKEND_API_AUDIENCE",
        default: "the API's address, as it is set",
        "the audience for which tokens are exchanged: one of the API's `TOKEN_EXCHANGE_AUDIENCES`",
        form: "a name without spaces",
        parse: { SettingForm.isWord($0) ? $0 : nil }
    )
    package static let tokenEndpoint = Setting(
        "TOOLBRIDGE_TOKEN_ENDPOINT",
        isRepeated: false,
        default: "`/oauth/token` of the API",
        "where tokens are exchanged",
        form: apiForm,
        parse: { UpstreamAddress($0) }
    )
    package static let exchangeClient = Setting(
        "TOOLBRIDGE_EXCHANGE_CLIENT",
        isSecret: true,
        default: "none",
        "`id:secret`: what `mcp` is at the exchange, where the API has `TOKEN_EXCHANGE_CLIENTS`",
        form: "id:secret",
        parse: { ExchangeClientCredentials(text: $0) }
    )
    package static let signingSecret = Setting(
        "TOOLBRIDGE_TENANT_HEADER_SECRET",
        isSecret: true,
        default: "none",
        "signs the tenant of requests to the API by version 1: the API's `TENANT_HEADER_SECRET`, or the first of its two",
        form: "a text",
        parse: { Secret($0) }
    )
    package static let signingKeys = Setting(
        "TOOLBRIDGE_TENANT_HEADER_KEYS",
        isSecret: true,
        file: .document,
        default: "none",
        "`id:base64[,id:base64…]`: the same by version 2, with the first key; `id:tenant:base64` is the key of one tenant",
        form: "id:base64[,id:base64…]",
        parse: { Secret($0) }
    )
    package static let sharedToken = Setting(
        "TOOLBRIDGE_JWT_TOKEN",
        isSecret: true,
        default: "none",
        "the token with which the API is called where a client sends none, and with an authorization server in place of every client's. "
            + "Needs `forward`, and `TOOLBRIDGE_TENANT_ID`; on loopback only, unless clients authenticate",
        form: "a token that a header can carry",
        parse: { BearerToken(token: $0) == nil ? nil : Secret($0) }
    )
    package static let maximumSkew = Setting(
        "TOOLBRIDGE_MAX_TIMESTAMP_SKEW_SECONDS",
        default: "`300`",
        "the largest difference from the API's clock, in seconds, that `mcp` corrects when it signs: 0 to 86400",
        form: "0 to 86400",
        parse: { SettingForm.integer($0, in: 0...86_400).map { Duration.seconds($0) } }
    )
    package static let accessLog = Setting(
        "TOOLBRIDGE_UVICORN_ACCESS_LOG",
        default: "`false`",
        "whether `mcp` writes a line for each request: `true`, `false`, `1` or `0`. `serve` always does",
        form: SettingForm.boolean,
        parse: SettingForm.boolean
    )
}

/// With which token an API is called.
package enum UpstreamAuth: String, Sendable {
    /// One that is made for it, in exchange for the client's.
    case exchange
    /// The client's own.
    case forward
}
