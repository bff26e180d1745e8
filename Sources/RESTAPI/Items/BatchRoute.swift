package import Auth
package import HTTPServer
import HTTPTypes
import JSON
import NIOCore
import ToolBridge

/// `POST /v1/batch`: up to 100 writes of any kinds, all or nothing or each for itself.
package func batchRoute(_ routes: DataRoutes) -> Route<Caller> {
    routes.route(
        .post,
        "/v1/batch",
        .writing(nil),
        isRepeatable: true,
        bodyLimit: Limits.pushBytes,
        mayTakeLong: true,
        describe: { .batch }
    ) { data in
        let batch = try BatchRequest(Array(buffer: data.request.body))
        let projection = try data.request.fields().map(PayloadProjection.init)
        let context = data.context { outcomes in Answer.batch(outcomes, batch, projection, correlationID: "") }
        let outcomes = try await routes.items.write(batch.operations, batch.mode, context, of: data.owner)
        return .batch(outcomes, batch, projection, correlationID: data.request.correlationID)
    }
}

extension Answer {
    /// One result an operation; a batch that was to be all or nothing and is nothing answers as its refused operation would.
    ///
    /// - Parameter projection: The members of written payloads that are wanted; `nil` for none.
    fileprivate static func batch(
        _ outcomes: [BatchOutcome],
        _ batch: BatchRequest,
        _ projection: PayloadProjection?,
        correlationID: String
    ) -> Answer {
        var results = JSONWriter(reserving: outcomes.count * 128 + 32)
        var refused: (index: Int, refusal: ItemError)?
        results.array { writer in
            for (index, (outcome, operation)) in zip(outcomes, batch.operations).enumerated() {
                if case .refused(let refusal) = outcome {
                    let refusal = operation.locating(refusal)
                    if refused == nil { refused = (index, refusal) }
                    writer.refusal(refusal)
                } else {
                    writer.result(outcome, projection, isCreation: batch.creations.contains(index))
                }
            }
        }
        guard batch.mode == .atomic, let (index, refusal) = refused else {
            var writer = JSONWriter(reserving: results.bytes.count + 32)
            writer.object { $0.member("results", raw: results.bytes) }
            return .json(.ok, writer.bytes)
        }
        var problem = Problem(refusal.inside("/operations/\(index)", named: "operation \(index): \(refusal.text)"))
        problem.fields.append(("results", .raw(results.bytes)))
        return problem.answer(correlationID: correlationID)
    }
}

extension Result<BatchOperation, ItemError> {
    /// A refusal of this operation, with the field where it stands in the operation.
    fileprivate func locating(_ refusal: ItemError) -> ItemError {
        // What couldn't be read was located when it was read; what the rules refuse is in the payload.
        guard case .success(let operation) = self, operation.hasPayload else { return refusal }
        return refusal.inside("/payload")
    }
}

extension BatchOperation {
    fileprivate var hasPayload: Bool {
        switch target {
        case .create, .mutate(_, .create, _), .mutate(_, .replace, _), .mutate(_, .patch, _), .mutate(_, .mergePatch, _): true
        case .mutate(_, .delete, _), .mutate(_, .restore, _), .mutate(_, .archive, _), .mutate(_, .process, _): false
        }
    }
}

extension JSONWriter {
    /// That an item was written, as a push would acknowledge it: its payload isn't sent back unless it is asked for, for a hundred of them may be
    /// very large.
    fileprivate mutating func result(_ outcome: BatchOutcome, _ projection: PayloadProjection?, isCreation: Bool) {
        beginObject()
        switch outcome {
        case .written(let item):
            member("status", isCreation ? 201 : 200)
            member("uid", item.uid.description)
            member("version", item.version)
            member("updatedAt", item.updatedAt.description)
            if let deletedAt = item.deletedAt { member("deletedAt", deletedAt.description) }
            if let projection {
                key("payload")
                projection.write(item.payload, to: &self)
            }
        case .refused, .notApplied:
            member("status", 424)
            member("error", "not applied: another operation of the batch was refused")
            member("code", "not_applied")
        }
        endObject()
    }

    fileprivate mutating func refusal(_ refusal: ItemError) {
        beginObject()
        member("status", refusal.code.status)
        Problem(refusal).write(to: &self)
        endObject()
    }
}
