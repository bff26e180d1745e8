import Auth
import HTTPServer
import HTTPTypes
import JSON
import NIOCore
import ToolBridge

/// Each handler checks everything that needs no database before it asks the service.
extension SyncRoutes {
    func push(_ kind: ItemKind, _ data: DataRequest) async throws -> Answer {
        let push = try PushRequest(reading: Array(buffer: data.request.body))
        let answer = { @Sendable (outcomes: [PushOutcome]) in Answer.acknowledgements(of: outcomes, to: push) }
        return answer(try await sync.push(push.changes(of: kind), kind, data.context(answering: answer), of: data.owner))
    }

    func pull(_ kind: ItemKind, _ data: DataRequest) async throws -> Answer {
        let limit = try data.request.limit()
        let cursor = try data.request.queryParameter("cursor")
        // 0 is nobody's epoch.
        return .pull(try await sync.pull(kind, cursor: cursor, limit: limit, epoch: data.epoch ?? 0, of: data.owner))
    }

    func openSession(_ data: DataRequest) async throws -> Answer {
        let answer = { @Sendable (opened: OpenedSession) in
            Answer.session(opened, .created, headers: [.syncEpoch: "\(opened.state.epoch)"])
        }
        return answer(try await sync.openSession(data.context(answering: answer), of: data.owner))
    }

    func session(_ data: DataRequest) async throws -> Answer {
        .session(try await sync.session(try data.request.sessionID(), of: data.owner), .ok)
    }

    func endSession(_ data: DataRequest) async throws -> Answer {
        let answer = { @Sendable (_: EndedSession) in Answer.empty(.noContent) }
        try await sync.endSession(try data.request.sessionID(), data.context(answering: answer), of: data.owner)
        return answer(EndedSession())
    }

    func wipe(_ data: DataRequest) async throws -> Answer {
        guard let confirmation = try data.request.payload().object["confirm"]?.string, confirmation.utf8.elementsEqual("WIPE".utf8) else {
            throw ItemError.confirmationRequired
        }
        let answer = { @Sendable (outcome: WipeOutcome) in Answer.wipe(outcome) }
        return answer(try await sync.wipe(data.context(answering: answer), of: data.owner))
    }

    func state(_ data: DataRequest) async throws -> Answer {
        .state(try await sync.state(of: data.owner))
    }
}

extension IncomingRequest {
    /// - Throws: `session_not_found` also for what is no id at all.
    fileprivate func sessionID() throws(ItemError) -> UID {
        guard let id = pathParameter("id").flatMap({ UID($0) }) else { throw .sessionNotFound }
        return id
    }
}
