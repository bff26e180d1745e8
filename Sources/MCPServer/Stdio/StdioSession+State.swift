internal import MCP

extension StdioSession {
    /// What the task that reads the lines keeps track of.
    struct State {
        var conversation: StdioConversation<Caller>
        var buffer: LineBuffer
        var running = RunningCalls()
        var listens = StdioListens()
        var isReading = false
        var hasEnded = false

        init(_ settings: StdioSettings, _ principal: Principal) {
            conversation = StdioConversation(principal: principal)
            buffer = LineBuffer(limit: settings.lineLimit)
        }

        /// Whether anything is still to be said.
        var isBusy: Bool { running.count > 0 || listens.count > 0 }

        /// Whether more may be read: more calls than may run wait unread (I11).
        func wantsInput(_ settings: StdioSettings) -> Bool {
            !hasEnded && !isReading && running.count < settings.concurrency
        }

        /// nil while there is none, or too much runs.
        mutating func nextLine(_ settings: StdioSettings) -> LineBuffer.Line? {
            guard running.count < settings.concurrency else { return nil }
            return buffer.next() ?? (hasEnded ? buffer.rest() : nil)
        }

        mutating func receive(
            _ line: LineBuffer.Line,
            _ session: StdioSession
        ) -> (StdioConversation<Caller>.Action, ProtocolEngine<Caller>) {
            switch line {
            case .line(let bytes): session.receive(bytes, &conversation)
            case .tooLong: (.answer(conversation.refusalOfLongLine()), session.engine)
            }
        }

        /// Stops whatever runs under this id (I4).
        mutating func cancel(_ id: RequestID) {
            running.stop(id)
            listens.stop(id)
        }
    }
}

/// The subscriptions that are open on one connection (SB5).
struct StdioListens {
    struct Number: Sendable {
        fileprivate let value: Int
    }

    private var open: [Int: (id: RequestID?, call: RunningCall, notices: NoticeQueue)] = [:]
    private var last = 0

    var count: Int { open.count }

    mutating func add(_ id: RequestID?, _ call: RunningCall, _ notices: NoticeQueue) -> Number {
        last &+= 1
        open[last] = (id, call, notices)
        return Number(value: last)
    }

    mutating func remove(_ number: Number) {
        open[number.value] = nil
    }

    /// The client has ended it: nothing more is sent (SB6), and its place is free at once.
    mutating func stop(_ id: RequestID) {
        for (number, listen) in open where listen.id == id {
            listen.call.stop()
            listen.notices.end()
            open[number] = nil
        }
    }

    /// We end all of them (SB6).
    func endAll() {
        for listen in open.values { listen.notices.end() }
    }
}
