package import Auth
package import HTTPServer
import HTTPTypes
import JSON
import NIOCore
import ToolBridge

/// The route that says which tenant a token's subject belongs to.
package struct IdentityRoutes: Sendable {
    private let tenant: Organization

    /// - Parameter tenant: The one tenant of a single-tenant installation.
    package init(tenant: Organization) {
        self.tenant = tenant
    }

    package var all: [Route<Caller>] {
        [
            Route(
                .only(.get),
                BearerRoute.tenant.rawValue,
                label: BearerRoute.tenant.rawValue,
                limits: .auth,
                describe: { .tenant },
                .authenticated { _, _ in resolvedTenant }
            )
        ]
    }

    private var resolvedTenant: Answer {
        var writer = JSONWriter(reserving: 128)
        writer.object { writer in
            writer.member("tenant_id", tenant.id)
            writer.member("organization_name", tenant.name)
            writer.member("requires_selection", false)
        }
        return .json(.ok, writer.bytes)
    }
}
