import Auth
import JSON
import Synchronization

/// WorkOS as a value: answers from a table of memberships, counts, and fails as it is told.
final class FakeWorkOS: Outbound {
    struct Membership {
        var subject: String
        var organization: String
        var name = "Name"
        var status = "active"
    }

    struct State {
        var memberships: [Membership] = []
        /// What happens instead of an answer, for each of the next requests, and for all after them.
        var next: [Failure] = []
        var always: Failure?
        var requests: [(url: String, key: String)] = []
        var goodKeys: [String]? = nil
        var limits: [Duration] = []
    }

    enum Failure: Sendable {
        case fault(OutboundFault)
        case answer(OutboundAnswer)

        static func status(_ status: Int, retryAfter: Int? = nil, _ body: String = "{}") -> Failure {
            .answer(OutboundAnswer(status: status, retryAfter: retryAfter, body: Array(body.utf8)))
        }
    }

    private let state = Mutex(State())
    /// Where requests wait until they are let go.
    private let gate = Mutex<[CheckedContinuation<Void, Never>]?>(nil)

    var requests: [(url: String, key: String)] { state.withLock { $0.requests } }
    var count: Int { requests.count }
    func set(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }
    func set(_ memberships: (subject: String, organization: String)...) {
        set {
            $0.memberships = memberships.map {
                Membership(subject: $0.subject, organization: $0.organization, name: "N-\($0.organization)")
            }
        }
    }

    func hold() { gate.withLock { $0 = [] } }
    func release() {
        let waiting = gate.withLock { gate in
            defer { gate = nil }
            return gate ?? []
        }
        for continuation in waiting { continuation.resume() }
    }

    func get(
        _ url: String,
        headers: [(name: String, value: String)],
        bodyLimit: Int,
        within limit: Duration
    ) async throws(OutboundFault) -> OutboundAnswer {
        let key = headers.first { $0.name == "Authorization" }?.value ?? ""
        let failure: Failure? = state.withLock { state in
            state.requests.append((url, key))
            state.limits.append(limit)
            if let keys = state.goodKeys, !keys.contains(where: { "Bearer \($0)" == key }) { return .status(401) }
            return state.next.isEmpty ? state.always : state.next.removeFirst()
        }
        await withCheckedContinuation { continuation in
            let waits = gate.withLock { gate in
                gate?.append(continuation)
                return gate != nil
            }
            if !waits { continuation.resume() }
        }
        switch failure {
        case .fault(let fault): throw fault
        case .answer(let answer): return answer
        case nil: return OutboundAnswer(status: 200, body: page(url))
        }
    }

    private func page(_ url: String) -> [UInt8] {
        var query: [String: String] = [:]
        for pair in url.split(separator: "?").last?.split(separator: "&") ?? [] {
            let parts = pair.split(separator: "=", maxSplits: 1)
            query[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
        let found = state.withLock { $0.memberships }.filter {
            Self.encoded($0.subject) == query["user_id"] && (query["organization_id"] ?? $0.organization) == $0.organization
        }
        let start = query["after"].flatMap { Int($0) } ?? 0
        let limit = query["limit"].flatMap { Int($0) } ?? 10
        let shown = found.dropFirst(start).prefix(limit)
        let next = start + shown.count < found.count ? String(start + shown.count) : nil
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("object", "list")
            writer.key("data")
            writer.array { writer in
                for membership in shown {
                    writer.object { writer in
                        writer.member("user_id", membership.subject)
                        writer.member("organization_id", membership.organization)
                        writer.member("organization_name", membership.name)
                        writer.member("status", membership.status)
                    }
                }
            }
            writer.key("list_metadata")
            writer.object { writer in
                writer.key("before")
                writer.null()
                writer.key("after")
                if let next { writer.string(next) } else { writer.null() }
            }
        }
        return writer.bytes
    }

    static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            let character = Character(UnicodeScalar(byte))
            return character.isASCII && (character.isLetter || character.isNumber || "-._~".contains(character))
                ? String(character) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}
