import Auth
import HTTPServer
import HTTPTypes
import ToolBridge

/// Each handler checks in the contract's order: sync session, epoch, everything that needs no database, then the service.
extension ItemRoutes {
    func list(_ kind: ItemKind, _ request: IncomingRequest, _ caller: Caller) async throws -> Answer {
        _ = try await admittedEpoch(request, caller)
        let query = ListQuery(
            limit: try request.limit(),
            cursor: try request.queryParameter("cursor"),
            direction: try request.direction(),
            includeDeleted: try request.includesDeleted()
        )
        return .page(try await items.list(kind, query, of: caller.owner))
    }

    func create(_ kind: ItemKind, _ request: IncomingRequest, _ caller: Caller) async throws -> Answer {
        let epoch = try await admittedEpoch(request, caller)
        let item = try await items.create(try request.payload(), kind, epoch: epoch, of: caller.owner)
        return .item(item, .created, location: "/v1/\(kind.path)/\(item.uid)")
    }

    func read(_ kind: ItemKind, _ request: IncomingRequest, _ caller: Caller) async throws -> Answer {
        _ = try await admittedEpoch(request, caller)
        let item = try await items.item(
            try request.uid(),
            kind,
            includeDeleted: try request.includesDeleted(),
            of: caller.owner
        )
        return .item(item, .ok)
    }

    func mutate(
        _ kind: ItemKind,
        _ request: IncomingRequest,
        _ caller: Caller,
        _ mutation: () throws -> Mutation
    ) async throws -> Answer {
        let epoch = try await admittedEpoch(request, caller)
        let uid = try request.uid()
        let condition = try request.header(.ifMatch).map { try VersionCondition(ifMatch: $0) }
        let item = try await items.mutate(uid, kind, try mutation(), expecting: condition, epoch: epoch, of: caller.owner)
        return .item(item, .ok)
    }

    /// The epoch that the request is meant for, if it says so by a header or through its sync session.
    ///
    /// - Throws: `session_invalid`, `session_forbidden`, `epoch_mismatch`.
    private func admittedEpoch(_ request: IncomingRequest, _ caller: Caller) async throws(ItemError) -> Int64? {
        let sessionText = request.header(.syncSession)
        let epochText = request.header(.syncEpoch)
        guard sessionText != nil || epochText != nil else { return nil }
        var sessionEpoch: Int64?
        var current: Int64?
        if let sessionText {
            guard let id = UID(sessionText) else { throw .sessionInvalid }
            do {
                let (session, state) = try await sync.session(id, of: caller.owner)
                (sessionEpoch, current) = (session.epoch, state.epoch)
            } catch  where error.code == .sessionNotFound {
                throw .sessionInvalid
            }
        }
        let epoch: Int64
        if let current { epoch = current } else { epoch = try await sync.state(of: caller.owner)?.epoch ?? 1 }
        let meant = epochText.map { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64($0) : nil } ?? sessionEpoch
        guard meant == epoch else { throw .epochMismatch(epoch) }
        return epoch
    }
}
