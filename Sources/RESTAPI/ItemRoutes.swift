package import Auth
package import HTTPServer
import HTTPTypes
package import ToolBridge

/// The routes of single items and their lists, the same eight for every kind (contract: item routes).
package struct ItemRoutes: Sendable {
    let items: any ItemService
    let sync: any SyncService

    package init(items: any ItemService, sync: any SyncService) {
        self.items = items
        self.sync = sync
    }

    /// All of them, kind by kind.
    package var all: [Route<Caller>] {
        ItemKind.allCases.flatMap { routes(of: $0) }
    }

    private func routes(of kind: ItemKind) -> [Route<Caller>] {
        let list = "/v1/\(kind.path)"
        let item = list + "/{uid}"
        return [
            route(.get, list, "/v1/{kind}") { try await self.list(kind, $0, $1) },
            route(.post, list, "/v1/{kind}") { try await self.create(kind, $0, $1) },
            route(.get, item, "/v1/{kind}/{uid}") { try await self.read(kind, $0, $1) },
            route(.put, item, "/v1/{kind}/{uid}") { request, caller in
                try await self.mutate(kind, request, caller) { .replace(try request.payload()) }
            },
            route(.patch, item, "/v1/{kind}/{uid}") { request, caller in
                try await self.mutate(kind, request, caller) {
                    request.isMergePatch ? .mergePatch(try request.payload()) : .patch(try request.payload())
                }
            },
            route(.delete, item, "/v1/{kind}/{uid}") { request, caller in
                try await self.mutate(kind, request, caller) { .delete }
            },
            route(.post, item + "/archive", "/v1/{kind}/{uid}/archive") { request, caller in
                try await self.mutate(kind, request, caller) { .archive }
            },
            route(.post, item + "/process", "/v1/{kind}/{uid}/process") { request, caller in
                try await self.mutate(kind, request, caller) { .process(try request.action(of: kind)) }
            },
        ]
    }

    private func route(
        _ method: HTTPRequest.Method,
        _ template: String,
        _ label: String,
        _ handler: @escaping @Sendable (IncomingRequest, Caller) async throws -> Answer
    ) -> Route<Caller> {
        Route(
            .only(method),
            template,
            label: label,
            bodyLimit: Limits.payloadBytes,
            limits: .data,
            .authenticated { request, caller in
                do {
                    return try await handler(request, caller)
                } catch let refusal as ItemError where refusal.code != .internalError {
                    throw Problem(refusal)
                }
            }
        )
    }
}
