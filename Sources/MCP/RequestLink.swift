import JSON
import Synchronization

/// The way from a running request back to its client: what may be said on it, until it is answered.
final class RequestLink: Sendable {
    let transport: any RequestTransport
    let sealer: any Sealer
    /// What the call knows of its earlier rounds (M11).
    let rounds: Mutex<Rounds>
    /// Whether the request came with input of an earlier round (K4).
    let hasInput: Bool
    /// Whether its result may ask, in 2026-07-28 (M1).
    let mayAsk: Bool
    let revision: Revision
    private let progressToken: JSONValue?
    /// From which level on log messages are wanted; nil for none (L1, L3).
    private let logLevel: LogLevel?
    private let state = Mutex(State())

    private struct State {
        var isAnswered = false
        var progress = -Double.infinity
    }

    /// - Parameter logs: Whether the server offers log messages at all.
    init(_ invocation: Invocation, _ transport: any RequestTransport, sealer: any Sealer, logs: Bool) {
        self.transport = transport
        self.sealer = sealer
        rounds = Mutex(Rounds(invocation.input, at: invocation.now))
        hasInput = invocation.input != nil
        mayAsk = invocation.work.mayAsk
        revision = invocation.revision
        progressToken = invocation.progressToken
        logLevel = logs ? (revision.isLegacy ? transport.logLevel : invocation.logLevel) : nil
    }

    /// A link for what goes on after the request: it knows what was remembered, but nothing can be said on it (PR2).
    ///
    /// It keeps nothing of the request, whose message may be large.
    init(after link: RequestLink) {
        transport = SilentTransport()
        sealer = link.sealer
        rounds = Mutex(Rounds(remembering: link.rounds.withLock { $0.notes }))
        hasInput = link.hasInput
        mayAsk = link.mayAsk
        revision = link.revision
        (progressToken, logLevel) = (nil, nil)
    }

    /// What comes now comes after the answer, and isn't sent (PR1).
    func close() {
        state.withLock { $0.isAnswered = true }
    }

    /// PR1: only if it was asked for, strictly rising, finite.
    func progress(_ progress: Double, total: Double?, message: String?) {
        guard let progressToken, progress.isFinite, total?.isFinite != false else { return }
        state.withLock { state in
            guard !state.isAnswered, progress > state.progress else { return }
            state.progress = progress
            let message = Notification.progress(token: progressToken, progress, total: total, message: message, for: revision)
            transport.send(message, .progress)
        }
    }

    /// L3: never below the level that was asked for.
    func log(_ level: LogLevel, logger: String?, _ data: JSONValue) {
        guard let logLevel, level >= logLevel else { return }
        state.withLock { state in
            guard !state.isAnswered else { return }
            transport.send(Notification.log(level, logger: logger, data), .log)
        }
    }
}
