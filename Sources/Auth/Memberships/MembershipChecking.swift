/// Says to which organizations a subject belongs.
package protocol MembershipChecking: Sendable {
    /// Whether the subject may use the tenant.
    ///
    /// - Throws: ``MembershipFault``.
    func allows(_ subject: String, _ tenant: String) async throws(MembershipFault) -> Bool

    /// The organizations of which the subject is an active member, in the provider's order.
    ///
    /// - Throws: ``MembershipFault``.
    func organizations(of subject: String) async throws(MembershipFault) -> [Organization]

    /// Whether a subject without any organization may use the default tenant.
    var allowsNonMembers: Bool { get }
}

/// A tenant as people know it.
package struct Organization: Sendable, Equatable {
    /// The tenant's id.
    package let id: String
    package let name: String

    package init(id: String, name: String) {
        self.id = id
        self.name = name
    }
}

/// Nobody can say now who belongs where.
package struct MembershipFault: Error, Sendable, Equatable {
    /// Seconds after which it is worth asking again.
    package let retryAfter: Int

    package init(retryAfter: Int = 1) {
        self.retryAfter = retryAfter
    }
}
