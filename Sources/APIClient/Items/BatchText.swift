import JSON
import ToolBridge

/// Batches as `POST /v1/batch` writes them.
enum BatchText {
    /// The body; payloads are copied as they are.
    static func request(_ operations: [BatchOperation], _ mode: BatchMode) -> [UInt8] {
        var writer = JSONWriter(reserving: operations.count * 256 + 64)
        writer.object { writer in
            writer.member("mode", mode.rawValue)
            writer.key("operations")
            writer.array { writer in
                for operation in operations { write(operation, to: &writer) }
            }
        }
        return writer.bytes
    }

    private static func write(_ operation: BatchOperation, to writer: inout JSONWriter) {
        writer.object { writer in
            switch operation.target {
            case .create(let payload):
                writer.member("op", "create")
                writer.member("kind", operation.kind.path)
                writer.member("payload", raw: payload.object.bytes)
            case .mutate(let uid, let mutation, let condition):
                writer.member("op", name(of: mutation))
                writer.member("kind", operation.kind.path)
                writer.member("uid", uid.description)
                switch mutation {
                case .create(let payload), .replace(let payload), .patch(let payload), .mergePatch(let payload):
                    writer.member("payload", raw: payload.object.bytes)
                case .process(let action): writer.member("action", action.name)
                case .delete, .restore, .archive: break
                }
                if let condition { writer.member("ifMatch", condition.header) }
            }
        }
    }

    private static func name(of mutation: Mutation) -> String {
        switch mutation {
        case .create: "create"
        case .replace: "replace"
        case .patch: "patch"
        case .mergePatch: "merge_patch"
        case .delete: "delete"
        case .restore: "restore"
        case .archive: "archive"
        case .process: "process"
        }
    }

    /// What became of each.
    ///
    /// - Throws: `unavailable`: the results aren't those of these operations.
    static func outcomes(_ results: JSONValue, of operations: [BatchOperation]) throws(ItemError) -> [BatchOutcome] {
        guard results.count == operations.count else { throw .unreadableAnswer }
        var outcomes: [BatchOutcome] = []
        for (result, operation) in zip(results.elements, operations) {
            guard let status = result["status"]?.integer else { throw .unreadableAnswer }
            if status < 300 {
                guard let item = Item(result, operation.kind) else { throw .unreadableAnswer }
                outcomes.append(.written(item))
            } else if result["code"]?.string.map({ $0.utf8.elementsEqual("not_applied".utf8) }) ?? false {
                outcomes.append(.notApplied)
            } else {
                let refusal = APIRefusal(status: Int(clamping: status), object: result)
                outcomes.append(.refused(operation.hasPayload ? refusal.error.outside("/payload") : refusal.error))
            }
        }
        return outcomes
    }
}

extension BatchOperation {
    /// Whether a field of its refusal stands in the payload.
    fileprivate var hasPayload: Bool {
        switch target {
        case .create, .mutate(_, .create, _), .mutate(_, .replace, _), .mutate(_, .patch, _), .mutate(_, .mergePatch, _): true
        case .mutate: false
        }
    }
}

extension ItemError {
    /// The same refusal with its field as the part itself would name it.
    fileprivate func outside(_ pointer: String) -> ItemError {
        let details = details.map { detail in
            guard detail.name == .field, case .string(let field) = detail.value, field.utf8.starts(with: pointer.utf8) else {
                return detail
            }
            return Detail(.field, .string(String(Substring(field.utf8.dropFirst(pointer.utf8.count)))))
        }
        return ItemError(code, text, details, underlying: underlying)
    }
}
