import HTTPServer
import HTTPTypes
import JSON
import ToolBridge

/// What clients and servers read about the provider: its metadata (OpenID Connect Discovery 1.0, RFC 8414) and its keys (RFC 7517).
struct MetadataRoutes: Sendable {
    let state: DevState

    var all: [Route<DevVisitor>] {
        [
            state.route(.get, "/.well-known/openid-configuration", .metadata, metadata),
            state.route(.get, "/.well-known/oauth-authorization-server", .metadata, metadata),
            state.route(.get, DevPath.keys, .jwks) { [state] _ in
                .json(.ok, try state.now.keys.keySet(), headers: [.cacheControl: "max-age=300", .accessControlAllowOrigin: "*"])
            },
        ]
    }

    @Sendable private func metadata(_ request: IncomingRequest) async throws -> Answer {
        let issuer = state.now.issuer
        var writer = JSONWriter(reserving: 1024)
        writer.beginObject()
        writer.member("issuer", issuer)
        writer.member("authorization_endpoint", issuer + DevPath.authorize)
        writer.member("token_endpoint", issuer + DevPath.token)
        writer.member("registration_endpoint", issuer + DevPath.register)
        writer.member("jwks_uri", issuer + DevPath.keys)
        for (name, values) in Self.lists {
            writer.key(name)
            writer.beginArray()
            for value in values { writer.string(value) }
            writer.endArray()
        }
        writer.member("authorization_response_iss_parameter_supported", true)
        writer.endObject()
        return .json(.ok, writer.bytes, headers: [.accessControlAllowOrigin: "*"])
    }

    private static let lists: [(StaticString, [String])] = [
        ("response_types_supported", ["code"]),
        ("response_modes_supported", ["query"]),
        ("grant_types_supported", ["authorization_code", "refresh_token", "client_credentials"]),
        ("code_challenge_methods_supported", ["S256"]),
        ("token_endpoint_auth_methods_supported", ["none", "client_secret_post", "client_secret_basic"]),
        ("subject_types_supported", ["public"]),
        ("id_token_signing_alg_values_supported", ["RS256", "ES256"]),
        ("scopes_supported", ["openid", "profile", "email", "offline_access"] + itemScopes),
    ]

    /// What a token can be limited to at the server that takes it.
    private static let itemScopes = (["items"] + ItemKind.allCases.map(\.path)).flatMap { ["\($0):read", "\($0):write"] }
}

/// Where things are, below the issuer.
enum DevPath {
    static let keys = "/oauth2/jwks"
    static let authorize = "/oauth2/authorize"
    static let token = "/oauth2/token"
    static let register = "/oauth2/register"
}
