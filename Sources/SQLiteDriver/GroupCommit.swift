import SQLStore
import ToolBridge

/// What became of a group of writes.
enum GroupOutcome {
    /// Durable, but for those that were rolled back alone.
    ///
    /// The commit itself took so many nanoseconds.
    case kept(acknowledgements: [@Sendable () -> Void], refusals: [(WriteJob, any Error)], nanoseconds: Int)
    /// Nothing of any of them was kept.
    case lost(StoreError)
}

extension SQLiteConnection {
    /// Runs each job under its own savepoint in one transaction.
    func commit(_ group: [WriteJob]) -> GroupOutcome {
        do {
            try run(Self.beginImmediate)
        } catch {
            return .lost(error)
        }
        var acknowledgements: [@Sendable () -> Void] = []
        var refusals: [(WriteJob, any Error)] = []
        do {
            for job in group {
                switch try attempt(job, alone: group.count == 1) {
                case .success(let acknowledge): acknowledgements.append(acknowledge)
                case .failure(let error): refusals.append((job, error))
                }
            }
            let start = Stopwatch.now()
            if acknowledgements.isEmpty {
                try run(Self.rollback)
            } else {
                try run(Self.commit)
            }
            return .kept(acknowledgements: acknowledgements, refusals: refusals, nanoseconds: Stopwatch.now() - start)
        } catch {
            hasErased = false
            // Some errors have ended the transaction already.
            if !isOutsideTransaction { try? run(Self.rollback) }
            return .lost(error)
        }
    }

    /// - Throws: What ends the whole group.
    private func attempt(_ job: WriteJob, alone: Bool) throws(StoreError) -> Result<@Sendable () -> Void, any Error> {
        // The only one has the transaction itself for a savepoint.
        if !alone { try run(Self.savepoint) }
        let erased = hasErased
        let result = Result { try job.run(self) }
        if case .failure(let error) = result {
            if let fault { throw fault.storeError }
            // A full disk or want of memory can take the transaction down, and the others' work with it.
            guard !isOutsideTransaction else { throw (error as? StoreError) ?? .unavailable(underlying: error) }
            if !alone { try run(Self.rollbackToSavepoint) }
            hasErased = erased
        }
        if isOutsideTransaction { throw .unavailable(underlying: SQLiteUnavailable.recovering) }
        if !alone { try run(Self.release) }
        return result
    }
}
