package import Logging
import Synchronization

/// Takes what the server has to say and writes it, one line each.
///
/// `record(_:)` never waits for the stream: lines are made and written by one thread of the writer's, from a bounded queue. What doesn't
/// fit is dropped and counted.
package final class Observations: Sendable {
    /// What is counted, at whatever level the log is.
    package let metrics: Metrics
    private let counted: ObservationCounters
    private let writer: LineWriter
    private let threshold: Atomic<UInt8>

    /// - Parameters:
    ///   - level: Quieter observations are left out.
    ///   - format: nil takes `console` on a terminal, else `json`.
    ///   - stream: Where lines go.
    ///   - capacity: How many quiet and how many loud (warning, error) observations may wait.
    ///   - metrics: What observations are counted in.
    package init(
        level: LogLevel = .info,
        format: LogFormat? = nil,
        stream: LogStream = .standardOutput,
        capacity: (quiet: Int, loud: Int) = (8192, 1024),
        metrics: Metrics = Metrics()
    ) {
        threshold = Atomic(level.rawValue)
        self.metrics = metrics
        counted = ObservationCounters(metrics)
        let writer = LineWriter(descriptor: stream.descriptor, format: format, capacity: capacity)
        self.writer = writer
        metrics.read(.logDropped) { Double(writer.dropped) }
    }

    /// The quietest level that is written; may change while the program runs (SIGUSR1).
    package var level: LogLevel {
        get { LogLevel(rawValue: threshold.load(ordering: .relaxed)) ?? .info }
        set { threshold.store(newValue.rawValue, ordering: .relaxed) }
    }

    /// Whether an observation of this level would be written.
    package func takes(_ level: LogLevel) -> Bool {
        level.rawValue >= threshold.load(ordering: .relaxed)
    }

    /// Counts, and queues one line if the level is written.
    ///
    /// Never waits.
    package func record(_ observation: Observation) {
        counted.count(observation)
        let level = observation.level
        guard takes(level) else { return }
        counted.lines(level).add()
        writer.enqueue(observation, isLoud: level >= .warning)
    }

    /// Shows tenants and subjects as hashes from now on; until then lines leave them out.
    ///
    /// The hash is called on the writer's thread, and its results are kept there.
    package func hidePersons(_ hash: @escaping PersonHash) {
        writer.hidePersons(hash)
    }

    /// Names the tools and methods of MCP there are, so that metrics show them before their first call.
    package func expect(tools: [String], methods: [String]) {
        counted.mcp.expect(tools: tools, methods: methods)
    }

    /// Seconds since each issuer's keys were fetched, in the order in which issuers were first heard of.
    package var keySetAges: [Double] { counted.keySets.ages }

    /// How many observations found the queue full.
    package var dropped: Int { writer.dropped }

    /// Writes what waits and ends the writer, but waits no longer than `limit` for a stream that takes nothing.
    ///
    /// What is recorded later is dropped.
    package func finish(within limit: Duration = .seconds(1)) {
        writer.finish(within: limit)
    }

    /// A logger whose messages become observations, for libraries that want one.
    package func logger(label: String) -> Logger {
        Logger(label: label) { ObservationLogHandler(label: $0, observations: self) }
    }

    deinit {
        writer.finish(within: .zero)
    }
}

/// 12 hex digits in place of who somebody is: alike for the same person wherever the key is the same.
package typealias PersonHash = @Sendable (_ text: String) -> String

/// Passes a library's warnings and errors on.
private struct ObservationLogHandler: LogHandler {
    let label: String
    let observations: Observations
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level = .warning

    init(label: String, observations: Observations) {
        self.label = label
        self.observations = observations
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var text = event.message.description
        if let metadata = event.metadata, let error = metadata["error"] { text += ": \(error)" }
        observations.record(.library(level: level(of: event.level), label: label, text: text))
    }

    private func level(of level: Logger.Level) -> LogLevel {
        switch level {
        case .trace: .trace
        case .debug: .debug
        case .info, .notice: .info
        case .warning: .warning
        case .error, .critical: .error
        }
    }
}
