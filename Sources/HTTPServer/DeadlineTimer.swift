import NIOCore

/// One scheduled task a connection, moved lazily: to set a later deadline only stores it, and the task, when it fires too early, goes on to
/// it.
struct DeadlineTimer {
    enum Kind: Equatable {
        case none, idle, head, body, stalled, linger
    }

    /// Which deadline runs.
    var kind = Kind.none
    private var start = NIODeadline.distantPast
    private var deadline = NIODeadline.distantFuture
    private var armedFor = NIODeadline.distantFuture
    private var task: Scheduled<Void>?

    mutating func set(
        _ kind: Kind,
        _ deadlines: HTTPServerConfiguration.Deadlines,
        _ eventLoop: any EventLoop,
        _ fire: @escaping () -> Void
    ) {
        self.kind = kind
        guard kind != .none else { return }
        start = .now()
        switch kind {
        case .none, .idle: deadline = start + TimeAmount(deadlines.idle)
        case .head: deadline = start + TimeAmount(deadlines.head)
        case .body: deadline = start + TimeAmount(min(deadlines.body, deadlines.bodyRateGrace))
        case .stalled: deadline = start + TimeAmount(deadlines.stalled)
        case .linger: deadline = start + TimeAmount(deadlines.linger)
        }
        if deadline < armedFor { arm(eventLoop, fire) }
    }

    /// Called when the task fires: the deadline that has passed, or `none` after arming for the one that hasn't.
    mutating func expired(
        _ deadlines: HTTPServerConfiguration.Deadlines,
        bodyBytes: Int,
        _ eventLoop: any EventLoop,
        _ fire: @escaping () -> Void
    ) -> Kind {
        task = nil
        armedFor = .distantFuture
        guard kind != .none else { return .none }
        let now = NIODeadline.now()
        if now >= deadline {
            guard kind == .body, !isTooSlow(deadlines, bodyBytes, now) else { return kind }
            deadline = min(start + TimeAmount(deadlines.body), now + .seconds(1))
        }
        arm(eventLoop, fire)
        return .none
    }

    mutating func cancel() {
        task?.cancel()
        task = nil
        kind = .none
    }

    private func isTooSlow(_ deadlines: HTTPServerConfiguration.Deadlines, _ bytes: Int, _ now: NIODeadline) -> Bool {
        if now >= start + TimeAmount(deadlines.body) { return true }
        let seconds = Double((now - start).nanoseconds) / 1e9
        return Double(bytes) < seconds * Double(deadlines.bodyRate)
    }

    private mutating func arm(_ eventLoop: any EventLoop, _ fire: @escaping () -> Void) {
        task?.cancel()
        armedFor = deadline
        task = eventLoop.assumeIsolated().scheduleTask(deadline: deadline, fire)
    }
}
