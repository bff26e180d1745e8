package import Auth
package import HTTPServer
import HTTPTypes
import ToolBridge

/// The routes of single items and their lists, the same nine for every kind.
package struct ItemRoutes: Sendable {
    let routes: DataRoutes
    var items: any ItemService { routes.items }

    package init(_ routes: DataRoutes) {
        self.routes = routes
    }

    /// All of them, kind by kind.
    package var all: [Route<Caller>] {
        ItemKind.allCases.flatMap { routes(of: $0) }
    }

    private func routes(of kind: ItemKind) -> [Route<Caller>] {
        let list = "/v1/\(kind.path)"
        let item = list + "/{uid}"
        return [
            reading(kind, list, "/v1/{kind}", mayTakeLong: true, describe: { .list(kind) }) { try await self.list(kind, $0) },
            writing(kind, .post, list, "/v1/{kind}", describe: { .create(kind) }) { try await self.create(kind, $0) },
            reading(kind, item, "/v1/{kind}/{uid}", describe: { .read(kind) }) { try await self.read(kind, $0) },
            writing(kind, .put, item, "/v1/{kind}/{uid}", describe: { .replace(kind) }) { data in
                try await self.mutate(kind, data) { .replace(try data.request.payload()) }
            },
            writing(kind, .patch, item, "/v1/{kind}/{uid}", describe: { .patch(kind) }) { data in
                try await self.mutate(kind, data) {
                    data.request.isMergePatch ? .mergePatch(try data.request.payload()) : .patch(try data.request.payload())
                }
            },
            writing(kind, .delete, item, "/v1/{kind}/{uid}", describe: { .delete(kind) }) { data in
                try await self.mutate(kind, data) { .delete }
            },
            writing(kind, .post, item + "/restore", "/v1/{kind}/{uid}/restore", describe: { .restore(kind) }) { data in
                try await self.mutate(kind, data) { .restore }
            },
            writing(kind, .post, item + "/archive", "/v1/{kind}/{uid}/archive", describe: { .archive(kind) }) { data in
                try await self.mutate(kind, data) { .archive }
            },
            writing(kind, .post, item + "/process", "/v1/{kind}/{uid}/process", describe: { .process(kind) }) { data in
                try await self.mutate(kind, data) { .process(try data.request.action(of: kind)) }
            },
        ]
    }

    private func reading(
        _ kind: ItemKind,
        _ template: String,
        _ label: String,
        mayTakeLong: Bool = false,
        describe: @escaping @Sendable () -> OperationDescription,
        _ handler: @escaping @Sendable (DataRequest) async throws -> Answer
    ) -> Route<Caller> {
        routes.route(.get, template, .reading(kind), label: label, mayTakeLong: mayTakeLong, describe: describe, handler)
    }

    private func writing(
        _ kind: ItemKind,
        _ method: HTTPRequest.Method,
        _ template: String,
        _ label: String,
        describe: @escaping @Sendable () -> OperationDescription,
        _ handler: @escaping @Sendable (DataRequest) async throws -> Answer
    ) -> Route<Caller> {
        routes.route(method, template, .writing(kind), label: label, isRepeatable: true, describe: describe, handler)
    }
}
