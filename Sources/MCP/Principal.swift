/// Who a verified token names: what sessions and other seals are bound to (S16, KY5).
public struct Principal: Sendable, Hashable {
    public let issuer: String
    public let subject: String
    /// Whose data it works on, where that isn't told by the subject; request states and tasks are bound to it as well (M6, TK7).
    ///
    /// Sessions are not. So a server that can't read its callers' tokens (AU17) calls all of them anonymous and puts the token's digest here:
    /// a refreshed token ends no session, but nobody uses another's request state.
    public let tenant: String

    public init(issuer: String, subject: String, tenant: String = "") {
        self.issuer = issuer
        self.subject = subject
        self.tenant = tenant
    }

    /// Everybody, where authorization is off.
    public static let anonymous = Principal(issuer: "", subject: "")

    public static func == (a: Principal, b: Principal) -> Bool {
        a.issuer.sameBytes(b.issuer) && a.subject.sameBytes(b.subject) && a.tenant.sameBytes(b.tenant)
    }
}

extension String {
    /// Equality byte for byte; `==` would also take canonically equivalent text (U+212A for K).
    func sameBytes(_ other: String) -> Bool {
        var (a, b) = (self, other)
        return a.withUTF8 { a in b.withUTF8 { b in a.elementsEqual(b) } }
    }
}
