import Synchronization

/// An issuer's keys, fetched from where the configuration says and kept fresh in the background.
///
/// A key that is known never waits for a fetch. What was fetched last is believed for 24 hours, however many fetches fail.
package final class RemoteKeySet: KeySource {
    /// How the set is kept.
    package struct Times: Sendable {
        /// Between two fetches in the background; each time up to a tenth more or less, so that replicas don't ask at once.
        package var refresh: Duration = .seconds(600)
        /// How long a set is believed when there is no newer one.
        package var belief: Duration = .seconds(24 * 3600)
        /// At least this long between a fetch for the sake of an unknown id and the fetch before it.
        package var pause: Duration = .seconds(30)
        /// How long an id is remembered as unknown.
        package var memory: Duration = .seconds(30)
        /// For one fetch, from beginning to end.
        package var fetch: Duration = .seconds(10)

        package init() {}
    }

    private struct State {
        var keys: FixedKeys?
        var fetched: ContinuousClock.Instant?
        var attempted: ContinuousClock.Instant?
        var version = 0
        var document: [UInt8] = []
    }

    private enum Outcome: Sendable {
        case fetched
        case failed
        /// The last fetch was too short a while ago.
        case notDue
    }

    private let url: String
    private let outbound: any Outbound
    private let clocks: Clocks
    private let times: Times
    private let report: @Sendable (AuthEvent) -> Void
    private let state = Mutex(State())
    private let unknown = ExpiringCache<KeyName, Void>(capacity: 1000)
    private let flight = SingleFlight<Int, Outcome>()

    /// - Parameters:
    ///   - url: Of the key set; never anything that a token says.
    ///   - report: Told of each fetch.
    package init(
        url: String,
        outbound: any Outbound,
        clocks: Clocks,
        times: Times = Times(),
        report: @escaping @Sendable (AuthEvent) -> Void = { _ in }
    ) {
        self.url = url
        self.outbound = outbound
        self.clocks = clocks
        self.times = times
        self.report = report
    }

    package var version: Int { state.withLock { $0.version } }

    package func key(_ id: String?, _ algorithm: Algorithm) async throws(TokenFault) -> VerificationKey? {
        guard let id else { return nil }
        let keys = believed
        if let key = keys?.key(id, algorithm) { return key }
        let name = KeyName(id, algorithm)
        if keys != nil, unknown.value(for: name, at: clocks.monotonic()) != nil { return nil }
        let isAsked = await fetchIfDue()
        guard let keys = believed else { throw .keysUnavailable }
        if let key = keys.key(id, algorithm) { return key }
        if isAsked {
            let now = clocks.monotonic()
            unknown.set((), for: name, until: now + times.memory, at: now)
        }
        return nil
    }

    /// Keeps the set fresh until the task is cancelled: fetches it at once, then again and again, sooner after a failure.
    ///
    /// - Parameter sleep: Waits, and throws when the task is cancelled.
    package func run(sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }) async {
        await withTaskCancellationHandler {
            await keepFresh(sleep: sleep)
        } onCancel: {
            // The program ends: nobody waits for an issuer that is slow.
            flight.cancel()
        }
    }

    private func keepFresh(sleep: @Sendable (Duration) async throws -> Void) async {
        var failures = 0
        while !Task.isCancelled {
            failures = await refresh() ? 0 : min(failures + 1, 6)
            let wait =
                failures == 0
                ? times.refresh * Double.random(in: 0.9...1.1)
                : min(.seconds(1 << (failures - 1)), times.pause)
            do { try await sleep(wait) } catch { return }
        }
    }

    /// Fetches the set now; whether there is a new one, or the old one was confirmed.
    package func refresh() async -> Bool {
        while true {
            switch await flight.value(for: 0, { await self.fetch() }) {
            case .fetched: return true
            case .failed: return false
            // Somebody else's fetch that wasn't due was in flight, and has ended without one.
            case .notDue: continue
            }
        }
    }

    /// Fetches the set for the sake of an unknown id, unless somebody did so lately; waits for a fetch that is under way.
    ///
    /// - Returns: Whether the set has been asked for since the call.
    private func fetchIfDue() async -> Bool {
        guard isFetching || isDue else { return false }
        return await flight.value(for: 0, { self.isDue ? await self.fetch() : .notDue }) != .notDue
    }

    private var isFetching: Bool { flight.count > 0 }

    private var isDue: Bool {
        let now = clocks.monotonic()
        return state.withLock { state in state.attempted.map { now >= $0 + times.pause } ?? true }
    }

    /// The keys that were fetched last, unless that was too long ago.
    private var believed: FixedKeys? {
        let now = clocks.monotonic()
        return state.withLock { state in
            guard let fetched = state.fetched, now < fetched + times.belief else { return nil }
            return state.keys
        }
    }

    private func fetch() async -> Outcome {
        let now = clocks.monotonic()
        state.withLock { $0.attempted = now }
        do throws(KeySetFault) {
            let document = try await document()
            let set = try await JSONWebKeySet(parsing: document)
            state.withLock { state in
                state.fetched = now
                guard state.document != document else { return }
                state.document = document
                state.keys = FixedKeys(set.keys)
                state.version += 1
            }
            report(.keysFetched(url: url, usable: set.keys.count, skipped: set.skipped))
            return .fetched
        } catch {
            report(.keysFailed(url: url, error))
            return .failed
        }
    }

    private func document() async throws(KeySetFault) -> [UInt8] {
        let answer: OutboundAnswer
        do throws(OutboundFault) {
            answer = try await outbound.get(
                url,
                headers: [("accept", "application/json")],
                bodyLimit: JSONWebKeySet.maximumBytes,
                within: times.fetch
            )
        } catch {
            throw error == .tooLarge ? .tooLarge : .notFetched(error)
        }
        guard answer.status == 200 else { throw .status(answer.status) }
        return answer.body
    }
}
