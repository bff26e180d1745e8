extension LocalItemService {
    /// Runs a closure in a transaction, keeps the answer to its outcome if that is wanted, and wakes those who follow the owner's changes.
    ///
    /// What the rules refuse is an outcome too: what the closure wrote is undone, the answer is kept. A request whose answer is kept already comes
    /// from a twin that was faster; its caller looks again and finds it.
    ///
    /// - Parameter now: The server's clock.
    /// - Throws: What the closure throws; `idempotency_mismatch`, `idempotency_in_progress`, `unavailable`.
    func write<Value: Sendable>(
        of owner: Owner,
        recording: AnswerRecording<Value>?,
        at now: Timestamp,
        _ body: @escaping @Sendable (any StoreTransaction) throws -> Value
    ) async throws(ItemError) -> Value {
        let value = try await transaction(of: owner) { transaction in
            guard let recording else { return .success(try body(transaction)) }
            // Twins wait for each other here.
            _ = try transaction.lockOwner(taking: 0)
            let forgotten = now.adding(milliseconds: -RecordedAnswer.lifetimeMilliseconds)
            if let known = try transaction.recordedAnswer(recording.request.key, after: forgotten) {
                throw known.request.fingerprint == recording.request.fingerprint
                    ? ItemError.idempotencyInProgress : ItemError.idempotencyMismatch
            }
            try transaction.forgetAnswers(recordedBy: forgotten)
            let result: Result<Value, ItemError>
            do {
                result = .success(try transaction.attempt(body))
            } catch let refusal as ItemError where refusal.isFinal {
                result = .failure(refusal)
            }
            try transaction.record(recording.answer(result), to: recording.request, at: now)
            return result
        }
        signals.ring(owner)
        return value
    }

    package func recordedAnswer(to request: RepeatableRequest, of owner: Owner) async throws(ItemError) -> RecordedAnswer? {
        let forgotten = now().adding(milliseconds: -RecordedAnswer.lifetimeMilliseconds)
        guard let known = try await read(of: owner, { try $0.recordedAnswer(request.key, after: forgotten) }) else { return nil }
        guard known.request.fingerprint == request.fingerprint else { throw .idempotencyMismatch }
        count(.replayed)
        return known.answer
    }
}

extension ItemError {
    /// Whether the rules refuse: the same request would be refused again, as long as the items are what they are.
    var isFinal: Bool {
        switch code {
        case .epochMismatch, .idempotencyMismatch, .idempotencyInProgress, .internalError, .unavailable: false
        default: true
        }
    }
}
