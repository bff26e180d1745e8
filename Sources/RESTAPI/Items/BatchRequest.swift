import JSON
import ToolBridge

/// The body of a batch: `{"mode":"atomic","operations":[{"op":"create","kind":"notes","payload":{…}},…]}`.
struct BatchRequest: Sendable {
    let mode: BatchMode
    /// Each is an operation, or why it couldn't be read as one.
    let operations: [Result<BatchOperation, ItemError>]
    /// Which of them make an item.
    let creations: Set<Int>

    /// - Throws: `invalid_json`, `invalid_request`, `too_many_items`: what is wrong with the batch as a whole.
    init(_ body: [UInt8]) throws(ItemError) {
        let object: JSONValue
        do {
            // Faults of content are looked for in each payload on its own.
            object = try JSONValue.parse(tolerating: body, limits: .push).value
        } catch {
            throw .unreadable(error)
        }
        guard object.kind == .object else { throw .invalidJSON(position: object.range.lowerBound) }
        if let key = object.repeatedKey { throw .invalidRequest(field: "/" + key.asPointerToken, "the member was given twice") }
        mode = try Self.mode(object["mode"])
        guard let list = object["operations"], list.kind == .array else {
            throw .invalidRequest(field: "/operations", "operations must be an array of operations")
        }
        guard list.count <= Limits.batchOperations else { throw .tooManyItems(limit: Limits.batchOperations) }
        var operations: [Result<BatchOperation, ItemError>] = []
        var creations: Set<Int> = []
        for element in list.elements {
            let operation = Result { () throws(ItemError) in try BatchOperation(reading: element) }
            if case .success(let readable) = operation, case .create = readable.target { creations.insert(operations.count) }
            operations.append(operation)
        }
        self.operations = operations
        self.creations = creations
    }

    private static func mode(_ value: JSONValue?) throws(ItemError) -> BatchMode {
        guard let value, !value.isNull else { return .independent }
        guard let mode = value.string.flatMap(BatchMode.init(rawValue:)) else {
            throw .invalidRequest(field: "/mode", "mode must be atomic or independent")
        }
        return mode
    }
}

extension BatchOperation {
    private enum Name: String, CaseIterable {
        case create, replace, patch
        case mergePatch = "merge_patch"
        case delete, restore, archive, process
    }

    /// - Throws: `invalid_request`, `invalid_uid`, `invalid_if_match`, `invalid_action`, `invalid_payload`, `payload_too_large`: the operation's own
    ///   error, whose field is a JSON Pointer into the operation.
    init(reading value: JSONValue) throws(ItemError) {
        guard value.kind == .object else { throw .invalidRequest(field: "", "an operation must be an object") }
        if let key = value.repeatedKey { throw .invalidRequest(field: "/" + key.asPointerToken, "the member was given twice") }
        guard let name = value["op"]?.string.flatMap(Name.init(rawValue:)) else {
            throw .invalidRequest(field: "/op", "op must be one of \(Name.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        guard let kind = value["kind"]?.string.flatMap({ ItemKind(path: $0) }) else {
            throw .invalidRequest(field: "/kind", "kind must be one of \(ItemKind.allCases.map(\.path).joined(separator: ", "))")
        }
        if name == .create {
            self.init(kind, .create(try Self.payload(value)))
            return
        }
        guard let uid = value["uid"]?.string.flatMap({ UID($0) }) else { throw .invalidUID(field: "/uid") }
        let condition = try Self.condition(value["ifMatch"])
        let mutation: Mutation =
            switch name {
            case .create, .replace: .replace(try Self.payload(value))
            case .patch: .patch(try Self.payload(value))
            case .mergePatch: .mergePatch(try Self.payload(value))
            case .delete: .delete
            case .restore: .restore
            case .archive: .archive
            case .process: .process(try ItemAction(reading: value, of: kind))
            }
        self.init(kind, .mutate(uid, mutation, expecting: condition))
    }

    private static func payload(_ operation: JSONValue) throws(ItemError) -> Payload {
        guard let value = operation["payload"] else { throw .invalidRequest(field: "/payload", "payload must be an object") }
        do {
            return try Payload(checking: value)
        } catch {
            throw error.inside("/payload")
        }
    }

    /// A version, or what the header `If-Match` may hold.
    private static func condition(_ value: JSONValue?) throws(ItemError) -> VersionCondition? {
        guard let value, !value.isNull else { return nil }
        if let version = value.integer, version >= 0 { return .exactly(version) }
        guard let text = value.string else {
            throw ItemError(.invalidIfMatch, ItemError.invalidIfMatch.text, [.init(.field, .string("/ifMatch"))])
        }
        do {
            return try VersionCondition(ifMatch: text)
        } catch {
            throw ItemError(error.code, error.text, [.init(.field, .string("/ifMatch"))])
        }
    }

}

extension JSONValue {
    /// A member's key that this object has twice.
    fileprivate var repeatedKey: String? {
        var seen: Set<[UInt8]> = []
        return members.lazy.map(\.key).first { !seen.insert(Array($0.utf8)).inserted }
    }
}

extension String {
    /// As a reference token of a JSON Pointer (RFC 6901, § 3), of bounded length.
    fileprivate var asPointerToken: String {
        boundedForText.replacing("~", with: "~0").replacing("/", with: "~1")
    }
}

extension ItemError {
    /// The same refusal of something that is a part of a larger whole.
    ///
    /// - Parameters:
    ///   - pointer: Where the part stands: goes before a field that is a pointer, and is the field where there is none.
    ///   - text: Another text; `nil` keeps this one.
    func inside(_ pointer: String, named text: String? = nil) -> ItemError {
        var details = details
        let place = details.firstIndex { $0.name == .field }
        if let place, case .string(let field) = details[place].value, field.isEmpty || field.utf8.first == UInt8(ascii: "/") {
            details[place] = Detail(.field, .string(pointer + field))
        } else if place == nil, text != nil {
            details.append(Detail(.field, .string(pointer)))
        }
        return ItemError(code, text ?? self.text, details, underlying: underlying)
    }
}
