package import Auth
import HTTPServer
import HTTPTypes
import JSON

/// Says which tenant a token's subject belongs to, or among which it has to choose.
package struct TenantResolution: Sendable {
    /// Where the answer comes from.
    package enum Source: Sendable {
        /// There is one tenant.
        case single
        /// There are several, and only those who sign know which.
        case unknown
        case memberships(any MembershipChecking)
    }

    private let tenant: Organization
    private let source: Source

    init(_ source: Source, tenant: Organization) {
        self.source = source
        self.tenant = tenant
    }

    /// - Throws: ``HTTPServer/Problem``: 403 `tenant_forbidden`, 503 `tenant_resolution_unconfigured`, 503 `identity_provider_unavailable`.
    func answer(_ caller: Caller) async throws -> Answer {
        switch source {
        case .single: return Self.answer(tenant)
        case .unknown: throw Problem.tenantResolutionUnconfigured
        case .memberships(let memberships):
            let organizations: [Organization]
            do throws(MembershipFault) {
                organizations = try await memberships.organizations(of: caller.principal.subject)
            } catch {
                throw Problem.identityProviderUnavailable(retryAfter: error.retryAfter)
            }
            if organizations.count > 1 { return Self.answer(organizations) }
            if let only = organizations.first { return Self.answer(only) }
            guard memberships.allowsNonMembers else { throw Problem.tenantForbidden }
            return Self.answer(tenant)
        }
    }

    private static func answer(_ organization: Organization) -> Answer {
        var writer = JSONWriter(reserving: 128)
        writer.object { writer in
            writer.member("tenant_id", organization.id)
            writer.member("organization_name", organization.name)
            writer.member("requires_selection", false)
        }
        return .json(.ok, writer.bytes)
    }

    private static func answer(_ organizations: [Organization]) -> Answer {
        var writer = JSONWriter(reserving: 64 + organizations.count * 80)
        writer.object { writer in
            writer.member("tenant_id", "")
            writer.key("organizations")
            writer.array { writer in
                for organization in organizations {
                    writer.object { writer in
                        writer.member("id", organization.id)
                        writer.member("name", organization.name)
                    }
                }
            }
            writer.member("requires_selection", true)
        }
        return .json(.ok, writer.bytes)
    }
}
