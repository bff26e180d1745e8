internal import Logging
internal import ServiceLifecycle
internal import UnixSignals

/// Runs work that ends by itself; SIGTERM and SIGINT ask it to come to its end.
///
/// Writes nothing: standard output may carry messages.
///
/// - Parameter end: Lets the work end: what was begun is still finished.
package func signalled(ending end: @escaping @Sendable () -> Void, _ work: @escaping @Sendable () async throws -> Void) async throws {
    let group = ServiceGroup(
        configuration: ServiceGroupConfiguration(
            services: [
                .init(
                    service: EndableWork(body: work, end: end),
                    successTerminationBehavior: .gracefullyShutdownGroup,
                    failureTerminationBehavior: .cancelGroup
                )
            ],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "lifecycle") { _ in SwiftLogNoOpLogHandler() }
        )
    )
    try await group.run()
}

private struct EndableWork: Service {
    let body: @Sendable () async throws -> Void
    let end: @Sendable () -> Void

    func run() async throws {
        try await withGracefulShutdownHandler(operation: body, onGracefulShutdown: end)
    }
}
