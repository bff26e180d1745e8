import JSON

/// Arrays of messages, which 2024-11-05 and 2025-03-26 may send (S19).
enum Batch {
    private static let maximumCount = 100

    /// What is to be done for the elements that get an answer.
    ///
    /// - Throws: `invalidRequest` for an array that is no batch (W11).
    static func steps<Caller>(
        _ array: JSONValue,
        from peer: Peer,
        in engine: ProtocolEngine<Caller>,
        trace: TraceContext,
        now: Int64,
        form: AnswerForm
    ) throws(MCPError) -> [BatchStep] {
        guard peer.revision.hasBatches else { throw .invalidRequest("this protocol version has no batches") }
        guard array.count > 0 else { throw .invalidRequest("a batch holds at least one message") }
        guard array.count <= maximumCount else { throw .invalidRequest("a batch holds at most \(maximumCount) messages") }
        return array.elements.compactMap { step($0, from: peer, in: engine, trace: trace, now: now, form: form) }
    }

    /// What the elements ask for that get no answer (S19, E7).
    static func asides(_ array: JSONValue) -> [BatchAside] {
        array.elements.compactMap { element in
            guard element.kind == .object else { return nil }
            let message = Message(element)
            if message.kind == .response { return .deliver(element) }
            return message.cancelledRequest.map { .cancel($0) }
        }
    }

    private static func step<Caller>(
        _ element: JSONValue,
        from peer: Peer,
        in engine: ProtocolEngine<Caller>,
        trace: TraceContext,
        now: Int64,
        form: AnswerForm
    ) -> BatchStep? {
        let parsed = element.kind == .object ? Message(element) : nil
        do throws(MCPError) {
            guard let parsed else { throw .invalidRequest("a message is an object") }
            switch parsed.kind {
            case .malformed(let reason): throw .invalidRequest(reason)
            // They get no answer; what they ask for is in `asides`.
            case .notification, .response: return nil
            case .request: break
            }
            guard !parsed.method.sameBytes("initialize") else { throw .invalidRequest("initialize can't be part of a batch") }
            switch try engine.legacy(parsed, from: peer, transportTrace: trace, now: now) {
            case .result(let result): return .answer(response(to: parsed.id, result: result))
            case .run(var invocation):
                invocation.form = form
                return .run(invocation)
            case .listen: throw .methodNotFound
            }
        } catch {
            return .answer(error.response(to: ResponseID(parsed?.id, peer.revision)))
        }
    }

    static func array(of messages: [[UInt8]]) -> [UInt8] {
        var writer = JSONWriter(reserving: messages.reduce(2) { $0 + $1.count + 1 })
        writer.array { writer in
            for message in messages { writer.raw(message) }
        }
        return writer.bytes
    }
}
