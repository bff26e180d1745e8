/// Who a verified credential names, and what it allows.
package struct Principal: Sendable, Equatable {
    /// The authority that vouches for the subject; empty for this server's own token.
    package let issuer: String
    /// 1 to 255 bytes without control characters.
    package let subject: String
    /// What the token was issued for, as it says itself; none is no limit (see ``AccessScope``).
    package var scopes: [String] = []
    /// The client that the token was issued to.
    package var clientID: String?
    /// Who acts for the subject (RFC 8693, § 4.1).
    package var actor: String?
    /// When the credential ends, in seconds since 1970; nil if never.
    package var expires: Int64?

    package init(
        issuer: String,
        subject: String,
        scopes: [String] = [],
        clientID: String? = nil,
        actor: String? = nil,
        expires: Int64? = nil
    ) {
        self.issuer = issuer
        self.subject = subject
        self.scopes = scopes
        self.clientID = clientID
        self.actor = actor
        self.expires = expires
    }
}
