package import MCP
internal import NIOCore
internal import NIOPosix
import Synchronization

/// What needs just this process, because a connection or a running task stands behind it (LS10).
package final class MCPConnections: Sendable {
    /// Limits and times of streams.
    package struct Settings: Sendable {
        /// Requests of one principal that run at once.
        package var runningRequests = 256
        package var streamsOfPrincipal = 32
        package var streams = 4_096
        package var standaloneStreamsOfSession = 4
        package var streamAge = Duration.seconds(600)
        /// Between two signs of life on a stream.
        package var heartbeat = Duration.seconds(15)
        /// How long a stream without a connection can be resumed (S12).
        package var resumable = Duration.seconds(60)
        package var resumableStreams = 1_024
        package var requestLimit = Duration.seconds(60)
        package var requestHardLimit = Duration.seconds(300)
        package var untilStream = Duration.seconds(15)
        package var stream = EventStream.Limits()

        package init() {}

        /// How often it is looked whether a time is over.
        var tick: Duration {
            let shortest = [streamAge, heartbeat, resumable, requestLimit, untilStream].min() ?? heartbeat
            return max(.milliseconds(5), min(.seconds(1), shortest / 4))
        }
    }

    package let settings: Settings
    package let questions: PendingQuestions
    package let memories = SessionMemories()
    package let streamCounts: StreamCounts
    /// The name of this process in ids of streams and questions.
    let replica: String
    private let state = Mutex(State())

    private struct State {
        var requestsOfPrincipals: [Principal: Int] = [:]
        /// Requests that run, by identity, with the ids under which their session can cancel them.
        var exchanges: [ObjectIdentifier: Running] = [:]
        var streams: [ObjectIdentifier: OpenStream] = [:]
        var resumable: [String: Resumable] = [:]
        /// Newest last.
        var standalone: [SessionNumber: [EventStream]] = [:]
    }

    private struct Running {
        let exchange: HTTPExchange
        let ids: [RequestID]
    }

    private struct OpenStream {
        let stream: EventStream
        let connection: Int
        let opened: ContinuousClock.Instant
        var lastBeat: ContinuousClock.Instant
        /// Unix seconds at which the caller's token expires (SB7).
        let expires: Int64?
        /// Says goodbye; nil for a request's stream, which ends with its answer, and once it was said.
        var end: (@Sendable (EventStream) -> Void)?
    }

    private struct Resumable {
        let stream: EventStream
        let session: SessionNumber
        let principal: Principal
        let isStandalone: Bool
        /// When its connection was last seen.
        var seen: ContinuousClock.Instant
    }

    /// - Parameter replica: By default a random name.
    package init(settings: Settings = Settings(), replica: String = "r" + String(UInt32.random(in: .min ... .max), radix: 16)) {
        self.settings = settings
        self.replica = replica
        questions = PendingQuestions(replica: replica)
        streamCounts = StreamCounts(ofPrincipal: settings.streamsOfPrincipal, altogether: settings.streams)
        let tick = TimeAmount(settings.tick)
        MultiThreadedEventLoopGroup.singleton.any().scheduleRepeatedTask(initialDelay: tick, delay: tick) { [weak self] task in
            if let self { self.tick(now: .now, unixNow: unixSeconds()) } else { task.cancel() }
        }
    }

    /// How much is held at this moment: nothing, once all connections are gone, all work has ended and no stream can be resumed any more.
    package struct Counts: Sendable, Equatable {
        package var principals = 0
        package var exchanges = 0
        package var connectedStreams = 0
        package var resumableStreams = 0
        package var standaloneStreams = 0
        package var questions = 0
        package var countedStreams = 0

        package init() {}
    }

    package var counts: Counts {
        var counts = state.withLock { state in
            var counts = Counts()
            counts.principals = state.requestsOfPrincipals.count
            counts.exchanges = state.exchanges.count
            counts.connectedStreams = state.streams.count
            counts.resumableStreams = state.resumable.count
            counts.standaloneStreams = state.standalone.values.reduce(0) { $0 + $1.count }
            return counts
        }
        counts.questions = questions.count
        counts.countedStreams = streamCounts.count
        return counts
    }

    // MARK: Requests

    /// - Returns: false if this principal runs as many as it may.
    func beginRequest(of principal: Principal) -> Bool {
        guard principal != .anonymous else { return true }
        return state.withLock { state in
            guard state.requestsOfPrincipals[principal, default: 0] < settings.runningRequests else { return false }
            state.requestsOfPrincipals[principal, default: 0] += 1
            return true
        }
    }

    func endRequest(of principal: Principal) {
        guard principal != .anonymous else { return }
        state.withLock { state in
            guard let count = state.requestsOfPrincipals[principal] else { return }
            state.requestsOfPrincipals[principal] = count > 1 ? count - 1 : nil
        }
    }

    /// From now on time limits and cancellations reach it.
    func add(_ exchange: HTTPExchange, ids: [RequestID]) {
        state.withLock { $0.exchanges[ObjectIdentifier(exchange)] = Running(exchange: exchange, ids: ids) }
    }

    func remove(_ exchange: HTTPExchange) {
        state.withLock { _ = $0.exchanges.removeValue(forKey: ObjectIdentifier(exchange)) }
    }

    /// Stops a request of a session; unknown and finished ones are ignored (CN1, CN3).
    func cancel(_ id: RequestID, of session: SessionNumber) {
        let found = state.withLock { state in
            state.exchanges.values.filter { $0.exchange.session?.number == session && $0.ids.contains(id) }.map(\.exchange)
        }
        for exchange in found { exchange.cancel(id) }
    }

    // MARK: Streams

    /// A stream that answers a request: one that can be resumed if it belongs to a session (S12), primed if the client knows that (S13).
    func requestStream(of session: Session?, _ principal: Principal, answering id: [UInt8]?) -> EventStream {
        guard let session, session.revision >= .v2025_03_26 else { return EventStream(limits: settings.stream) }
        return resumableStream(of: session, principal, answering: id, isStandalone: false)
    }

    /// A stream of a session's own; the oldest of too many ends (S11).
    func standaloneStream(of session: Session, _ principal: Principal) -> EventStream {
        let stream =
            session.revision >= .v2025_03_26
            ? resumableStream(of: session, principal, answering: nil, isStandalone: true) : EventStream(limits: settings.stream)
        let oldest = state.withLock { state -> EventStream? in
            var streams = state.standalone[session.number, default: []].filter { !$0.isFinished } + [stream]
            defer { state.standalone[session.number] = streams }
            guard streams.count > settings.standaloneStreamsOfSession else { return nil }
            // One whose client has gone needn't be open; else the oldest.
            return streams.remove(at: streams.firstIndex { $0.isLeft } ?? 0)
        }
        oldest?.finish()
        return stream
    }

    /// Takes up the stream to which an event belongs, if this process holds it for this session and it has all that came later.
    ///
    /// A standalone stream that was ended isn't taken up again: its client would only come back, again and again, to a stream that is over.
    func resume(_ parsed: EventIDs.Parsed, of session: Session, _ principal: Principal) -> Resumed? {
        guard parsed.ids.replica == replica else { return nil }
        // Under the lock, so that a stream isn't forgotten while it is taken up.
        return state.withLock { state in
            guard let found = state.resumable[parsed.ids.stream], found.session == session.number, found.principal == principal,
                !(found.isStandalone && found.stream.isFinished), let connection = found.stream.connect(after: parsed.number)
            else { return nil }
            return Resumed(stream: found.stream, connection: connection, isStandalone: found.isStandalone)
        }
    }

    struct Resumed {
        let stream: EventStream
        let connection: Int
        let isStandalone: Bool
    }

    /// From now on the stream gets signs of life, and ends at its age limit.
    func opened(_ stream: EventStream, _ connection: Int, expires: Int64? = nil, end: (@Sendable (EventStream) -> Void)? = nil) {
        let now = ContinuousClock.now
        let open = OpenStream(stream: stream, connection: connection, opened: now, lastBeat: now, expires: expires, end: end)
        state.withLock { state in
            // A newer connection may have taken the stream over before this one came to carry it.
            guard state.streams[ObjectIdentifier(stream)].map({ $0.connection < connection }) != false else { return }
            state.streams[ObjectIdentifier(stream)] = open
        }
    }

    /// One of its connections is gone; a newer one may be there.
    func closed(_ stream: EventStream, _ connection: Int) {
        state.withLock { state in
            if state.streams[ObjectIdentifier(stream)]?.connection == connection { state.streams[ObjectIdentifier(stream)] = nil }
            if let ids = stream.ids {
                // Before it is seen without a connection, or it would seem to be so since long ago.
                state.resumable[ids.stream]?.seen = .now
            } else {
                forgetStandalone(stream, &state)
            }
            stream.disconnect(connection)
        }
    }

    /// Hands a notice to each session's newest stream (S11, SB10).
    package func tell(_ notice: ChangeNotice) {
        let streams = state.withLock { state in
            state.standalone.compactMap { session, streams -> EventStream? in
                if case .resource(let uri) = notice.subject, !memories.isSubscribed(session, to: uri) { return nil }
                return streams.last { $0.isConnected && !$0.isFinished } ?? streams.last { !$0.isFinished }
            }
        }
        for stream in streams { stream.notify(notice) }
    }

    /// A session is over: its streams end, its requests and questions too (LS8).
    func end(_ session: SessionNumber) {
        let (streams, exchanges) = state.withLock { state in
            for (id, found) in state.resumable where found.session == session && found.isStandalone { state.resumable[id] = nil }
            return (
                state.standalone.removeValue(forKey: session) ?? [],
                state.exchanges.values.map(\.exchange).filter { $0.session?.number == session }
            )
        }
        memories.forget(session)
        for stream in streams { stream.finish() }
        for exchange in exchanges { exchange.stop() }
    }

    private func resumableStream(of session: Session, _ principal: Principal, answering id: [UInt8]?, isStandalone: Bool) -> EventStream {
        let name = String(UInt64.random(in: .min ... .max), radix: 16)
        // A long id would make each event long; such a request's lost stream isn't named.
        let request = id.flatMap { $0.count <= 256 ? $0 : nil }
        let stream = EventStream(ids: EventIDs(replica: replica, stream: name, request: request), limits: settings.stream)
        if session.revision == .v2025_11_25 { stream.prime() }
        state.withLock { state in
            if state.resumable.count >= settings.resumableStreams {
                let gone = state.resumable.filter { !$0.value.stream.isConnected }.min { $0.value.seen < $1.value.seen }
                if let gone { forget(gone.key, &state) }
            }
            state.resumable[name] = Resumable(
                stream: stream,
                session: session.number,
                principal: principal,
                isStandalone: isStandalone,
                seen: .now
            )
        }
        return stream
    }

    private func forget(_ name: String, _ state: inout State) {
        guard let found = state.resumable.removeValue(forKey: name), found.isStandalone else { return }
        forgetStandalone(found.stream, &state)
    }

    private func forgetStandalone(_ stream: EventStream, _ state: inout State) {
        for (session, streams) in state.standalone where streams.contains(where: { $0 === stream }) {
            let rest = streams.filter { $0 !== stream }
            state.standalone[session] = rest.isEmpty ? nil : rest
        }
    }

    // MARK: Time

    /// Looks whether a time is over; the process's clock calls it by itself.
    package func tick(now: ContinuousClock.Instant, unixNow: Int64) {
        let (exchanges, beats, ends) = state.withLock { state in
            for (name, found) in state.resumable where !found.stream.isConnected && found.seen.duration(to: now) >= settings.resumable {
                forget(name, &state)
            }
            var (beats, ends): ([EventStream], [OpenStream]) = ([], [])
            for (key, open) in state.streams {
                if open.end != nil, open.opened.duration(to: now) >= settings.streamAge || open.expires.map({ $0 <= unixNow }) == true {
                    state.streams[key]?.end = nil
                    ends.append(open)
                } else if open.lastBeat.duration(to: now) >= settings.heartbeat {
                    state.streams[key]?.lastBeat = now
                    beats.append(open.stream)
                }
            }
            return (state.exchanges.values.map(\.exchange), beats, ends)
        }
        let times = HTTPExchange.Times(
            limit: settings.requestLimit,
            hardLimit: settings.requestHardLimit,
            untilStream: settings.untilStream
        )
        for exchange in exchanges { exchange.tick(times, now: now) }
        for stream in beats { stream.beat() }
        for open in ends { open.end?(open.stream) }
    }
}
