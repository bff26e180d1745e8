import Observability
import SQLiteDriver
import ServiceLifecycle
import ToolBridge

/// Once a second: wakes those who follow changes, so that they can look at the time, and tells them if another process has made some.
struct ChangeWatch: Service, CustomStringConvertible {
    let signals: ChangeSignals
    let database: SQLiteDatabase
    let description = "changes"

    func run() async throws {
        try? await cancelWhenGracefulShutdown { try await watch() }
    }

    private func watch() async throws {
        var version = try? await database.foreignVersion()
        while true {
            try await Task.sleep(for: .seconds(1))
            signals.tick()
            // While the database recovers there is nothing to see; what came meanwhile is seen afterwards.
            if let current = try? await database.foreignVersion(), current != version {
                version = current
                signals.ringAll()
            }
        }
    }
}
