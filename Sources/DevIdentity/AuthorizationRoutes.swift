import HTTPServer
import HTTPTypes
import JSON
import NIOCore
import ToolBridge

/// Registration of clients (RFC 7591), and the page where a user would consent: who is signed in consents at once.
struct AuthorizationRoutes: Sendable {
    let state: DevState

    var all: [Route<DevVisitor>] {
        [
            state.route(.get, DevPath.authorize, .authorize, authorize),
            state.route(.post, DevPath.register, .register, register),
        ]
    }

    @Sendable private func authorize(_ request: IncomingRequest) async throws -> Answer {
        let facts = state.now
        guard let client = try request.queryParameter("client_id").flatMap({ facts.grants.client($0) }) else {
            throw Problem.invalidParameter("client_id", "no such client: register first")
        }
        guard let redirect = try request.queryParameter("redirect_uri"), client.takes(redirect) else {
            throw Problem.invalidParameter("redirect_uri", "the client registered another address")
        }
        var answer: [(String, String)] = []
        if try request.queryParameter("response_type") != "code" {
            answer = [("error", "unsupported_response_type")]
        } else if try request.queryParameter("code_challenge_method") != "S256" {
            answer = [("error", "invalid_request"), ("error_description", "code_challenge_method must be S256")]
        } else if let challenge = try request.queryParameter("code_challenge"), challenge.utf8.count == 43 {
            let grant = Grants.Grant(
                client: client.id,
                user: try request.queryParameter("login_hint") ?? facts.user,
                scope: try request.queryParameter("scope"),
                resource: try request.queryParameter("resource"),
                redirect: redirect,
                challenge: challenge,
                nonce: try request.queryParameter("nonce"),
                expires: UnixClock.seconds + 60
            )
            answer = [("code", state.change { $0.grants.code(for: grant) })]
        } else {
            answer = [("error", "invalid_request"), ("error_description", "code_challenge is needed")]
        }
        if let value = try request.queryParameter("state") { answer.append(("state", value)) }
        answer.append(("iss", facts.issuer))
        let query = answer.map { "\($0)=\(PercentEncoding.encode($1))" }.joined(separator: "&")
        let mark = redirect.utf8.contains(UInt8(ascii: "?")) ? "&" : "?"
        return .empty(.found, headers: [.location: redirect + mark + query])
    }

    @Sendable private func register(_ request: IncomingRequest) async throws -> Answer {
        guard let body = try? JSONValue(parsing: Array(request.body.readableBytesView)), body.kind == .object else {
            throw TokenRoutes.refusal("invalid_client_metadata", "the body must be a JSON object")
        }
        let redirects = (body["redirect_uris"] ?? .null).elements.compactMap(\.string)
        let method = body["token_endpoint_auth_method"]?.string ?? "client_secret_basic"
        let client = state.change { $0.grants.register(redirects: redirects, hasSecret: method != "none") }
        var writer = JSONWriter(reserving: 1024)
        writer.beginObject()
        writer.member("client_id", client.id)
        if let secret = client.secret {
            writer.member("client_secret", secret)
            writer.member("client_secret_expires_at", 0)
        }
        writer.member("client_id_issued_at", UnixClock.seconds)
        writer.member("token_endpoint_auth_method", method)
        for member in body.members where !Self.own.contains(where: { member.keyEquals($0) }) {
            writer.key(escaping: member.key)
            writer.value(member.value)
        }
        writer.endObject()
        return .json(.created, writer.bytes, headers: [.cacheControl: "no-store"])
    }

    /// Members of a registration's answer that are the provider's.
    private static let own: [String] = [
        "client_id", "client_secret", "client_secret_expires_at", "client_id_issued_at", "token_endpoint_auth_method",
    ]
}
