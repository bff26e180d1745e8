import Synchronization
import ToolBridge

/// Why WorkOS gave no answer that can be used.
enum WorkOSFault: Error, Equatable {
    /// It may do so later.
    case unavailable(retryAfter: Int)
    /// It finds fault with the question: it doesn't know the subject or the organization.
    case refused
}

/// Asks WorkOS for memberships (`GET /user_management/organization_memberships`).
///
/// Far fewer requests are sent than the 1,000 in 10 s that WorkOS lets through, and of these one subject alone causes only a small part.
final class WorkOSAPI: Sendable {
    private static let path = "/user_management/organization_memberships"
    private static let pageSize = 100
    private static let pageLimit = 10
    private static let timeLimit = Duration.seconds(5)
    /// Bytes: a page of 100 has about 60 KB.
    private static let bodyLimit = 1 << 20
    /// Seconds of `Retry-After` that are waited for.
    private static let patience = 2

    private let keys: [Secret]
    private let baseURL: String
    private let outbound: any Outbound
    private let now: @Sendable () -> ContinuousClock.Instant
    private let wait: @Sendable (Duration) async -> Void
    private let report: @Sendable (WorkOSEvent) -> Void
    /// The place of the key that was taken last.
    private let goodKey = Mutex(0)
    private let all: CallBudget<Bool>
    private let bySubject: CallBudget<[UInt8]>

    init(
        _ settings: WorkOSSettings,
        outbound: any Outbound,
        now: @escaping @Sendable () -> ContinuousClock.Instant,
        wait: @escaping @Sendable (Duration) async -> Void,
        report: @escaping @Sendable (WorkOSEvent) -> Void
    ) {
        keys = settings.keys
        baseURL = settings.baseURL + Self.path
        self.outbound = outbound
        self.now = now
        self.wait = wait
        self.report = report
        all = CallBudget(500, in: .seconds(10), capacity: 1)
        bySubject = CallBudget(40, in: .seconds(10), capacity: 10_000)
    }

    /// Whether the subject is an active member of the organization.
    func isMember(_ subject: String, of organization: String) async throws(WorkOSFault) -> Bool {
        let page = try await page(.membership, subject, [("organization_id", organization), ("limit", "1")])
        return page.active(of: subject).contains { $0.id.utf8.elementsEqual(organization.utf8) }
    }

    /// Whether the subject is an active member of any organization.
    func isMemberOfAny(_ subject: String) async throws(WorkOSFault) -> Bool {
        let page = try await page(.organizations, subject, [("limit", "1")])
        if !page.active(of: subject).isEmpty { return true }
        // An inactive one came first: there may be others behind it.
        return page.next == nil ? false : try await !organizations(of: subject).isEmpty
    }

    /// All organizations of which the subject is an active member, in the order of WorkOS, at most 1,000.
    func organizations(of subject: String) async throws(WorkOSFault) -> [Organization] {
        var found: [Organization] = []
        var next: String?
        for _ in 0..<Self.pageLimit {
            let page = try await page(
                .organizations,
                subject,
                [("limit", String(Self.pageSize))] + (next.map { [("after", $0)] } ?? [])
            )
            found += page.active(of: subject)
            next = page.next
            if next == nil { break }
        }
        return found
    }
}

extension WorkOSAPI {
    private func page(
        _ operation: WorkOSEvent.Operation,
        _ subject: String,
        _ query: [(String, String)]
    ) async throws(WorkOSFault) -> MembershipPage {
        let parameters = ([("user_id", subject)] + query).map { "\($0.0)=\(PercentEncoding.encode($0.1))" }
        let url = baseURL + "?" + parameters.joined(separator: "&")
        let answer = try await answer(operation, subject, url)
        guard let page = MembershipPage(parsing: answer.body) else { throw .unavailable(retryAfter: 1) }
        return page
    }

    /// A good answer; a question that came too soon is repeated once, and one whose key is refused with the other key.
    private func answer(
        _ operation: WorkOSEvent.Operation,
        _ subject: String,
        _ url: String
    ) async throws(WorkOSFault) -> OutboundAnswer {
        var place = goodKey.withLock { $0 }
        var hasChangedKey = false
        var hasWaited = false
        while true {
            guard keys.indices.contains(place) else { throw .unavailable(retryAfter: 1) }
            let answer = try await ask(operation, subject, url, keys[place])
            switch answer.status {
            case 200:
                if hasChangedKey { goodKey.withLock { $0 = place } }
                return answer
            case 401 where !hasChangedKey && keys.count > 1:
                hasChangedKey = true
                place = (place + 1) % keys.count
            case 401, 403:
                report(.keysRefused)
                throw .unavailable(retryAfter: 1)
            case 429:
                guard !hasWaited, let seconds = answer.retryAfter, seconds <= Self.patience else {
                    throw .unavailable(retryAfter: min(max(1, answer.retryAfter ?? 1), 60))
                }
                hasWaited = true
                await wait(.seconds(seconds))
            case 400, 404, 422: throw .refused
            default: throw .unavailable(retryAfter: 1)
            }
        }
    }

    private func ask(
        _ operation: WorkOSEvent.Operation,
        _ subject: String,
        _ url: String,
        _ key: Secret
    ) async throws(WorkOSFault) -> OutboundAnswer {
        let begin = now()
        if let seconds = bySubject.take(Array(subject.utf8), at: begin) ?? all.take(true, at: begin) {
            report(.heldBack(operation))
            throw .unavailable(retryAfter: seconds)
        }
        let headers = [("Authorization", "Bearer \(key.reveal())"), ("Accept", "application/json")]
        do throws(OutboundFault) {
            let answer = try await outbound.get(url, headers: headers, bodyLimit: Self.bodyLimit, within: Self.timeLimit)
            report(.asked(operation, status: answer.status, took: begin.duration(to: now())))
            return answer
        } catch {
            report(.asked(operation, status: 0, took: begin.duration(to: now())))
            throw .unavailable(retryAfter: 1)
        }
    }
}
