import Auth
import JSON
import Synchronization
import ToolBridge

/// A sync session with an API that wants one.
struct APISession: Sendable, Equatable {
    let id: String
    let epoch: Int64
}

/// The sync sessions of all owners, kept until shortly before they end.
final class APISessions: Sendable {
    private let sessions = ExpiringCache<Owner, APISession>(capacity: 10_000)
    private let flights = SingleFlight<Owner, Result<APISession, ItemError>>()
    private let demanded = Atomic(false)

    /// Whether the API has ever demanded a session for items: ToolBridge's doesn't, its predecessor does.
    var areDemanded: Bool { demanded.load(ordering: .relaxed) }

    /// An owner's session.
    func session(of owner: Owner, at now: ContinuousClock.Instant) -> APISession? {
        // Most APIs want none.
        guard areDemanded else { return nil }
        return sessions.value(for: owner, at: now)
    }

    /// Another session than the one that was used, made by whoever asks first.
    func renewed(
        _ used: APISession?,
        of owner: Owner,
        clocks: Clocks,
        _ open: @escaping @Sendable () async -> Result<(APISession, life: Duration), ItemError>
    ) async throws(ItemError) -> APISession {
        demanded.store(true, ordering: .relaxed)
        if let known = sessions.value(for: owner, at: clocks.monotonic()), known != used { return known }
        return try await flights.value(for: owner) { [sessions] in
            if let known = sessions.value(for: owner, at: clocks.monotonic()), known != used { return .success(known) }
            return await open().map { session, life in
                let now = clocks.monotonic()
                sessions.set(session, for: owner, until: now + life - .seconds(60), at: now)
                return session
            }
        }.get()
    }

    func cancel() { flights.cancel() }
}

extension APIClient {
    /// Opens a sync session.
    func openSession(_ credentials: APICredentials) async -> Result<(APISession, life: Duration), ItemError> {
        do throws(ItemError) {
            let end = await perform(APICall(.session, "POST", "/v1/sync/sessions"), credentials)
            let response = try end.response()
            guard let object = try? JSONValue(parsing: response.body), let id = object["id"]?.string, !id.isEmpty,
                id.utf8.count <= 128, id.utf8.allSatisfy({ (0x21...0x7e).contains($0) })
            else { throw .unreadableAnswer }
            let epoch = object["epoch"]?.integer ?? response.header("X-Sync-Epoch").flatMap(Int64.init) ?? 1
            return .success((APISession(id: id, epoch: epoch), life: life(object)))
        } catch {
            return .failure(error)
        }
    }

    /// How long the API says that the session lives, by its own clock.
    private func life(_ object: JSONValue) -> Duration {
        guard let end = object["expiresAt"]?.string.flatMap({ Timestamp(payloadText: $0) }) else { return .seconds(300) }
        let begin = object["createdAt"]?.string.flatMap { Timestamp(payloadText: $0) }?.milliseconds ?? clocks.wall() &+ apiClock.offset
        return .milliseconds(min(max(end.milliseconds &- begin, 0), 86_400_000))
    }
}
