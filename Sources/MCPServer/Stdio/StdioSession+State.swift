internal import MCP

extension StdioSession {
    /// What the task that reads the lines keeps track of.
    struct State {
        var conversation: StdioConversation<Caller>
        var buffer: LineBuffer
        var running = RunningCalls()
        var waiting = WaitingRequests()
        var listens = StdioListens()
        /// Those that took no work and aren't written yet.
        var answers = 0
        var isReading = false
        var hasEnded = false

        init(_ settings: StdioSettings, _ principal: Principal) {
            conversation = StdioConversation(principal: principal)
            buffer = LineBuffer(limit: settings.lineLimit)
        }

        /// Whether anything is still to be said.
        var isBusy: Bool { running.count > 0 || !waiting.isEmpty || answers > 0 || listens.count > 0 }

        /// Whether more may be read.
        func wantsInput(_ settings: StdioSettings) -> Bool {
            !hasEnded && !isReading && hasRoom(settings)
        }

        /// nil while there is none, or too much waits.
        mutating func nextLine(_ settings: StdioSettings) -> LineBuffer.Line? {
            guard hasRoom(settings) else { return nil }
            return buffer.next() ?? (hasEnded ? buffer.rest() : nil)
        }

        mutating func receive(_ line: LineBuffer.Line, _ session: StdioSession) -> Step {
            switch line {
            case .line(let bytes): session.receive(bytes, &conversation)
            case .tooLong: (.answer(conversation.refusalOfLongLine()), session.engine, 0, false)
            }
        }

        /// Behind requests that wait there may be what those that run wait for: answers to their questions, and cancellations.
        ///
        /// So lines are read on, as far as memory stays flat, and as the client takes what it is told.
        private func hasRoom(_ settings: StdioSettings) -> Bool {
            answers < settings.concurrency && waiting.hasRoom(settings.lineLimit)
        }

        /// Stops whatever runs under this id (I4).
        mutating func cancel(_ id: RequestID) {
            running.stop(id)
            waiting.stop(id)
            listens.stop(id)
        }
    }
}
