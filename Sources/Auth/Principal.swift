/// Who a verified credential names.
package struct Principal: Sendable, Equatable {
    /// The authority that vouches for the subject; empty for this server's own token.
    package let issuer: String
    /// 1 to 255 bytes without control characters.
    package let subject: String

    package init(issuer: String, subject: String) {
        self.issuer = issuer
        self.subject = subject
    }
}
