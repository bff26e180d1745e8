package import ToolBridge

/// A principal, and the tenant that was proved for it: the only thing that makes an owner.
package struct Caller: Sendable, Equatable {
    package let principal: Principal
    /// nil where no tenant was asked for, or where the principal has to choose among ``organizations``.
    package let owner: Owner?
    /// Those among which the principal has to choose; empty where there is nothing to choose.
    package let organizations: [Organization]
    /// Whether the owner's tenant is one that the principal chose when asked, and that no request names.
    package let hasChosen: Bool
    /// By which rules its token was verified; nil if it wasn't one.
    package let profile: VerifiedToken.Profile?

    init(
        principal: Principal,
        owner: Owner?,
        organizations: [Organization] = [],
        hasChosen: Bool = false,
        profile: VerifiedToken.Profile? = nil
    ) {
        self.principal = principal
        self.owner = owner
        self.organizations = organizations
        self.hasChosen = hasChosen
        self.profile = profile
    }
}

extension Caller {
    /// The owner of what the caller works on.
    ///
    /// - Throws: ``TenantUndecided`` while the principal has to choose a tenant.
    package var decidedOwner: Owner {
        get throws(TenantUndecided) {
            guard let owner else { throw TenantUndecided(organizations: organizations) }
            return owner
        }
    }
}

/// The principal belongs to several organizations and hasn't said in which one it works.
package struct TenantUndecided: Error, Sendable, Equatable {
    package let organizations: [Organization]
}
