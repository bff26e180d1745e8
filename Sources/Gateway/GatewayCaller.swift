package import APIClient
package import Auth
package import HTTPServer
package import MCP

/// Who sent a request to the role `mcp`, and what requests to the API are made of for it.
package struct GatewayCaller: Sendable {
    /// Whom the token names; nil where this server can't read tokens.
    package let principal: Auth.Principal?
    /// The client's own.
    package let token: Secret?
    /// SHA-256 of the token in hex, where this server can't read it: what stands for its owner.
    package let digest: String
    /// The tenant that the client named.
    package let namedTenant: String?
    package let client: IPAddress?
    /// What the API learns of the request.
    package var origin: APIRequestOrigin

    package init(
        principal: Auth.Principal?,
        token: Secret?,
        digest: String,
        namedTenant: String?,
        client: IPAddress?,
        origin: APIRequestOrigin
    ) {
        self.principal = principal
        self.token = token
        self.digest = digest
        self.namedTenant = namedTenant
        self.client = client
        self.origin = origin
    }

    /// Who the caller is for the protocol: what sessions, cursors and request states are bound to.
    ///
    /// Where tokens can't be read, sessions are nobody's: they grant nothing, and a refreshed token must not end them (AU17).
    package func mcpPrincipal(fixedTenant: String?) -> MCP.Principal {
        guard let principal else { return MCP.Principal(issuer: "", subject: "", tenant: digest) }
        return MCP.Principal(issuer: principal.issuer, subject: principal.subject, tenant: fixedTenant ?? namedTenant ?? "")
    }

    /// Whose bucket its requests are taken from; nil for a client without a token.
    var limitKey: LimitKey? {
        if let principal { return LimitKey(tenant: principal.issuer, subject: principal.subject) }
        return token == nil ? nil : LimitKey(subject: digest)
    }
}
