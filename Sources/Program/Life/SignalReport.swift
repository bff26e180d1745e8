package import Observability
import ServiceLifecycle
import UnixSignals

/// Says which signal asked the program to stop; what follows is the HTTP service's business.
package struct SignalReport: Service, CustomStringConvertible {
    private let observations: Observations
    package let description = "signals"

    package init(observations: Observations) {
        self.observations = observations
    }

    package func run() async throws {
        // The group is told of a signal, and which one it was only this knows; both hear of it in the same moment.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let number = await withTaskGroup(of: Int32?.self) { tasks in
            tasks.addTask {
                for await signal in signals { return signal == .sigint ? 2 : 15 }
                return nil
            }
            tasks.addTask {
                try? await gracefulShutdown()
                // What stopped the program without a signal must not wait long for one.
                try? await Task.sleep(for: .milliseconds(100))
                return nil
            }
            defer { tasks.cancelAll() }
            return await tasks.next() ?? nil
        }
        if let number { observations.record(.signalReceived(number)) }
        try? await gracefulShutdown()
    }
}
