/// What a request says about its caller, before any of it is believed.
package struct Credentials: Sendable, Equatable {
    /// The value of `Authorization`.
    package var authorization: String?
    /// The value of `X-Debug-Sub`.
    package var debugSubject: String?
    /// The value of `X-TB-Tenant-ID`.
    package var tenant: String?

    package init(authorization: String? = nil, debugSubject: String? = nil, tenant: String? = nil) {
        self.authorization = authorization
        self.debugSubject = debugSubject
        self.tenant = tenant
    }
}

/// Why a caller isn't taken.
package enum AuthError: Error, Sendable, Equatable {
    /// A credential was sent, and it isn't good.
    case invalidToken
    /// The caller may not use this tenant.
    case tenantForbidden
}
