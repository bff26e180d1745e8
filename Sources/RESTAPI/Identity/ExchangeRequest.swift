import Auth
import HTTPServer
import HTTPTypes
import JSON
import ToolBridge

/// A form of `/oauth/token` that says all that a request for another token must say (RFC 8693, § 2.1).
struct ExchangeRequest {
    let subjectToken: String
    /// The values of `resource` and `audience`, one or both.
    let targets: [String]
    let scope: String?

    static let grantType = "urn:ietf:params:oauth:grant-type:token-exchange"
    static let accessToken = "urn:ietf:params:oauth:token-type:access_token"
    private static let jwt = "urn:ietf:params:oauth:token-type:jwt"
    private static let wrongGrant = "grant_type must be \(grantType)"

    /// - Throws: `invalid_request`, `unsupported_grant_type`.
    init(form: FormBody) throws(OAuthRefusal) {
        guard let grant = form["grant_type"] else { throw .invalidRequest("grant_type is missing") }
        guard grant.utf8.elementsEqual(Self.grantType.utf8) else {
            throw OAuthRefusal(.badRequest, "unsupported_grant_type", Self.wrongGrant)
        }
        guard let token = form["subject_token"] else { throw .invalidRequest("subject_token is missing") }
        guard let type = form["subject_token_type"] else { throw .invalidRequest("subject_token_type is missing") }
        guard type.utf8.elementsEqual(Self.accessToken.utf8) || type.utf8.elementsEqual(Self.jwt.utf8) else {
            throw .invalidRequest("subject_token_type must be \(Self.accessToken) or \(Self.jwt)")
        }
        if let requested = form["requested_token_type"], !requested.utf8.elementsEqual(Self.accessToken.utf8) {
            throw .invalidRequest("requested_token_type must be \(Self.accessToken)")
        }
        // Nobody acts for anybody here but the client itself, which its own authentication proves.
        guard form["actor_token"] == nil, form["actor_token_type"] == nil else { throw .invalidRequest("actor tokens aren't taken") }
        targets = [form["resource"], form["audience"]].compactMap { $0 }
        guard !targets.isEmpty else { throw .invalidRequest("resource or audience is missing") }
        subjectToken = token
        scope = form["scope"]
    }

    /// Whether a token has just the scopes that were asked for: otherwise the answer must name them (RFC 8693, § 2.2.1).
    func isAnswered(by token: ExchangedToken) -> Bool {
        let asked = Set((scope ?? "").utf8.split(separator: UInt8(ascii: " ")).map(Array.init))
        return asked == Set(token.scopes.map { Array($0.utf8) })
    }

    /// The target of a body of `/auth/token-exchange`, whose subject token is the bearer token.
    ///
    /// - Throws: `unsupported_grant_type`, `invalid_request`.
    static func audience(json object: JSONValue) throws(Problem) -> String {
        guard let grant = object["grant_type"]?.string, grant.utf8.elementsEqual(grantType.utf8) else {
            throw Problem(.badRequest, "unsupported_grant_type", wrongGrant, fields: [("field", .string("/grant_type"))])
        }
        guard let audience = object["audience"]?.string, !audience.isEmpty else {
            throw .invalidRequest("Missing audience", field: "/audience")
        }
        return audience
    }
}
