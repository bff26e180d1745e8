internal import MCP

extension Server {
    /// Forgets expired tasks now and then, and stops their work, until it is cancelled (B17).
    func sweepTasks(_ report: @Sendable (_ fault: any Error, _ correlationID: String) -> Void) async {
        guard definition.tasks != nil else { return }
        // One timer for the whole server.
        while await hasPassed(.seconds(60)) {
            do {
                try await definition.tasks?.removeExpired()
            } catch {
                report(error, "tasks")
            }
        }
    }
}
