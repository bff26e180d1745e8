package import Auth
package import HTTPServer
import HTTPTypes
import JSON
import NIOCore
import ToolBridge

/// `POST /v1/batch`: up to 100 writes of any kinds, all or nothing or each for itself.
package func batchRoute(_ routes: DataRoutes) -> Route<Caller> {
    routes.route(.post, "/v1/batch", isRepeatable: true, bodyLimit: Limits.pushBytes, mayTakeLong: true, describe: { .batch }) { data in
        let batch = try BatchRequest(Array(buffer: data.request.body))
        let context = data.context { outcomes in Answer.batch(outcomes, batch, correlationID: "") }
        let outcomes = try await routes.items.write(batch.operations, batch.mode, context, of: data.owner)
        return .batch(outcomes, batch, correlationID: data.request.correlationID)
    }
}

extension Answer {
    /// One result an operation; a batch that was to be all or nothing and is nothing answers as its refused operation would.
    fileprivate static func batch(_ outcomes: [BatchOutcome], _ batch: BatchRequest, correlationID: String) -> Answer {
        var results = JSONWriter(reserving: 256)
        results.array { writer in
            for (index, outcome) in outcomes.enumerated() {
                writer.result(outcome, isCreation: batch.creations.contains(index))
            }
        }
        guard batch.mode == .atomic,
            let (index, refusal) = outcomes.enumerated().lazy.compactMap({ index, outcome in outcome.refusal.map { (index, $0) } }).first
        else {
            var writer = JSONWriter(reserving: results.bytes.count + 32)
            writer.object { $0.member("results", raw: results.bytes) }
            return .json(.ok, writer.bytes)
        }
        var problem = Problem(refusal)
        problem.text = "operation \(index): \(refusal.text)"
        problem.fields.removeAll { "\($0.0)" == "field" }
        problem.fields.append(("field", .string("/operations/\(index)" + refusal.pointer)))
        problem.fields.append(("results", .raw(results.bytes)))
        return problem.answer(correlationID: correlationID)
    }
}

extension BatchOutcome {
    fileprivate var refusal: ItemError? {
        guard case .refused(let refusal) = self else { return nil }
        return refusal
    }
}

extension ItemError {
    /// Where in an operation's payload the fault is, if it is there.
    fileprivate var pointer: String {
        guard case .string(let field)? = details.first(where: { $0.name == .field })?.value, field.utf8.first == UInt8(ascii: "/") else {
            return ""
        }
        return field
    }
}

extension JSONWriter {
    fileprivate mutating func result(_ outcome: BatchOutcome, isCreation: Bool) {
        beginObject()
        switch outcome {
        case .written(let item):
            member("status", isCreation ? 201 : 200)
            key("item")
            self.item(item)
        case .refused(let refusal):
            member("status", refusal.code.status)
            Problem(refusal).write(to: &self)
        case .notApplied:
            member("status", 424)
            member("error", "not applied: another operation of the batch was refused")
            member("code", "not_applied")
        }
        endObject()
    }
}
