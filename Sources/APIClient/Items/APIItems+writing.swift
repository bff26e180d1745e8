import JSON
package import ToolBridge

extension APIItems {
    package func create(_ payload: Payload, _ kind: ItemKind, _ context: WriteContext<Item>, of owner: Owner) async throws(ItemError)
        -> Item
    {
        let call = writing(.create, "POST", "/v1/\(kind.path)", payload.bytes, epoch: context.epoch)
        return try await perform(call, of: owner).response().item(kind)
    }

    package func mutate(
        _ uid: UID,
        _ kind: ItemKind,
        _ mutation: Mutation,
        expecting condition: VersionCondition?,
        _ context: WriteContext<Item>,
        of owner: Owner
    ) async throws(ItemError) -> Item {
        let path = "/v1/\(kind.path)/\(uid)"
        var call: APICall
        switch mutation {
        case .create(let payload):
            call = writing(.create, "POST", "/v1/\(kind.path)", payload.setting("uid", to: uid.description), epoch: context.epoch)
        case .replace(let payload):
            return try await replace(uid, kind, payload, expecting: condition, epoch: context.epoch, of: owner)
        case .patch(let payload):
            call = writing(.patch, "PATCH", path, payload.bytes, epoch: context.epoch)
        case .mergePatch(let payload):
            call = writing(.patch, "PATCH", path, payload.bytes, epoch: context.epoch)
            call.contentType = "application/merge-patch+json"
        case .delete:
            call = writing(.delete, "DELETE", path, [], epoch: context.epoch)
        case .restore:
            call = writing(.restore, "POST", path + "/restore", [], epoch: context.epoch)
        case .archive:
            call = writing(.archive, "POST", path + "/archive", [], epoch: context.epoch)
        case .process(let action):
            var writer = JSONWriter(reserving: 64)
            writer.object { $0.member("action", action.name) }
            call = writing(.process, "POST", path + "/process", writer.bytes, epoch: context.epoch)
        }
        call.ifMatch = condition?.header
        let end = try await perform(call, of: owner)
        if case .restore = mutation { return try end.response(orElse: "restoring items").item(kind) }
        return try end.response().item(kind)
    }

    /// Replaces an item; a checked parent stays if the payload doesn't name one.
    ///
    /// The predecessor doesn't know that, so for it the item is read first.
    private func replace(
        _ uid: UID,
        _ kind: ItemKind,
        _ payload: Payload,
        expecting condition: VersionCondition?,
        epoch: Int64?,
        of owner: Owner
    ) async throws(ItemError) -> Item {
        var call = writing(.replace, "PUT", "/v1/\(kind.path)/\(uid)", payload.bytes, epoch: epoch)
        call.ifMatch = condition?.header
        let keys = kind.parentRule.checkedKeys
        guard !keys.isEmpty, keys.allSatisfy({ payload.object[$0] == nil }) else {
            return try await perform(call, of: owner).response().item(kind)
        }
        if !client.sessions.areDemanded {
            call.endsWithSession = true
            let end = try await perform(call, of: owner)
            guard case .sessionMade = end else { return try end.response().item(kind) }
            call.endsWithSession = false
        }
        let old = try await item(uid, kind, includeDeleted: false, of: owner)
        call.body = try payload.keeping(keys, of: old)
        return try await perform(call, of: owner).response().item(kind)
    }

    func writing(
        _ operation: UpstreamEvent.Operation,
        _ method: String,
        _ target: String,
        _ body: [UInt8],
        epoch: Int64?
    ) -> APICall {
        var call = APICall(operation, method, target, body: body)
        call.takesKey = true
        call.takesSession = true
        call.epoch = epoch
        return call
    }
}

extension VersionCondition {
    /// As the value of `If-Match`.
    var header: String {
        switch self {
        case .any: "*"
        case .exactly(let version): "\"\(version)\""
        case .oneOf(_, let text): text
        }
    }
}

extension Payload {
    /// The payload with another text as one of its members.
    fileprivate func setting(_ key: String, to text: String) -> [UInt8] {
        var value = JSONWriter(reserving: 48)
        value.string(text)
        var writer = JSONWriter(reserving: object.bytes.count + 64)
        writer.object { writer in
            for member in object.members where !member.keyEquals(key) {
                writer.key(escaping: member.key)
                writer.raw(member.value.bytes)
            }
            writer.key(escaping: key)
            writer.raw(value.bytes)
        }
        return writer.bytes
    }

    /// The payload with some members of another one.
    ///
    /// - Throws: `unavailable`: the other one can't be read.
    fileprivate func keeping(_ keys: [String], of item: Item) throws(ItemError) -> [UInt8] {
        guard let old = try? JSONValue(parsing: item.payload, limits: .stored) else { throw .unreadableAnswer }
        var writer = JSONWriter(reserving: object.bytes.count + 128)
        writer.object { writer in
            for member in object.members {
                writer.key(escaping: member.key)
                writer.raw(member.value.bytes)
            }
            for key in keys {
                guard let value = old[key] else { continue }
                writer.key(escaping: key)
                writer.raw(value.bytes)
            }
        }
        return writer.bytes
    }
}
