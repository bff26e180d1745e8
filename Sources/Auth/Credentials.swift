/// What a request says about its caller, before any of it is believed.
package struct Credentials: Sendable {
    /// The value of `X-Debug-Sub`.
    package var debugSubject: String?
    /// The rest: the token's header and those of the tenant, with what a signature covers.
    package var request: SignedRequest

    /// The value of `Authorization`.
    package var authorization: String? { request.authorization }

    package init(_ request: SignedRequest, debugSubject: String? = nil) {
        self.request = request
        self.debugSubject = debugSubject
    }

    package init(authorization: String? = nil, debugSubject: String? = nil, tenant: String? = nil) {
        request = SignedRequest(method: "GET", target: "/", authorization: authorization, tenant: tenant)
        self.debugSubject = debugSubject
    }
}

/// Why a caller isn't taken.
package enum AuthError: Error, Sendable, Equatable {
    /// A token was sent, and it isn't good.
    case token(TokenFault)
    /// The caller may not use this tenant.
    case tenantForbidden
    /// No tenant was named, and there is none to take instead.
    case tenantRequired
    /// The tenant isn't proved.
    case tenantProof(TenantProofFault)
    /// Somebody who must be asked about the caller doesn't answer.
    case unavailable(retryAfter: Int)
}
