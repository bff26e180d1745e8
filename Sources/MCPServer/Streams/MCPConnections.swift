package import MCP
internal import NIOCore
internal import NIOPosix
import Synchronization

/// What needs just this process, because a connection or a running task stands behind it (LS10).
package final class MCPConnections: Sendable {
    package let settings: Settings
    package let questions: PendingQuestions
    package let memories = SessionMemories()
    package let streamCounts: StreamCounts
    /// The name of this process in ids of streams and questions.
    let replica: String
    /// How many requests of each principal run.
    ///
    /// Apart from `state`, for each request comes by here. Zeros are swept out now and then.
    private let runningRequests = Mutex<[Principal: Int]>([:])
    private let state = Mutex(State())

    private struct State {
        /// Requests that run, by identity, with the ids under which their session can cancel them.
        var exchanges: [ObjectIdentifier: Running] = [:]
        var exchangesOfSessions: [SessionNumber: Set<ObjectIdentifier>] = [:]
        var streams: [ObjectIdentifier: OpenStream] = [:]
        var resumable: [String: Resumable] = [:]
        /// Those of `resumable` that have no connection.
        var waiting = WaitingStreams()
        /// Newest last.
        var standalone: [SessionNumber: [Standalone]] = [:]
        /// Of streams that are no more in `standalone`: to be ended as soon as the lock is open.
        var unheard: [Listening] = []
        /// Whose the streams in `standalone` are.
        var sessionsOfStreams: [ObjectIdentifier: SessionNumber] = [:]
    }

    private struct Standalone {
        let stream: EventStream
        /// Who opened it.
        let principal: Principal
        /// Ends with its place in the table: a stream whose client is gone for a moment is told what it comes back for.
        let listening: Listening
    }

    private struct Running {
        let exchange: HTTPExchange
        let ids: [RequestID]
    }

    private struct OpenStream {
        let stream: EventStream
        let connection: Int
        let opened: ContinuousClock.Instant
        /// Until then it needs no sign of life.
        var nextBeat: ContinuousClock.Instant
        /// Unix seconds at which the caller's token expires (SB7).
        let expires: Int64?
        /// Says goodbye; nil for a request's stream, which ends with its answer, and once it was said.
        var end: (@Sendable (EventStream) -> Void)?
        /// The same where nothing has been said for long; nil for a stream that needn't say anything, and once it was said.
        var endIdle: (@Sendable (EventStream) -> Void)?
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
    package init(settings: Settings = Settings(), replica: String = replicaName(machine: nil)) {
        self.settings = settings
        self.replica = replica
        questions = PendingQuestions(replica: replica)
        streamCounts = StreamCounts(ofPrincipal: settings.streamsOfPrincipal, altogether: settings.streams)
        let tick = TimeAmount(settings.tick)
        MultiThreadedEventLoopGroup.singleton.any().scheduleRepeatedTask(initialDelay: tick, delay: tick) { [weak self] task in
            if let self { self.tick(now: .now, unixNow: unixSeconds()) } else { task.cancel() }
        }
    }

    package var counts: Counts {
        var counts = state.withLock { state in
            var counts = Counts()
            counts.exchanges = state.exchanges.count
            counts.connectedStreams = state.streams.count
            counts.resumableStreams = state.resumable.count
            counts.standaloneStreams = state.standalone.values.reduce(0) { $0 + $1.count }
            return counts
        }
        counts.principals = runningRequests.withLock { $0.count { $0.value > 0 } }
        counts.questions = questions.count
        counts.countedStreams = streamCounts.count
        return counts
    }

    // MARK: Requests

    /// - Returns: false if this principal runs as many as it may.
    func beginRequest(of principal: Principal) -> Bool {
        guard principal != .anonymous else { return true }
        return runningRequests.withLock { Self.increase(&$0[principal, default: 0], upTo: settings.runningRequests) }
    }

    func endRequest(of principal: Principal) {
        guard principal != .anonymous else { return }
        runningRequests.withLock { $0[principal, default: 1] -= 1 }
    }

    private static func increase(_ count: inout Int, upTo limit: Int) -> Bool {
        guard count < limit else { return false }
        count += 1
        return true
    }

    /// From now on time limits and cancellations reach it.
    func add(_ exchange: HTTPExchange, ids: [RequestID]) {
        // Before it is there, or it could end without being taken out; whoever adds it looks for that once more.
        guard exchange.willBeListed() else { return }
        let key = ObjectIdentifier(exchange)
        state.withLock { state in
            state.exchanges[key] = Running(exchange: exchange, ids: ids)
            if let session = exchange.session { state.exchangesOfSessions[session.number, default: []].insert(key) }
        }
    }

    func remove(_ exchange: HTTPExchange) {
        let key = ObjectIdentifier(exchange)
        state.withLock { state in
            guard state.exchanges.removeValue(forKey: key) != nil, let session = exchange.session?.number else { return }
            state.exchangesOfSessions[session]?.remove(key)
            if state.exchangesOfSessions[session]?.isEmpty == true { state.exchangesOfSessions[session] = nil }
        }
    }

    /// Stops a request of a session; unknown and finished ones are ignored (CN1, CN3).
    func cancel(_ id: RequestID, of session: SessionNumber) {
        let found = state.withLock { running(in: session, $0).filter { $0.ids.contains(id) } }
        for running in found { running.exchange.cancel(id) }
    }

    private func running(in session: SessionNumber, _ state: State) -> [Running] {
        state.exchangesOfSessions[session, default: []].compactMap { state.exchanges[$0] }
    }

    /// Stops whatever runs and ends whatever stream is open: for the end of the drain, when their time is over (LS15).
    package func stopAll() {
        let (exchanges, streams) = state.withLock { state in
            (state.exchanges.values.map(\.exchange), state.streams.values.map(\.stream))
        }
        for exchange in exchanges { exchange.stop() }
        for stream in streams { stream.finish() }
    }

    // MARK: Streams

    /// A stream that answers a request: one that can be resumed if it belongs to a session (S12), primed if the client knows that (S13).
    func requestStream(of session: Session?, _ principal: Principal, answering id: [UInt8]?) -> EventStream {
        guard let session, session.revision >= .v2025_03_26 else { return EventStream(limits: settings.stream) }
        return resumableStream(of: session, principal, answering: id, isStandalone: false)
    }

    /// A stream of a session's own; the oldest of too many ends (S11).
    ///
    /// - Parameter listening: Ends when nothing can be told on the stream any more.
    func standaloneStream(of session: Session, _ principal: Principal, _ listening: Listening = Listening()) -> EventStream {
        let stream =
            session.revision >= .v2025_03_26
            ? resumableStream(of: session, principal, answering: nil, isStandalone: true) : EventStream(limits: settings.stream)
        defer { endListening() }
        let oldest = state.withLock { state -> EventStream? in
            for former in state.standalone[session.number] ?? [] where former.stream.isFinished { forgetStandalone(former.stream, &state) }
            state.standalone[session.number, default: []].append(Standalone(stream: stream, principal: principal, listening: listening))
            state.sessionsOfStreams[ObjectIdentifier(stream)] = session.number
            guard let streams = state.standalone[session.number], streams.count > settings.standaloneStreamsOfSession else { return nil }
            // One whose client has gone needn't be open; else the oldest.
            let oldest = (streams.first { $0.stream.isLeft } ?? streams.first)?.stream
            if let oldest { forgetStandalone(oldest, &state) }
            return oldest
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
            state.waiting.remove(parsed.ids.stream)
            return Resumed(stream: found.stream, connection: connection, isStandalone: found.isStandalone)
        }
    }

    struct Resumed {
        let stream: EventStream
        let connection: Int
        let isStandalone: Bool
    }

    /// From now on the stream gets signs of life, and ends at its age limit.
    func opened(
        _ stream: EventStream,
        _ connection: Int,
        expires: Int64? = nil,
        end: (@Sendable (EventStream) -> Void)? = nil,
        endIdle: (@Sendable (EventStream) -> Void)? = nil
    ) {
        let now = ContinuousClock.now
        let open = OpenStream(
            stream: stream,
            connection: connection,
            opened: now,
            nextBeat: now.advanced(by: settings.heartbeat),
            expires: expires,
            end: end,
            endIdle: settings.sseIdle == nil ? nil : endIdle
        )
        state.withLock { state in
            // A newer connection may have taken the stream over before this one came to carry it.
            guard state.streams[ObjectIdentifier(stream)].map({ $0.connection < connection }) != false else { return }
            state.streams[ObjectIdentifier(stream)] = open
            if let ids = stream.ids { state.waiting.remove(ids.stream) }
        }
    }

    /// One of its connections is gone; a newer one may be there.
    func closed(_ stream: EventStream, _ connection: Int) {
        defer { endListening() }
        state.withLock { state in
            if state.streams[ObjectIdentifier(stream)]?.connection == connection { state.streams[ObjectIdentifier(stream)] = nil }
            stream.disconnect(connection)
            // One that was ended isn't taken up again.
            if stream.ids == nil || stream.isFinished { forgetStandalone(stream, &state) }
            guard let ids = stream.ids else { return }
            guard let found = state.resumable[ids.stream], !stream.isConnected else { return }
            state.resumable[ids.stream]?.seen = .now
            state.waiting.add(ids.stream, of: found.session, found.principal)
        }
    }

    /// Hands a notice to each session's newest stream (S11, SB10).
    package func tell(_ notice: ChangeNotice) {
        switch notice.subject {
        // Only listens tell of tasks.
        case .task: return
        case .resource(let uri):
            for (spelled, sessions) in memories.subscribers(of: uri) {
                let streams = state.withLock { state in
                    sessions.compactMap { session in state.standalone[session].flatMap { newest($0, for: notice.principal) } }
                }
                for stream in streams { stream.notify(ChangeNotice(.resource(uri: spelled), of: notice.principal)) }
            }
        case .everyResource:
            for (session, stream) in newestStreams(for: notice.principal) {
                for uri in memories.subscriptions(of: session) { stream.notify(ChangeNotice(.resource(uri: uri), of: notice.principal)) }
            }
        case .toolList, .promptList, .resourceList:
            for (_, stream) in newestStreams(for: notice.principal) { stream.notify(notice) }
        }
    }

    private func newestStreams(for principal: Principal?) -> [(SessionNumber, EventStream)] {
        state.withLock { state in
            state.standalone.compactMap { session, streams in newest(streams, for: principal).map { (session, $0) } }
        }
    }

    /// - Parameter principal: Who may be told; nil for everybody.
    private func newest(_ streams: [Standalone], for principal: Principal?) -> EventStream? {
        let found = streams.last { $0.stream.isConnected && !$0.stream.isFinished } ?? streams.last { !$0.stream.isFinished }
        guard let found, principal == nil || principal == found.principal else { return nil }
        return found.stream
    }

    /// A session is over: its streams end, its requests and questions too (LS8).
    func end(_ session: SessionNumber) {
        let (streams, found) = state.withLock { state in
            let streams = (state.standalone[session] ?? []).map(\.stream)
            for stream in streams {
                forgetStandalone(stream, &state)
                if let ids = stream.ids { forget(ids.stream, &state) }
            }
            return (streams, running(in: session, state))
        }
        endListening()
        memories.forget(session)
        for stream in streams { stream.finish() }
        for running in found { running.exchange.stop() }
    }

    private func resumableStream(of session: Session, _ principal: Principal, answering id: [UInt8]?, isStandalone: Bool) -> EventStream {
        let name = String(UInt64.random(in: .min ... .max), radix: 16)
        // A long id would make each event long; such a request's lost stream isn't named.
        let request = id.flatMap { $0.count <= 256 ? $0 : nil }
        let stream = EventStream(ids: EventIDs(replica: replica, stream: name, request: request), limits: settings.stream)
        if session.revision == .v2025_11_25 { stream.prime() }
        state.withLock { state in
            while state.resumable.count >= settings.resumableStreams,
                let gone = state.waiting.oldest(for: session.number, principal)
            {
                forgetUnlessConnected(gone, &state)
            }
            state.resumable[name] = Resumable(
                stream: stream,
                session: session.number,
                principal: principal,
                isStandalone: isStandalone,
                seen: .now
            )
            state.waiting.add(name, of: session.number, principal)
        }
        return stream
    }

    /// A stream gets its connection before the tables know of it.
    private func forgetUnlessConnected(_ name: String, _ state: inout State) {
        state.waiting.remove(name)
        if state.resumable[name]?.stream.isConnected != true { forget(name, &state) }
    }

    private func forget(_ name: String, _ state: inout State) {
        state.waiting.remove(name)
        guard let found = state.resumable.removeValue(forKey: name), found.isStandalone else { return }
        forgetStandalone(found.stream, &state)
    }

    private func forgetStandalone(_ stream: EventStream, _ state: inout State) {
        guard let session = state.sessionsOfStreams.removeValue(forKey: ObjectIdentifier(stream)) else { return }
        state.unheard += (state.standalone[session] ?? []).filter { $0.stream === stream }.map(\.listening)
        state.standalone[session]?.removeAll { $0.stream === stream }
        if state.standalone[session]?.isEmpty == true { state.standalone[session] = nil }
    }

    private func endListening() {
        let unheard = state.withLock { state in
            defer { state.unheard = [] }
            return state.unheard
        }
        for listening in unheard { listening.end() }
    }

    // MARK: Time

    /// Looks whether a time is over; the process's clock calls it by itself.
    package func tick(now: ContinuousClock.Instant, unixNow: Int64) {
        let (exchanges, beats, ends, idleEnds) = state.withLock { state in
            while let name = state.waiting.oldest(),
                state.resumable[name].map({ $0.seen.duration(to: now) >= settings.resumable }) != false
            {
                forgetUnlessConnected(name, &state)
            }
            var (beats, ends): ([EventStream], [OpenStream]) = ([], [])
            var idleEnds: [(EventStream, @Sendable (EventStream) -> Void)] = []
            for (key, open) in state.streams {
                if open.end != nil, open.opened.duration(to: now) >= settings.streamAge || open.expires.map({ $0 <= unixNow }) == true {
                    state.streams[key]?.end = nil
                    ends.append(open)
                } else if let endIdle = open.endIdle, let idle = settings.sseIdle, open.stream.lastMessage.duration(to: now) >= idle {
                    state.streams[key]?.endIdle = nil
                    idleEnds.append((open.stream, endIdle))
                } else if open.nextBeat <= now {
                    beats.append(open.stream)
                }
            }
            return (state.exchanges.values.map(\.exchange), beats, ends, idleEnds)
        }
        let times = HTTPExchange.Times(
            limit: settings.requestLimit,
            hardLimit: settings.requestHardLimit,
            untilStream: settings.untilStream
        )
        for exchange in exchanges { exchange.tick(times, now: now) }
        let due = beats.map { ($0, $0.beat(at: now, every: settings.heartbeat)) }
        state.withLock { state in
            for (stream, time) in due { state.streams[ObjectIdentifier(stream)]?.nextBeat = time }
        }
        for open in ends { open.end?(open.stream) }
        for (stream, end) in idleEnds { end(stream) }
        endListening()
        memories.removeExpired(unixNow: unixNow)
        runningRequests.withLock { counts in
            if counts.contains(where: { $0.value == 0 }) { counts = counts.filter { $0.value > 0 } }
        }
    }
}
