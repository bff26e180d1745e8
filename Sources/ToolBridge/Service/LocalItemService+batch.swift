extension LocalItemService {
    package func write(
        _ operations: [Result<BatchOperation, ItemError>],
        _ mode: BatchMode,
        _ context: WriteContext<[BatchOutcome]>,
        of owner: Owner
    ) async throws(ItemError) -> [BatchOutcome] {
        let now = now()
        return try await write(of: owner, recording: context.recording, at: now) { [makeUID] transaction in
            let state = try transaction.lockOwner(taking: 0)
            if let epoch = context.epoch, epoch != state.epoch { throw ItemError.epochMismatch(state.epoch) }
            var sequence = state.sequence
            let outcomes: [BatchOutcome]
            switch mode {
            case .independent:
                outcomes = try operations.map { operation in
                    do {
                        return .written(try transaction.apply(operation, apart: true, at: now, after: &sequence, makeUID))
                    } catch let refusal as ItemError where refusal.isFinal {
                        return .refused(refusal)
                    }
                }
            case .atomic:
                // What can't be read is refused before anything is tried.
                if let (index, refusal) = operations.firstRefusal {
                    outcomes = operations.indices.map { $0 == index ? .refused(refusal) : .notApplied }
                    break
                }
                var written: [BatchOutcome] = []
                do {
                    try transaction.attempt { transaction in
                        for operation in operations {
                            written.append(.written(try transaction.apply(operation, apart: false, at: now, after: &sequence, makeUID)))
                        }
                    }
                    outcomes = written
                } catch let refusal as ItemError where refusal.isFinal {
                    sequence = state.sequence
                    outcomes = operations.indices.map { $0 == written.count ? .refused(refusal) : .notApplied }
                }
            }
            let taken = Int(truncatingIfNeeded: sequence &- state.sequence)
            if taken > 0 { _ = try transaction.lockOwner(taking: taken) }
            return outcomes
        }
    }
}

extension [Result<BatchOperation, ItemError>] {
    /// The first that couldn't be read, and why.
    fileprivate var firstRefusal: (Int, ItemError)? {
        for (index, operation) in enumerated() {
            if case .failure(let refusal) = operation { return (index, refusal) }
        }
        return nil
    }
}

extension StoreTransaction {
    /// Carries out one operation of a batch.
    ///
    /// - Parameters:
    ///   - apart: Whether the transaction goes on after a refusal, so that nothing of the operation may be left.
    ///   - sequence: The last number that is given out; a refusal takes none.
    fileprivate func apply(
        _ operation: Result<BatchOperation, ItemError>,
        apart: Bool,
        at now: Timestamp,
        after sequence: inout Int64,
        _ makeUID: () -> UID
    ) throws -> Item {
        let operation = try operation.get()
        switch operation.target {
        case .create(let payload):
            let uid = try payload.chosenUID() ?? makeUID()
            return try apply(.create(payload), to: uid, operation.kind, expecting: nil, at: now, after: &sequence)
        case .mutate(let uid, let mutation, let condition):
            // Only a list that lets go of its tasks can be refused after a write.
            guard apart, operation.kind == .taskLists, case .delete = mutation else {
                return try apply(mutation, to: uid, operation.kind, expecting: condition, at: now, after: &sequence)
            }
            var last = sequence
            let item = try attempt { try $0.apply(mutation, to: uid, operation.kind, expecting: condition, at: now, after: &last) }
            sequence = last
            return item
        }
    }
}
