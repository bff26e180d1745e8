import ToolBridge

/// Memberships as WorkOS knows them.
///
/// An answer is believed for a minute, a denial for 15 s, and while WorkOS can't be asked both for up to 15 minutes. Nothing is allowed
/// because of an error.
package final class WorkOSMemberships: MembershipChecking {
    private struct Pair: Hashable {
        let subject: [UInt8]
        let tenant: [UInt8]
    }

    package let allowsNonMembers: Bool
    private let defaultTenant: String
    private let api: WorkOSAPI
    private let decisions: AnswerCache<Pair, Bool>
    private let lists: AnswerCache<[UInt8], [Organization]>

    /// - Parameters:
    ///   - outbound: Asks WorkOS.
    ///   - wait: Waits before a question is repeated.
    ///   - report: Told of each request.
    package init(
        _ settings: WorkOSSettings,
        outbound: any Outbound,
        clocks: Clocks,
        wait: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) },
        report: @escaping @Sendable (WorkOSEvent) -> Void = { _ in }
    ) {
        allowsNonMembers = settings.allowsNonMembers
        defaultTenant = settings.defaultTenant
        api = WorkOSAPI(settings, outbound: outbound, now: clocks.monotonic, wait: wait, report: report)
        decisions = AnswerCache(capacity: settings.capacity, now: clocks.monotonic, isPositive: { $0 })
        lists = AnswerCache(capacity: settings.capacity, now: clocks.monotonic, isPositive: { !$0.isEmpty })
    }

    package func allows(_ subject: String, _ tenant: String) async throws(MembershipFault) -> Bool {
        let isOrganization = Self.isPlausible(tenant)
        let isDefault = tenant.utf8.elementsEqual(defaultTenant.utf8)
        // What can't be an organization of theirs is decided without them.
        guard isOrganization || (isDefault && allowsNonMembers) else { return false }
        let pair = Pair(subject: Array(subject.utf8), tenant: Array(tenant.utf8))
        return try await decisions.answer(for: pair) { [api, allowsNonMembers] in
            await Self.answer {
                if isOrganization, try await api.isMember(subject, of: tenant) { return true }
                guard isDefault, allowsNonMembers else { return false }
                return try await !api.isMemberOfAny(subject)
            } refused: {
                false
            }
        }
    }

    package func organizations(of subject: String) async throws(MembershipFault) -> [Organization] {
        try await lists.answer(for: Array(subject.utf8)) { [api] in
            await Self.answer {
                try await api.organizations(of: subject)
            } refused: {
                nil
            }
        }
    }

    /// How many answers are kept, for a gauge.
    package var count: Int { decisions.count + lists.count }

    /// How often an answer was known, how often not, and how many went for want of room.
    package var figures: (hits: Int, misses: Int, evictions: Int) {
        let (decisions, lists) = (decisions.figures, lists.figures)
        return (decisions.hits + lists.hits, decisions.misses + lists.misses, decisions.evictions + lists.evictions)
    }

    /// - Parameter refused: The answer if WorkOS finds fault with the question itself; nil if there is none.
    private static func answer<Answer>(
        _ ask: () async throws -> Answer,
        refused: () -> Answer?
    ) async -> Result<Answer, MembershipFault> {
        do {
            return .success(try await ask())
        } catch let fault as WorkOSFault {
            switch fault {
            case .unavailable(let seconds): return .failure(MembershipFault(retryAfter: seconds))
            case .refused: return refused().map(Result.success) ?? .failure(MembershipFault(retryAfter: 1))
            }
        } catch {
            return .failure(MembershipFault())
        }
    }

    /// Whether it looks like an organization's id at WorkOS: `org_`, letters and digits.
    private static func isPlausible(_ tenant: String) -> Bool {
        let prefix = "org_".utf8
        guard tenant.utf8.starts(with: prefix), (prefix.count + 1...128).contains(tenant.utf8.count) else { return false }
        return tenant.utf8.dropFirst(prefix.count).allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            default: false
            }
        }
    }
}
