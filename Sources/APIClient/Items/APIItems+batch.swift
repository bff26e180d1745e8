import JSON
package import ToolBridge

extension APIItems {
    /// What couldn't be read as an operation isn't sent; the others are, in one request.
    ///
    /// Of a written item only the members come back that name it where it is shown.
    package func write(
        _ operations: [Result<BatchOperation, ItemError>],
        _ mode: BatchMode,
        _ context: WriteContext<[BatchOutcome]>,
        of owner: Owner
    ) async throws(ItemError) -> [BatchOutcome] {
        if mode == .atomic, let index = operations.firstIndex(where: { (try? $0.get()) == nil }),
            case .failure(let refusal) = operations[index]
        {
            return operations.indices.map { $0 == index ? .refused(refusal) : .notApplied }
        }
        let readable = operations.compactMap { try? $0.get() }
        guard !readable.isEmpty else { return operations.outcomes([]) }
        let body = BatchText.request(readable, mode)
        var call = writing(.batch, "POST", "/v1/batch?fields=title,name,content,description", body, epoch: context.epoch)
        // For the predecessor, which may want a session, there is no such route.
        call.endsWithSession = true
        let end = client.sessions.areDemanded ? APICallEnd.sessionMade : try await perform(call, of: owner)
        switch end {
        case .answered(let response):
            guard let results = try response.object["results"], results.kind == .array else { throw .unreadableAnswer }
            return operations.outcomes(try BatchText.outcomes(results, of: readable))
        case .refused(let refusal) where refusal.isOfMissingRoute: break
        case .refused(let refusal):
            // An atomic batch of which one operation is refused says what became of each.
            let object = try? JSONValue(parsing: refusal.response.body, limits: .message)
            guard mode == .atomic, let results = object?["results"], results.kind == .array else { throw refusal.error }
            return operations.outcomes(try BatchText.outcomes(results, of: readable))
        case .sessionMade: break
        }
        guard mode == .independent else { throw .notOffered("batches that are all or nothing") }
        var outcomes: [BatchOutcome] = []
        for operation in readable {
            // Where one got no answer the others needn't wait for theirs.
            if case .refused(let refusal)? = outcomes.last, refusal.code == .unavailable {
                outcomes.append(.refused(refusal))
            } else {
                outcomes.append(await outcome(of: operation, epoch: context.epoch, of: owner))
            }
        }
        return operations.outcomes(outcomes)
    }

    /// One operation by itself, at an API without batches.
    private func outcome(of operation: BatchOperation, epoch: Int64?, of owner: Owner) async -> BatchOutcome {
        do throws(ItemError) {
            switch operation.target {
            case .create(let payload):
                return .written(try await create(payload, operation.kind, epoch: epoch, of: owner))
            case .mutate(let uid, let mutation, let condition):
                return .written(try await mutate(uid, operation.kind, mutation, expecting: condition, epoch: epoch, of: owner))
            }
        } catch {
            return .refused(error)
        }
    }
}

extension [Result<BatchOperation, ItemError>] {
    /// One outcome for each, of which the readable ones have these.
    fileprivate func outcomes(_ readable: [BatchOutcome]) -> [BatchOutcome] {
        var rest = readable[...]
        return map { operation in
            switch operation {
            case .failure(let refusal): .refused(refusal)
            case .success: rest.popFirst() ?? .refused(.unreadableAnswer)
            }
        }
    }
}
