import HTTPTypes
import NIOCore
import Observability

extension Connection {
    // MARK: From the task

    /// Answers the current request.
    func finish(_ answer: Answer) {
        releaseBody()
        guard let context, phase == .handling, let current else { return abandon(answer) }
        let closes = closesAfterAnswer || core.isDraining
        let bytes = write(answer, to: current.head, closes: closes, context)
        core.metrics.inFlight.add(-1)
        if let code = answer.code { core.metrics.reject(code, isUnread: false) }
        record(.ended, current, answer.status.code, bytes, answer.code)
        self.current = nil
        after(closes: closes, context)
    }

    /// Sends a stream's head.
    func beginStream(_ answer: Answer) {
        releaseBody()
        guard let context, phase == .handling, let current else { return abandon(answer) }
        phase = .streaming
        closesAfterAnswer = closesAfterAnswer || current.head.isVersion10
        self.current?.status = answer.status.code
        let closes = closesAfterAnswer || core.isDraining
        let length: AnswerEncoder.Length = current.head.isVersion10 ? .untilClose : .chunked
        let head = encoder.head(answer, length, correlationID: current.head.correlationID, closes: closes)
        context.writeAndFlush(wrapOutboundOut(head), promise: nil)
        core.metrics.inFlight.add(-1)
        current.endpoint.meter.streams?.open.add(1)
        record(.streamOpened, current, answer.status.code, 0, nil)
        if core.isDraining || isInputClosed { mailbox.cancelTask() }
    }

    /// Sends a piece; an empty one would end the stream, so it is left out.
    func writePiece(_ piece: ByteBuffer, _ promise: EventLoopPromise<Void>) {
        guard let context, phase == .streaming else { return promise.fail(ConnectionClosed()) }
        guard piece.readableBytes > 0 else { return promise.succeed() }
        current?.bytesOut &+= piece.readableBytes
        current?.pieces &+= 1
        current?.endpoint.meter.streams?.events.add()
        pendingPieces += 1
        if pendingPieces == 1 {
            unsentAtLastLook = .max
            setDeadline(.stalled)
        }
        promise.futureResult.assumeIsolated().whenComplete { _ in
            self.pendingPieces -= 1
            if self.phase == .streaming { self.setDeadline(self.pendingPieces == 0 ? .none : .stalled) }
        }
        if current?.head.isVersion10 == true {
            context.writeAndFlush(wrapOutboundOut(piece), promise: promise)
        } else {
            context.writeAndFlush(wrapOutboundOut(Self.chunk(piece)), promise: promise)
        }
    }

