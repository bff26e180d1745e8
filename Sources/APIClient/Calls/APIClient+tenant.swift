package import Auth
import JSON
package import ToolBridge

extension APIClient {
    /// Asks the API for the tenant of a token's subject.
    ///
    /// - Throws: `unauthorized`, `tenant_forbidden`, `tenant_resolution_unconfigured`, `identity_provider_unavailable`, `rate_limited`,
    ///   `unavailable`.
    package func tenant(_ token: Secret, origin: APIRequestOrigin = APIRequestOrigin()) async throws(ItemError) -> TenantAnswer {
        var call = APICall(.tenant, "GET", "/v1/auth/tenant")
        call.provesTenant = false
        let object = try await perform(call, .plain(token, origin)).response().object
        if object["requires_selection"]?.boolean == true || object["tenant_id"]?.string?.isEmpty ?? true {
            let organizations = object["organizations"]?.elements.compactMap { element -> Organization? in
                guard let id = element["id"]?.string, !id.isEmpty else { return nil }
                return Organization(id: id, name: element["name"]?.string ?? id)
            }
            guard let organizations, !organizations.isEmpty else { return .none }
            return .several(organizations)
        }
        guard let tenant = object["tenant_id"]?.string, TenantName.isValid(tenant) else { throw .unreadableAnswer }
        return .one(tenant)
    }
}

extension APICredentials {
    /// A token alone, which nobody can replace.
    static func plain(_ token: Secret?, _ origin: APIRequestOrigin) -> APICredentials {
        APICredentials(owner: Owner(tenant: "", subject: ""), origin: origin) { _ throws(ItemError) in token }
    }
}
