package import Observability
import ServiceLifecycle
import UnixSignals

/// SIGUSR1 has the log say everything from debug on, and the next one what it said before.
package struct DebugSwitch: Service, CustomStringConvertible {
    private let observations: Observations
    package let description = "debug switch"

    package init(observations: Observations) {
        self.observations = observations
    }

    package func run() async throws {
        let usual = observations.level
        // Where debug is the usual level, info is what the signal brings.
        let other: LogLevel = usual == .debug ? .info : .debug
        for await _ in await UnixSignalsSequence(trapping: .sigusr1).cancelOnGracefulShutdown() {
            let level = observations.level == other ? usual : other
            observations.level = min(level, .info)
            observations.record(.levelChanged(level))
            observations.level = level
        }
    }
}
