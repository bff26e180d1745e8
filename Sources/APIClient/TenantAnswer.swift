package import Auth

/// To which tenants a token's subject belongs.
package enum TenantAnswer: Sendable, Equatable {
    case one(String)
    /// The subject has to choose.
    case several([Organization])
    case none
}
