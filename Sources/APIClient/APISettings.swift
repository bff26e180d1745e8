package import Auth

/// How an API is spoken to.
package struct APISettings: Sendable {
    /// What the API's own paths stand behind: empty, or a path without a slash at its end.
    package var basePath: String
    /// For one call, with all its repeats, from the beginning to the last byte of the answer.
    package var requestLimit: Duration
    /// Signs the tenant of each request; `nil` sends the plain header.
    package var tenants: TenantSigner?
    /// The largest offset from the API's clock that is corrected when a request is signed.
    package var maximumSkew: Duration
    package var userAgent: String
    /// The path of the token endpoint, where it isn't `/oauth/token` of the API; then the older route isn't tried.
    package var tokenPath: String?

    package init(
        basePath: String = "",
        requestLimit: Duration = .seconds(30),
        tenants: TenantSigner? = nil,
        maximumSkew: Duration = .seconds(300),
        userAgent: String = "toolbridge"
    ) {
        self.basePath = basePath
        self.requestLimit = requestLimit
        self.tenants = tenants
        self.maximumSkew = maximumSkew
        self.userAgent = userAgent
    }
}