    /// Ends a stream; one that failed ends without its last chunk, so that nobody takes it for whole.
    func endStream(isComplete: Bool) {
        guard let context, phase == .streaming, let current else { return }
        closed(current, isComplete ? (core.isDraining ? \.drain : \.ended) : \.failed)
        self.current = nil
        guard isComplete else { return context.close(promise: nil) }
        if !current.head.isVersion10 {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(staticString: "0\r\n\r\n")), promise: nil)
        }
        after(closes: closesAfterAnswer || isInputClosed || core.isDraining, context)
    }

    // MARK: Answers

    func write(_ answer: Answer, to head: RequestHead, closes: Bool, _ context: ChannelHandlerContext) -> Int {
        write(answer, id: head.correlationID, omitsBody: head.method == .head, closes: closes, context)
    }

    /// Returns the body's size.
    func write(_ answer: Answer, id: CorrelationID, omitsBody: Bool, closes: Bool, _ context: ChannelHandlerContext) -> Int {
        var (body, array) = (ByteBuffer(), [UInt8]())
        switch answer.body {
        case .bytes(let bytes): body = bytes
        case .array(let bytes) where bytes.count <= AnswerEncoder.copyLimit: array = bytes
        case .array(let bytes): body = ByteBuffer(bytes: bytes)
        case .none, .stream: break
        }
        let size = body.readableBytes + array.count
        let code = answer.status.code
        let length: AnswerEncoder.Length = code == 204 || code == 304 || code < 200 ? .none : .bytes(size)
        let copies = size <= AnswerEncoder.copyLimit
        var out = encoder.head(answer, length, correlationID: id, closes: closes, reserving: copies ? size : 0)
        if omitsBody || code == 204 || code == 304 {
            context.writeAndFlush(wrapOutboundOut(out), promise: nil)
        } else if copies {
            if array.isEmpty { out.writeImmutableBuffer(body) } else { out.writeBytes(array) }
            context.writeAndFlush(wrapOutboundOut(out), promise: nil)
        } else {
            context.write(wrapOutboundOut(out), promise: nil)
            context.writeAndFlush(wrapOutboundOut(body), promise: nil)
        }
        encoder.recycle(out)
        return size
    }

    /// What follows an answer: the next request, or the end.
    func after(closes: Bool, _ context: ChannelHandlerContext) {
        guard !closes else { return linger(context) }
        phase = .reading
        if context.channel.isWritable {
            advanceInTurn(context)
        } else {
            isBlocked = true
            unsentAtLastLook = .max
            setDeadline(.stalled)
        }
        resumeReading(context)
    }

    /// Closes our side first, for a close with unread input would take the answer from the client (RFC 9112 § 9.6).
    func linger(_ context: ChannelHandlerContext) {
        decoder.end()
        guard !isInputClosed else { return closeWhenFlushed(context) }
        phase = .lingering
        setDeadline(.stalled)
        let promise = context.eventLoop.makePromise(of: Void.self)
        promise.futureResult.assumeIsolated().whenComplete { _ in
            guard self.phase == .lingering else { return }
            if self.isInputClosed { self.close() } else { self.setDeadline(.linger) }
        }
        context.close(mode: .output, promise: promise)
        if holdsRead {
            holdsRead = false
            context.read()
        }
    }

    func closeWhenFlushed(_ context: ChannelHandlerContext) {
        decoder.end()
        phase = .lingering
        setDeadline(.stalled)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).assumeIsolated().whenComplete { _ in context.close(promise: nil) }
    }

    static func chunk(_ piece: ByteBuffer) -> ByteBuffer {
        var chunk = ByteBuffer()
        chunk.reserveCapacity(piece.readableBytes + 16)
        chunk.writeString(String(piece.readableBytes, radix: 16))
        chunk.writeStaticString("\r\n")
        chunk.writeImmutableBuffer(piece)
        chunk.writeStaticString("\r\n")
        return chunk
    }

    /// Counts and records a stream's end.
    func closed(_ current: Current, _ reason: KeyPath<RouteMeter.Streams, Counter>) {
        if let streams = current.endpoint.meter.streams {
            streams.open.add(-1)
            streams[keyPath: reason].add()
        }
        record(.streamClosed(events: current.pieces), current, current.status, current.bytesOut, nil)
    }

    /// 499 is a client that went away before its answer.
    private func count(_ current: Current, _ code: Int, _ nanoseconds: Int64) {
        current.endpoint.meter.count(current.head.method, code: code, nanoseconds: Int(nanoseconds), bytesIn: current.bytesIn)
    }

    func record(
        _ phase: RequestObservation.Phase,
        _ current: Current,
        _ status: Int,
        _ bytesOut: Int,
        _ code: String?
    ) {
        let duration = (NIODeadline.now() - current.start).nanoseconds
        switch phase {
        // A stream counts when it opens, or its life would pass for the time to an answer.
        case .streamClosed: break
        case .cancelled: count(current, 499, duration)
        case .ended, .streamOpened: count(current, status, duration)
        }
        guard core.observations.takes(.info), !(current.endpoint.isProbe && status == 200) else { return }
        guard core.logsRequests else { return }
        core.observations.record(
            .request(
                RequestObservation(
                    phase: phase,
                    method: current.head.method.rawValue,
                    route: current.endpoint.label,
                    status: status,
                    duration: .nanoseconds(duration),
                    requestID: current.head.correlationID,
                    bytesIn: current.bytesIn,
                    bytesOut: bytesOut,
                    code: code,
                    caller: current.head.caller,
                    traceparent: current.head.traceparent
                )
            )
        )
    }
}
