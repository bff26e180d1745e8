import Observability
import SQLiteDriver
import ServiceLifecycle
import ToolBridge

/// Once a second: wakes those who follow changes if another process has made some, and from time to time so that they can say that they live.
struct ChangeWatch: Service, CustomStringConvertible {
    let signals: ChangeSignals
    let database: SQLiteDatabase
    /// In seconds, from 1.
    let heartbeat: Int
    let description = "changes"

    func run() async throws {
        try? await cancelWhenGracefulShutdown { try await watch() }
    }

    private func watch() async throws {
        var version = try? await database.foreignVersion()
        var seconds = 0
        while true {
            try await Task.sleep(for: .seconds(1))
            // While the database recovers there is nothing to see; what came meanwhile is seen afterwards.
            if let current = try? await database.foreignVersion(), current != version {
                version = current
                signals.ringAll()
            }
            seconds += 1
            guard seconds >= heartbeat else { continue }
            seconds = 0
            signals.tick()
        }
    }
}
