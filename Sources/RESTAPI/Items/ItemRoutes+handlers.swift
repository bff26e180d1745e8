import Auth
import HTTPServer
import HTTPTypes
import ToolBridge

/// Each handler checks everything that needs no database before it asks the service.
extension ItemRoutes {
    func list(_ kind: ItemKind, _ data: DataRequest) async throws -> Answer {
        let request = data.request
        let query = ListQuery(
            limit: try request.limit(),
            cursor: try request.queryParameter("cursor"),
            direction: try request.direction(),
            includeDeleted: try request.includesDeleted(),
            filter: try request.filter(),
            maximumBytes: try request.maximumBytes()
        )
        let fields = try request.fields()
        return .page(try await items.list(kind, query, of: data.owner), fields: fields)
    }

    func create(_ kind: ItemKind, _ data: DataRequest) async throws -> Answer {
        let answer = { @Sendable (item: Item) in Answer.item(item, .created, location: "/v1/\(kind.path)/\(item.uid)") }
        return answer(
            try await items.create(try data.request.payload(), kind, data.context(answering: answer), of: data.owner)
        )
    }

    func read(_ kind: ItemKind, _ data: DataRequest) async throws -> Answer {
        let item = try await items.item(
            try data.request.uid(),
            kind,
            includeDeleted: try data.request.includesDeleted(),
            of: data.owner
        )
        return .item(item, .ok)
    }

    func mutate(_ kind: ItemKind, _ data: DataRequest, _ mutation: () throws -> Mutation) async throws -> Answer {
        let uid = try data.request.uid()
        let condition = try data.request.header(.ifMatch).map { try VersionCondition(ifMatch: $0) }
        let answer = { @Sendable (item: Item) in Answer.item(item, .ok) }
        return answer(
            try await items.mutate(uid, kind, try mutation(), expecting: condition, data.context(answering: answer), of: data.owner)
        )
    }
}
