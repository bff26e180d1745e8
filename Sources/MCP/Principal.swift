/// Who a verified token names: the pair that sessions and other seals are bound to (S16, KY5).
public struct Principal: Sendable, Hashable {
    public let issuer: String
    public let subject: String

    public init(issuer: String, subject: String) {
        self.issuer = issuer
        self.subject = subject
    }

    /// Everybody, where authorization is off.
    public static let anonymous = Principal(issuer: "", subject: "")

    public static func == (a: Principal, b: Principal) -> Bool {
        a.issuer.sameBytes(b.issuer) && a.subject.sameBytes(b.subject)
    }
}

extension String {
    /// Equality byte for byte; `==` would also take canonically equivalent text (U+212A for K).
    func sameBytes(_ other: String) -> Bool {
        var (a, b) = (self, other)
        return a.withUTF8 { a in b.withUTF8 { b in a.elementsEqual(b) } }
    }
}
