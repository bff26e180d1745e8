package import Auth
package import HTTPServer
import HTTPTypes
import ToolBridge

/// The routes of offline-first clients: sessions, push and pull of every kind, wipe and state.
package struct SyncRoutes: Sendable {
    let routes: DataRoutes
    var sync: any SyncService { routes.sync }

    package init(_ routes: DataRoutes) {
        self.routes = routes
    }

    package var all: [Route<Caller>] {
        sessions + ItemKind.allCases.flatMap { routes(of: $0) } + [
            routes.route(.post, "/v1/sync/wipe", .writing(nil), session: .required, epoch: .sent, isRepeatable: true, describe: { .wipe }) {
                try await self.wipe($0)
            },
            routes.route(.get, "/v1/sync/state", .anything, session: .required, epoch: .ignored, describe: { .state }) {
                try await self.state($0)
            },
        ]
    }

    private var sessions: [Route<Caller>] {
        let list = "/v1/sync/sessions"
        return [
            session(.post, list, isRepeatable: true, describe: { .openSession }) { try await self.openSession($0) },
            session(.get, list + "/{id}", describe: { .session }) { try await self.session($0) },
            session(.delete, list + "/{id}", isRepeatable: true, describe: { .endSession }) { try await self.endSession($0) },
        ]
    }

    private func routes(of kind: ItemKind) -> [Route<Caller>] {
        [
            routes.route(
                .post,
                "/v1/sync/\(kind.path)/push",
                .writing(kind),
                label: "/v1/sync/{kind}/push",
                session: .required,
                epoch: .required,
                isRepeatable: true,
                bodyLimit: Limits.pushBytes,
                mayTakeLong: true,
                describe: { .push(kind) }
            ) { try await self.push(kind, $0) },
            routes.route(
                .get,
                "/v1/sync/\(kind.path)/pull",
                .reading(kind),
                label: "/v1/sync/{kind}/pull",
                session: .required,
                epoch: .required,
                mayTakeLong: true,
                describe: { .pull(kind) }
            ) { try await self.pull(kind, $0) },
        ]
    }

    private func session(
        _ method: HTTPRequest.Method,
        _ template: String,
        isRepeatable: Bool = false,
        describe: @escaping @Sendable () -> OperationDescription,
        _ handler: @escaping @Sendable (DataRequest) async throws -> Answer
    ) -> Route<Caller> {
        routes.route(
            method,
            template,
            .anything,
            session: .ignored,
            epoch: .ignored,
            isRepeatable: isRepeatable,
            limits: .auth,
            describe: describe,
            handler
        )
    }
}
