internal import MCP
import Synchronization

/// The subscriptions that are open on one connection (SB5).
struct StdioListens {
    struct Number: Sendable {
        fileprivate let value: Int
    }

    private var open: [Int: (id: RequestID?, listen: StdioListen)] = [:]
    private var last = 0

    var count: Int { open.count }

    mutating func add(_ id: RequestID?, _ listen: StdioListen) -> Number {
        last &+= 1
        open[last] = (id, listen)
        return Number(value: last)
    }

    mutating func remove(_ number: Number) {
        open[number.value] = nil
    }

    /// The client has ended it: nothing more is sent (SB6), and its place is free: at once, or as soon as nothing works for it any more.
    mutating func stop(_ id: RequestID) {
        for (number, one) in open where one.id == id && one.listen.stop() { open[number] = nil }
    }

    /// We end all of them (SB6).
    func endAll() {
        for one in open.values { one.listen.notices.end() }
    }
}

/// One subscription on a pipe.
final class StdioListen: Sendable {
    let notices: NoticeQueue
    /// To which its messages belong.
    let call: RunningCall
    private let state = Mutex<(isStopped: Bool, cancel: (@Sendable () -> Void)?)>((false, nil))

    init(_ call: RunningCall, _ notices: NoticeQueue) {
        self.call = call
        self.notices = notices
    }

    /// Nothing more is sent.
    ///
    /// - Returns: false if there is work which hasn't ended yet, though it is cancelled: a client that opens and ends subscriptions
    ///   mustn't make more of it than it may open.
    func stop() -> Bool {
        call.stop()
        notices.end()
        let cancel = state.withLock { state in
            state.isStopped = true
            return state.cancel
        }
        cancel?()
        return cancel == nil
    }

    /// Does something for it that the server's author wrote.
    ///
    /// - Returns: nil if it took too long (B17), or all ends.
    func work<Result: Sendable>(for time: Duration, _ work: @escaping @Sendable () async -> Result) async -> Result? {
        let limited = LimitedWork<Result>()
        let begins = state.withLock { state in
            if !state.isStopped { state.cancel = { limited.cancel() } }
            return !state.isStopped
        }
        guard begins else { return nil }
        defer { state.withLock { $0.cancel = nil } }
        return await limited.run(for: time, work)
    }
}
