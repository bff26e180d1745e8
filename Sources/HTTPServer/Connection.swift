import HTTPTypes
import NIOCore
import Observability

/// One connection on its event loop: bytes to requests, answers to bytes, deadlines, the end.
///
/// The loop makes whole requests and hands each to the connection's task; one is with the task at a time, so pipelined requests are served
/// in order.
final class Connection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        case reading
        case handling
        case streaming
        /// The answer is written; the client shall take it before the socket goes.
        case lingering
        case closed
    }

    /// The request that is with the task.
    struct Current {
        let head: RequestHead
        let endpoint: Endpoint
        let start: NIODeadline
        let bytesIn: Int
        var status = 0
        var bytesOut = 0
        var pieces = 0
    }

    /// Bytes of later requests that may wait while one is handled; beyond that the socket isn't read.
    private static let aheadLimit = 65_536
    /// So many requests that came at once are answered before other connections have their turn.
    private static let turn = 32

    let core: ServerCore
    let mailbox: Mailbox
    /// The socket's other end.
    let peer: IPAddress?
    var context: ChannelHandlerContext?
    var decoder = RequestDecoder()
    var encoder = AnswerEncoder()
    var timer = DeadlineTimer()
    var phase = Phase.reading
    var current: Current?
    /// The endpoint of the request that is being read.
    var found: (Endpoint, PathParameters)?
    var closesAfterAnswer = false
    /// Whether the client has taken too little of a stream for too long.
    var isStalled = false
    var isInputClosed = false
    var holdsRead = false
    var isBlocked = false
    var hasReceived = false
    var servedInARow = 0
    var pendingPieces = 0
    var unsentAtLastLook = Int.max
    /// What the request's body takes of the budget that all connections share.
    private var heldBytes = 0

    init(core: ServerCore, mailbox: Mailbox, peer: IPAddress?) {
        self.core = core
        self.mailbox = mailbox
        self.peer = peer
    }

    deinit { releaseBody() }

    // MARK: From the socket

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        core.metrics.connections.add(1)
        if context.channel.isActive { start() }
    }

    func channelActive(context: ChannelHandlerContext) {
        start()
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard phase != .lingering, phase != .closed else { return }
        hasReceived = true
        servedInARow = 0
        decoder.append(unwrapInboundIn(data))
        if phase == .reading { advance() }
    }

    func read(context: ChannelHandlerContext) {
        if phase != .reading || isBlocked, phase != .lingering, decoder.pendingBytes > Self.aheadLimit {
            holdsRead = true
        } else {
            context.read()
        }
    }

    /// Takes up the reading that was put off, once little enough waits.
    func resumeReading(_ context: ChannelHandlerContext) {
        guard holdsRead, decoder.pendingBytes <= Self.aheadLimit else { return }
        holdsRead = false
        context.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, isBlocked {
            isBlocked = false
            if phase == .reading { advance() }
            resumeReading(context)
        }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if let event = event as? ChannelEvent, event == .inputClosed {
            inputClosed()
        } else if event is ChannelShouldQuiesceEvent {
            drain()
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        ended()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A reset or the like; there is nobody to tell.
        context.close(promise: nil)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        ended()
        self.context = nil
    }

    // MARK: Requests

    func start() {
        guard phase == .reading, timer.kind == .none else { return }
        setDeadline(.head)
    }

    /// Goes on behind an answer, but gives way to other connections now and then: the loop looks at its sockets only when no task is ready.
    func advanceInTurn(_ context: ChannelHandlerContext) {
        servedInARow += 1
        guard servedInARow >= Self.turn, decoder.pendingBytes > 0 else { return advance() }
        servedInARow = 0
        context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(1)) { [weak self] in
            if let self, self.phase == .reading { self.advance() }
        }
    }

    /// Reads on until a request is with the task or bytes are missing.
    func advance() {
        guard let context, !isBlocked else { return }
        var event = decoder.next()
        while phase == .reading {
            switch event {
            case .needsMore:
                return awaitMore()
            case .head(let head):
                let (endpoint, parameters) = core.endpoints.find(head)
                event = decoder.readBody(limit: endpoint.bodyLimit)
                found = (endpoint, parameters)
                if head.expectsContinue, case .needsMore = event, decoder.bodyBytes == 0 {
                    context.writeAndFlush(wrapOutboundOut(ByteBuffer(staticString: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
                }
            case .request(let head, let body):
                deliver(head, body, isOversized: false)
            case .oversized(let head):
                closesAfterAnswer = true
                deliver(head, ByteBuffer(), isOversized: true)
            case .refusal(let problem, let head):
                refuse(problem, head, context)
            }
        }
    }

    func deliver(_ head: RequestHead, _ body: ByteBuffer, isOversized: Bool) {
        let (endpoint, parameters) = found ?? core.endpoints.find(head)
        found = nil
        phase = .handling
        // It is held until it is answered; to refuse it now would save nothing. A small one that came at once isn't counted.
        if heldBytes > 0 || body.readableBytes > BodyBudget.free { _ = holds(body.readableBytes) }
        core.metrics.inFlight.add(1)
        timer.kind = .none
        if head.asksToClose { closesAfterAnswer = true }
        current = Current(head: head, endpoint: endpoint, start: .now(), bytesIn: body.readableBytes)
        let request = IncomingRequest(
            received: head,
            body: body,
            parameters: parameters,
            client: client(of: head),
            isDraining: core.isDraining,
            isOversized: isOversized
        )
        mailbox.deliver(Work(endpoint: endpoint, request: request))
    }

    func client(of head: RequestHead) -> IPAddress? {
        guard let proxies = core.trustedProxies, let peer else { return peer }
        return proxies.client(of: head, from: peer)
    }

    /// A request that never reaches a handler.
    func refuse(_ problem: Problem, _ head: RequestHead?, _ context: ChannelHandlerContext) {
        decoder.end()
        releaseBody()
        let id = head?.correlationID ?? CorrelationID()
        let answer = problem.answer(correlationID: id.description)
        let bytes = write(answer, id: id, omitsBody: false, closes: true, context)
        (found?.0.meter ?? core.endpoints.other)
            .count(head?.method, code: answer.status.code, nanoseconds: 0, bytesIn: 0)
        core.metrics.reject(problem.code, isUnread: true)
        if core.logsRequests {
            core.observations.record(
                .request(
                    RequestObservation(
                        method: head?.method.rawValue,
                        route: found?.0.label ?? "other",
                        status: answer.status.code,
                        duration: .zero,
                        requestID: id,
                        bytesIn: 0,
                        bytesOut: bytes,
                        code: answer.code
                    )
                )
            )
        }
        after(closes: true, context)
    }

    func awaitMore() {
        guard let context else { return }
        let place = decoder.place
        if isInputClosed || closesAfterAnswer && place == .betweenRequests { return closeWhenFlushed(context) }
        switch place {
        case .betweenRequests: if hasReceived { setDeadline(.idle) }
        case .head: if timer.kind != .head { setDeadline(.head) }
        case .body:
            guard holds(decoder.bodyBytes) else { return refuse(.bodiesTooLarge, decoder.head, context) }
            if timer.kind != .body { setDeadline(.body) }
        case .ended: close()
        }
    }

    /// Notes how much of a body is held; whether there is room for it.
    private func holds(_ bytes: Int) -> Bool {
        defer { heldBytes = bytes }
        return core.bodies.change(from: heldBytes, to: bytes)
    }

    /// The body is held no longer.
    func releaseBody() {
        guard heldBytes > 0 else { return }
        core.bodies.release(heldBytes)
        heldBytes = 0
    }
}
