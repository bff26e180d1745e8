internal import JSON
internal import MCP

extension StdioSession {
    /// Takes note of what the legacy session is to be told.
    ///
    /// - Returns: What ends it.
    func watch() -> @Sendable () -> Void {
        server.changes.watch { [client, changes] in if client.wants($0) { changes.add($0) } }
    }

    /// Tells the legacy session what it wants to know, until `finish`.
    func tellChanges() async throws -> Event {
        while let notices = await changes.next() {
            // It may have unsubscribed meanwhile.
            for notice in notices where client.wants(notice) {
                let message = await engine.message(
                    for: notice,
                    to: client.session,
                    of: principal,
                    caller: caller,
                    correlationID: newCorrelationID()
                )
                if let message { try await output.write(message) }
            }
        }
        return .idle
    }

    func open(_ listen: Listen, _ engine: ProtocolEngine<Caller>, _ state: inout State, _ group: inout Tasks) {
        let correlationID = newCorrelationID()
        guard state.listens.count < settings.subscriptions else {
            report(TooManySubscriptions(), correlationID)
            let keys = state.running.add([])
            group.addTask { [output] in
                try await output.write(listen.refusal(correlationID: correlationID))
                return .done(keys)
            }
            return
        }
        let call = RunningCall(client, canAsk: false, limits: settings.callLimits)
        let notices = NoticeQueue(interval: settings.noticeInterval)
        let number = state.listens.add(listen.requestID, call, notices)
        if state.hasEnded { notices.end() }
        group.addTask {
            try await tell(listen, engine, call, notices, correlationID)
            return .listenEnded(number)
        }
    }

    /// One subscription from its acknowledgement to its end (SB2–SB9, I5).
    private func tell(
        _ listen: Listen,
        _ engine: ProtocolEngine<Caller>,
        _ call: RunningCall,
        _ notices: NoticeQueue,
        _ correlationID: String
    ) async throws {
        let subscription: Subscription
        do {
            subscription = try await engine.subscribe(listen, caller: caller, correlationID: correlationID)
        } catch {
            report(error, correlationID)
            return try await output.write(listen.refusal(correlationID: correlationID), of: call)
        }
        let stopWatching = server.changes.watch { if subscription.wants($0) { notices.add($0) } }
        defer { stopWatching() }
        try await output.write(subscription.acknowledgement, of: call)
        while let due = await notices.next() {
            for notice in due {
                let message = await self.engine.message(for: notice, on: subscription, caller: caller, correlationID: correlationID)
                if let message { try await output.write(message, of: call) }
            }
        }
        // SB6; where the client ended it, both are dropped.
        try await output.write(subscription.cancellation, of: call)
        try await output.write(subscription.end, of: call)
    }
}

/// For the log: a client opened more subscriptions than it may (SB5).
struct TooManySubscriptions: Error {}
