import Auth

/// A route on the caller's token itself: there only a bearer token says who calls, for whichever tenant, and refusals have texts that clients
/// of long standing compare.
enum BearerRoute: String {
    case tenant = "/v1/auth/tenant"
    case exchange = "/auth/token-exchange"

    /// The text without an `Authorization` header.
    var missing: String {
        switch self {
        case .tenant: "Missing or invalid Authorization header"
        case .exchange: "Missing Authorization header"
        }
    }

    /// The text for a header that holds no bearer token.
    var malformed: String {
        switch self {
        case .tenant: "Missing or invalid Authorization header"
        case .exchange: "Invalid Authorization header format"
        }
    }

    /// The text for a token that doesn't validate.
    func text(of fault: TokenFault) -> String {
        self == .tenant && fault == .noSubject ? "Missing sub claim" : "Invalid token"
    }
}
