import HTTPServer
import HTTPTypes
import JSON
import ToolBridge

/// What every request for another token must say, whichever way it comes.
enum ExchangeRequest {
    static let grantType = "urn:ietf:params:oauth:grant-type:token-exchange"
    private static let accessToken = "urn:ietf:params:oauth:token-type:access_token"
    private static let jwt = "urn:ietf:params:oauth:token-type:jwt"
    static let noKey = "there is no key to sign exchanged tokens with"
    private static let wrongGrant = "grant_type must be \(grantType)"

    /// Checks a body of `/auth/token-exchange`, whose subject token is the bearer token.
    ///
    /// - Throws: `unsupported_grant_type`, `invalid_request`.
    static func check(json object: JSONValue) throws(Problem) {
        guard let grant = object["grant_type"]?.string, grant.utf8.elementsEqual(grantType.utf8) else {
            throw Problem(.badRequest, "unsupported_grant_type", wrongGrant, fields: [("field", .string("/grant_type"))])
        }
        guard let audience = object["audience"]?.string, !audience.isEmpty else {
            throw .invalidRequest("Missing audience", field: "/audience")
        }
    }

    /// Checks a form of `/oauth/token`.
    ///
    /// - Throws: `invalid_request`, `unsupported_grant_type`.
    static func check(form: FormBody) throws(OAuthRefusal) {
        guard let grant = form["grant_type"] else { throw .invalidRequest("grant_type is missing") }
        guard grant.utf8.elementsEqual(grantType.utf8) else { throw OAuthRefusal(.badRequest, "unsupported_grant_type", wrongGrant) }
        guard form["subject_token"] != nil else { throw .invalidRequest("subject_token is missing") }
        guard let type = form["subject_token_type"] else { throw .invalidRequest("subject_token_type is missing") }
        guard type.utf8.elementsEqual(accessToken.utf8) || type.utf8.elementsEqual(jwt.utf8) else {
            throw .invalidRequest("subject_token_type must be \(accessToken) or \(jwt)")
        }
        if let requested = form["requested_token_type"], !requested.utf8.elementsEqual(accessToken.utf8) {
            throw .invalidRequest("requested_token_type must be \(accessToken)")
        }
        guard form["resource"] != nil || form["audience"] != nil else { throw .invalidRequest("resource or audience is missing") }
    }
}
