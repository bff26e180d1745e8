/// In which tenant a principal works, and what proves it.
///
/// | proof | memberships | a data route demands |
/// |---|---|---|
/// | no | no | nothing: there is one tenant, which may be named |
/// | yes | no | a signature; the tenant that is signed is taken |
/// | no | yes | the tenant's name; the subject must be a member |
/// | yes | yes | both |
package struct TenantPolicy: Sendable {
    package enum Decision: Sendable, Equatable {
        /// The door needs none.
        case unasked
        case tenant(String)
        /// One of several, which the principal has chosen when asked.
        case chosen(String)
        /// The principal belongs to several and has said nothing.
        case choice([Organization])
    }

    /// The tenant of those who belong to no other.
    package let defaultTenant: String
    private let fixedTenant: String?
    private let proof: (any TenantProving)?
    private let memberships: (any MembershipChecking)?
    private let choices: TenantChoices

    /// - Parameters:
    ///   - fixedTenant: The tenant of MCP's clients that name none.
    ///   - proof: Where signed headers are demanded.
    ///   - memberships: Where a tenant's members are known.
    ///   - choices: What MCP's users have chosen.
    package init(
        defaultTenant: String,
        fixedTenant: String? = nil,
        proof: (any TenantProving)? = nil,
        memberships: (any MembershipChecking)? = nil,
        choices: TenantChoices = TenantChoices()
    ) {
        self.defaultTenant = defaultTenant
        self.fixedTenant = fixedTenant
        self.proof = proof
        self.memberships = memberships
        self.choices = choices
    }

    /// Whether signed headers count.
    var readsSignatures: Bool { proof != nil }

    func decision(
        for principal: Principal,
        _ request: SignedRequest,
        at door: Door
    ) async throws(AuthError) -> Decision {
        switch door {
        case .exchange, .tenant: return .unasked
        case .data, .sessions:
            if let proof {
                let tenant = try await Self.proved(request, proof)
                try await admit(principal, to: tenant)
                return .tenant(tenant)
            }
            guard let memberships else { return .tenant(try single(request.tenant)) }
            if let named = request.tenant {
                try await admit(principal, to: named)
                return .tenant(named)
            }
            guard door == .sessions else { throw .tenantRequired }
            guard case .tenant(let tenant) = try await resolved(principal, memberships) else { throw .tenantRequired }
            return .tenant(tenant)
        case .mcp: return try await decisionAtMCP(for: principal, request)
        }
    }

    /// People's MCP clients can't sign: where members are known, membership alone opens their tenant.
    private func decisionAtMCP(for principal: Principal, _ request: SignedRequest) async throws(AuthError) -> Decision {
        if let proof, request.signature != nil || (memberships == nil && (request.tenant != nil || fixedTenant == nil)) {
            let tenant = try await Self.proved(request, proof)
            try await admit(principal, to: tenant)
            return .tenant(tenant)
        }
        guard let memberships else {
            guard let fixedTenant else { return .tenant(try single(request.tenant)) }
            guard request.tenant.map({ $0.utf8.elementsEqual(fixedTenant.utf8) }) ?? true else { throw .tenantForbidden }
            return .tenant(fixedTenant)
        }
        if let named = request.tenant ?? fixedTenant {
            try await admit(principal, to: named)
            return .tenant(named)
        }
        let resolved = try await resolved(principal, memberships)
        guard case .choice(let organizations) = resolved, let chosen = choices.tenant(of: principal) else { return resolved }
        return organizations.contains { $0.id.utf8.elementsEqual(chosen.utf8) } ? .chosen(chosen) : resolved
    }

    private static func proved(_ request: SignedRequest, _ proof: any TenantProving) async throws(AuthError) -> String {
        do throws(TenantProofFault) {
            return try await proof.tenant(of: request)
        } catch {
            throw error == .unavailable ? .unavailable(retryAfter: 1) : .tenantProof(error)
        }
    }

    private func single(_ named: String?) throws(AuthError) -> String {
        guard let named else { return defaultTenant }
        guard named.utf8.elementsEqual(defaultTenant.utf8) else { throw .tenantForbidden }
        return defaultTenant
    }

    /// - Throws: `tenantForbidden` unless the principal may use the tenant, as far as members are known.
    private func admit(_ principal: Principal, to tenant: String) async throws(AuthError) {
        guard TenantName.isValid(tenant) else { throw .tenantForbidden }
        guard let memberships else { return }
        let isAllowed: Bool
        do throws(MembershipFault) {
            isAllowed = try await memberships.allows(principal.subject, tenant)
        } catch {
            throw .unavailable(retryAfter: error.retryAfter)
        }
        guard isAllowed else { throw .tenantForbidden }
    }

    /// The tenant that the principal's memberships tell.
    private func resolved(_ principal: Principal, _ memberships: any MembershipChecking) async throws(AuthError) -> Decision {
        let organizations: [Organization]
        do throws(MembershipFault) {
            organizations = try await memberships.organizations(of: principal.subject)
        } catch {
            throw .unavailable(retryAfter: error.retryAfter)
        }
        if organizations.count > 1 { return .choice(organizations) }
        if let only = organizations.first {
            guard TenantName.isValid(only.id) else { throw .tenantForbidden }
            return .tenant(only.id)
        }
        guard memberships.allowsNonMembers else { throw .tenantForbidden }
        return .tenant(defaultTenant)
    }
}
