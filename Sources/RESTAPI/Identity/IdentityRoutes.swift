package import Auth
package import HTTPServer
import HTTPTypes

/// The route that says which tenant a token's subject belongs to.
package struct IdentityRoutes: Sendable {
    private let resolution: TenantResolution

    /// - Parameters:
    ///   - tenant: The one tenant of a single-tenant installation, else that of those who belong to no organization.
    ///   - source: Where it is known who belongs to which tenant.
    package init(tenant: Organization, source: TenantResolution.Source = .single) {
        resolution = TenantResolution(source, tenant: tenant)
    }

    package var all: [Route<Caller>] {
        [
            Route(
                .only(.get),
                BearerRoute.tenant.rawValue,
                label: BearerRoute.tenant.rawValue,
                limits: .auth,
                describe: { .tenant },
                .authenticated { _, caller in try await resolution.answer(caller) }
            )
        ]
    }
}
