import Logging
import Observability
import Program
import ServiceLifecycle
import ToolBridge
import UnixSignals

/// Runs work until it ends by itself; a signal asks it to come to its end.
struct StdioLifetime: Sendable {
    let observations: Observations
    let services: LocalServices
    /// Lets the work end: what was begun is still finished.
    let end: @Sendable () -> Void

    func run(_ work: @escaping @Sendable () async throws -> Void) async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: DatabaseWatch(database: services.database)),
                    .init(service: ChangeWatch(signals: services.items.signals, database: services.database)),
                    .init(service: ChangeNotices(notices: services.notices)),
                    .init(
                        service: Work(body: work, end: end),
                        successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .cancelGroup
                    ),
                    .init(service: DebugSwitch(observations: observations)),
                    .init(service: SignalReport(observations: observations)),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: observations.logger(label: "lifecycle")
            )
        )
        try await group.run()
    }

    private struct Work: Service, CustomStringConvertible {
        let description = "stdio"
        let body: @Sendable () async throws -> Void
        let end: @Sendable () -> Void

        func run() async throws {
            try await withGracefulShutdownHandler(operation: body, onGracefulShutdown: end)
        }
    }
}
