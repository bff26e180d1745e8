/// Which of several tenants people chose when they were asked.
///
/// A choice opens nothing: it only counts among the tenants to which its principal belongs now. It is kept for a day, in this process.
package struct TenantChoices: Sendable {
    private struct Key: Hashable {
        let issuer: [UInt8]
        let subject: [UInt8]
    }

    private static let life = Duration.seconds(86_400)
    private let chosen = ExpiringCache<Key, String>(capacity: 10_000)
    private let now: @Sendable () -> ContinuousClock.Instant

    package init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.now = now
    }

    package func tenant(of principal: Principal) -> String? {
        chosen.value(for: key(principal), at: now())
    }

    package func remember(_ tenant: String, of principal: Principal) {
        let now = now()
        chosen.set(tenant, for: key(principal), until: now + Self.life, at: now)
    }

    private func key(_ principal: Principal) -> Key {
        Key(issuer: Array(principal.issuer.utf8), subject: Array(principal.subject.utf8))
    }
}
