package import APIClient
package import Auth
package import ToolBridge

/// In which tenant a caller of the role `mcp` works (§ 9.3).
///
/// It never comes from a token that nobody has verified.
package final class UpstreamTenants: Sendable {
    /// Whose it is.
    package enum Decision: Sendable {
        case tenant(String)
        /// The caller has to choose one.
        case choice([Organization])
    }

    private struct Key: Hashable, Sendable {
        let issuer: [UInt8]
        let subject: [UInt8]
    }

    private static let life = Duration.seconds(300)
    private let fixed: String?
    private let clocks: Clocks
    private let resolve: @Sendable (GatewayCaller) async -> Result<TenantAnswer, ItemError>
    private let known: ExpiringCache<Key, TenantAnswer>
    private let flight = SingleFlight<Key, Result<TenantAnswer, ItemError>>()
    /// What people chose when they were asked.
    package let choices: TenantChoices

    /// - Parameters:
    ///   - fixed: The tenant of all callers.
    ///   - capacity: How many answers are kept.
    ///   - resolve: Asks the API.
    package init(
        fixed: String?,
        clocks: Clocks,
        capacity: Int = 10_000,
        resolve: @escaping @Sendable (GatewayCaller) async -> Result<TenantAnswer, ItemError>
    ) {
        self.fixed = fixed
        self.clocks = clocks
        self.resolve = resolve
        known = ExpiringCache(capacity: capacity)
        choices = TenantChoices(now: clocks.monotonic)
    }

    /// How many answers are kept.
    package var count: Int { known.count }

    /// - Throws: `tenant_forbidden`, and what the API says when it is asked.
    package func decision(for caller: GatewayCaller) async throws(ItemError) -> Decision {
        if let fixed { return .tenant(fixed) }
        if let named = caller.namedTenant {
            guard TenantName.isValid(named) else { throw .noTenant("the tenant that X-TB-Tenant-ID names can't be one") }
            return .tenant(named)
        }
        guard let principal = caller.principal else { throw ItemError(.tenantRequired, "nothing says in which tenant to work") }
        let key = Key(issuer: Array(principal.issuer.utf8), subject: Array(principal.subject.utf8))
        let answer: TenantAnswer
        if let kept = known.value(for: key, at: clocks.monotonic()) {
            answer = kept
        } else {
            answer = try await flight.value(for: key) { [self] in
                await resolve(caller).map { answer in
                    let now = clocks.monotonic()
                    if answer != .none { known.set(answer, for: key, until: now + Self.life, at: now) }
                    return answer
                }
            }.get()
        }
        switch answer {
        case .one(let tenant): return .tenant(tenant)
        case .none: throw .noTenant("the user belongs to no organization, and none is open to everybody")
        case .several(let organizations):
            guard let chosen = choices.tenant(of: principal), organizations.contains(where: { $0.id.utf8.elementsEqual(chosen.utf8) })
            else {
                return .choice(organizations)
            }
            return .tenant(chosen)
        }
    }

    /// The tenant that is known without asking anybody; for reports.
    package func knownTenant(of caller: GatewayCaller) -> String? {
        if let fixed { return fixed }
        guard let principal = caller.principal else { return nil }
        let key = Key(issuer: Array(principal.issuer.utf8), subject: Array(principal.subject.utf8))
        switch known.value(for: key, at: clocks.monotonic()) {
        case .one(let tenant): return tenant
        case .several: return choices.tenant(of: principal)
        case nil, .some(.none): return nil
        }
    }
}

extension ItemError {
    fileprivate static func noTenant(_ text: String) -> ItemError { ItemError(.tenantForbidden, text) }
}
