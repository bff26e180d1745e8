package import APIClient
import Auth
package import ToolBridge
import Tools

/// The items that a caller of the role `mcp` works on: those of the API, with credentials made for this one request.
package struct GatewayItems: Sendable {
    private let client: APIClient
    private let tokens: UpstreamTokens
    private let tenants: UpstreamTenants

    package init(_ client: APIClient, _ tokens: UpstreamTokens, _ tenants: UpstreamTenants) {
        self.client = client
        self.tokens = tokens
        self.tenants = tenants
    }

    /// - Throws: `unauthorized` for a caller without a token where one is needed; ``Tools/OwnerChoice``; what exchange and resolution throw.
    package func items(of caller: GatewayCaller) async throws -> OwnedItems {
        guard tokens.hasToken(for: caller.token) else {
            throw ItemError(.unauthorized, "this needs a token: the client sent none")
        }
        switch try await tenants.decision(for: caller) {
        case .tenant(let tenant): return items(of: caller, in: tenant)
        case .choice(let organizations):
            throw OwnerChoice(organizations.map { OwnerChoice.Option(id: $0.id, name: $0.name) }) { [tenants] id in
                if let principal = caller.principal { tenants.choices.remember(id, of: principal) }
                return items(of: caller, in: id)
            }
        }
    }

    private func items(of caller: GatewayCaller, in tenant: String) -> OwnedItems {
        let owner = Owner(tenant: tenant, subject: caller.principal?.subject ?? caller.digest)
        let credentials = APICredentials(owner: owner, origin: caller.origin) { [tokens] refused throws(ItemError) in
            try await tokens.token(for: caller.token, caller.origin, refused: refused)
        }
        return OwnedItems(client.items(credentials), of: owner)
    }
}
