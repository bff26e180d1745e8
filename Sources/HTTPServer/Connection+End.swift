import HTTPTypes
import NIOCore
import Observability

extension Connection {
    // MARK: Deadlines

    func setDeadline(_ kind: DeadlineTimer.Kind) {
        guard let context else { return }
        timer.set(kind, core.deadlines, context.eventLoop) { [weak self] in self?.timerFired() }
    }

    func timerFired() {
        guard let context, phase != .closed else { return }
        let expired = timer.expired(core.deadlines, bodyBytes: decoder.bodyBytes, context.eventLoop) { [weak self] in self?.timerFired() }
        switch expired {
        case .none: break
        case .head where decoder.place == .betweenRequests: close()
        case .head, .body: if phase == .reading { refuse(.requestTimeout, decoder.head, context) }
        case .stalled:
            guard !hasProgressed(context) else { return }
            isStalled = true
            close()
        case .idle, .linger: close()
        }
    }

    /// Whether the client has taken anything since the last look; then it gets as much time again.
    func hasProgressed(_ context: ChannelHandlerContext) -> Bool {
        let unsent = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        defer { unsentAtLastLook = unsent }
        guard unsent < unsentAtLastLook else { return false }
        setDeadline(.stalled)
        return true
    }

    // MARK: The end

    func inputClosed() {
        isInputClosed = true
        switch phase {
        case .reading: if !isBlocked, let context { closeWhenFlushed(context) }
        // As Go's server does, the end of the client's side counts as its going away, where that matters.
        case .handling:
            guard current?.endpoint.cancelsOnDisconnect == true else { return }
            closesAfterAnswer = true
            mailbox.cancelTask()
        case .streaming: mailbox.cancelTask()
        // Only once the answer is out; the deadline for a client that takes nothing bounds the wait.
        case .lingering: if timer.kind == .linger { close() }
        case .closed: break
        }
    }

    /// The server stops: idle connections end now, requests end with their answer, streams are told to; at the limit all is closed.
    func drain() {
        guard let context else { return }
        switch phase {
        case .reading where decoder.place == .betweenRequests && !isBlocked:
            return closeWhenFlushed(context)
        case .handling:
            core.countDrainedRequest()
        case .streaming:
            core.countDrainedStream()
            mailbox.cancelTask()
            // One whose client takes nothing can't be told to end; what it still gets is no reason to wait.
            context.eventLoop.assumeIsolated().scheduleTask(in: .seconds(1)) { [weak self] in
                if let self, self.phase == .streaming, self.pendingPieces > 0 { self.close() }
            }
        default:
            break
        }
        closesAfterAnswer = true
        context.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(core.drainLimit)) { [weak self] in self?.close() }
    }

    func close() {
        context?.close(promise: nil)
    }

    func ended() {
        guard phase != .closed else { return }
        if let current, phase == .streaming || current.endpoint.cancelsOnDisconnect { mailbox.cancelTask() }
        if let current, phase == .streaming {
            closed(current, isStalled ? \.stalled : core.isDraining ? \.drain : \.client)
            self.current = nil
        }
        phase = .closed
        core.metrics.connections.add(-1)
        decoder.end()
        // What a handler still works on, it gives back with its answer.
        if current == nil { releaseBody() }
        timer.cancel()
        mailbox.close()
    }

    /// An answer that nobody waits for any more.
    func abandon(_ answer: Answer) {
        guard let current else { return }
        core.metrics.inFlight.add(-1)
        record(.cancelled, current, answer.status.code, 0, answer.code)
        self.current = nil
    }
}
