internal import JSON
internal import MCP
import Synchronization

/// One open stream of 2024-11-05 and the requests that run for it (E5).
final class SSEClient<Caller: Sendable>: Sendable {
    let id: SSEStreamID
    let principal: Principal
    /// What the address of the stream names; its messages have an address of their own, which says nothing of it.
    let server: Server<Caller>
    let stream: EventStream
    let client: ConnectedClient
    private let limits: CallLimits
    private let state: Mutex<State>

    private struct State {
        var conversation: SSEConversation<Caller>
        var running = RunningCalls()
        /// The server stops: what runs may end, then the stream closes (LS15).
        var isEnding = false
        /// Nothing runs for it any more.
        var isClosed = false
    }

    init(_ id: SSEStreamID, of principal: Principal, at server: Server<Caller>, _ connections: MCPConnections) {
        self.id = id
        self.principal = principal
        self.server = server
        let stream = EventStream(limits: connections.settings.stream)
        let conversation = SSEConversation<Caller>(principal: principal)
        self.stream = stream
        limits = CallLimits(time: connections.settings.requestLimit, hardTime: connections.settings.requestHardLimit)
        client = ConnectedClient(conversation.session, questions: connections.questions, memories: connections.memories) {
            [weak stream] message, call, _ in
            if call?.isStopped != true { stream?.send(message) }
        }
        state = Mutex(State(conversation: conversation))
    }

    /// What a POSTed message comes to.
    ///
    /// - Returns: Also the request that it answers without any work.
    func receive(_ message: HTTPMessage, by engine: ProtocolEngine<Caller>) -> (SSEConversation<Caller>.Receipt, AnsweredRequest?) {
        state.withLock { state in
            let wasInitialized = state.conversation.isInitialized
            let receipt = state.conversation.receive(message.body, trace: message.trace, by: engine, now: message.now)
            if !wasInitialized, state.conversation.isInitialized { client.initialize(state.conversation.session) }
            return (receipt, state.conversation.answered)
        }
    }

    /// Makes requests known under which they can be stopped; where the stream closed meanwhile, they are (E5).
    func begin(_ invocations: [Invocation]) -> (calls: [RunningCall], keys: RunningCalls.Keys) {
        state.withLock { state in
            let calls = invocations.map { _ in RunningCall(client, canAsk: state.conversation.isInitialized, limits: limits) }
            if state.isClosed { for call in calls { call.stop() } }
            return (calls, state.running.add(zip(invocations, calls).map { ($0.requestID, $1) }))
        }
    }

    func end(_ keys: RunningCalls.Keys) {
        let isLast = state.withLock { state in
            state.running.remove(keys)
            return state.isEnding && state.running.count == 0
        }
        if isLast { stream.finish() }
    }

    /// CN1, CN3.
    func cancel(_ id: RequestID) {
        state.withLock { $0.running.stop(id) }
    }

    /// Closes the stream as soon as nothing runs any more (LS15).
    func endWhenIdle() {
        let isIdle = state.withLock { state in
            state.isEnding = true
            return state.running.count == 0
        }
        if isIdle { stream.finish() }
    }

    /// The stream is closed: its requests are cancelled, and what we asked stays without an answer (E5).
    func close() {
        stream.finish()
        state.withLock { state in
            state.isClosed = true
            state.running.stopAll()
        }
        client.leave()
        client.memories.forget(client.number)
    }
}

/// The open streams of 2024-11-05, by their names.
final class SSEClients<Caller: Sendable>: Sendable {
    private let clients = Mutex<[SSEStreamID: SSEClient<Caller>]>([:])

    func add(_ client: SSEClient<Caller>) {
        clients.withLock { $0[client.id] = client }
    }

    func remove(_ client: SSEClient<Caller>) {
        clients.withLock { _ = $0.removeValue(forKey: client.id) }
    }

    /// nil for one that is unknown, closed, or another principal's (W76).
    func client(_ id: SSEStreamID, of principal: Principal) -> SSEClient<Caller>? {
        guard let client = clients.withLock({ $0[id] }), client.principal == principal, !client.stream.isFinished else { return nil }
        return client
    }
}
