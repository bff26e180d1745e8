import Auth
import HTTPServer
import HTTPTypes

extension Problem {
    static var tenantForbidden: Problem {
        Problem(.forbidden, "tenant_forbidden", "Unauthorized: not authorized for requested tenant")
    }

    static var tenantRequired: Problem {
        Problem(.unauthorized, "tenant_required", "Unauthorized: missing tenant header", headers: [.wwwAuthenticate: "Bearer"])
    }

    static func invalidTenantHeaders(_ fault: TenantProofFault) -> Problem {
        Problem(
            .unauthorized,
            "invalid_tenant_headers",
            "Unauthorized: invalid tenant headers",
            fields: [("reason", .string(fault.rawValue))],
            headers: [.wwwAuthenticate: "Bearer"]
        )
    }

    static var tenantResolutionUnconfigured: Problem {
        Problem(
            .serviceUnavailable,
            "tenant_resolution_unconfigured",
            "this server doesn't know who belongs to which tenant: send the tenant's signed headers"
        )
    }

    static func identityProviderUnavailable(retryAfter seconds: Int) -> Problem {
        Problem(
            .serviceUnavailable,
            "identity_provider_unavailable",
            "the identity provider can't be asked now",
            headers: [.retryAfter: String(max(1, seconds))]
        )
    }
}
