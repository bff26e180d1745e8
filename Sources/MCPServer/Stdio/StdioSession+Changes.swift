internal import JSON
internal import MCP

extension StdioSession {
    /// Takes note of what the legacy session is to be told.
    ///
    /// - Returns: What ends it.
    func watch() -> @Sendable () -> Void {
        server.changes.watch(for: principal) { [client, changes, principal] notice in
            for notice in client.told(by: notice, as: principal) { changes.add(notice) }
        }
    }

    /// When it returns, the legacy client is told of changes; or the log why it isn't, until it subscribes to something.
    func listen() async {
        let correlationID = newCorrelationID()
        let heard = await LimitedWork<Result<Void, any Error>>().run(for: settings.noticeTimeLimit) { [client] in
            do {
                return .success(try await client.listen())
            } catch {
                return .failure(error)
            }
        }
        if case .failure(let error) = heard ?? .failure(TookTooLong()), !Task.isCancelled { report(error, correlationID) }
    }

    /// Tells the legacy session what it wants to know, until `finish`.
    func tellChanges() async throws -> Event {
        while let notices = await changes.next() {
            // It may have unsubscribed meanwhile.
            for notice in notices where client.wants(notice) {
                let (engine, session, correlationID) = (engine, client.session, newCorrelationID())
                // To ask whether it may be told may take long, which mustn't keep the others back.
                let message = await LimitedWork<[UInt8]?>().run(for: settings.noticeTimeLimit) { [principal, caller] in
                    await engine.message(for: notice, to: session, of: principal, caller: caller, correlationID: correlationID)
                }
                try await tell(message, nil, correlationID)
            }
        }
        return .idle
    }

    func open(_ listen: Listen, _ engine: ProtocolEngine<Caller>, _ state: inout State, _ group: inout Tasks) {
        let correlationID = newCorrelationID()
        guard state.listens.count < settings.subscriptions else {
            report(TooManySubscriptions(), correlationID)
            answer(listen.refusal(correlationID: correlationID), &state, &group)
            return
        }
        let call = RunningCall(client, canAsk: false, limits: settings.callLimits)
        let open = StdioListen(call, NoticeQueue(interval: settings.noticeInterval))
        let number = state.listens.add(listen.requestID, open)
        if state.hasEnded { open.notices.end() }
        group.addTask {
            try await tell(listen, engine, open, correlationID)
            return .listenEnded(number)
        }
    }

    /// - Parameter message: nil if nobody knows whether it may be told; nil in it if it may not.
    private func tell(_ message: [UInt8]??, _ call: RunningCall?, _ correlationID: String) async throws {
        guard let message else {
            if !Task.isCancelled, call?.isStopped != true { report(TookTooLong(), correlationID) }
            return
        }
        if let message { try await output.write(message, of: call) }
    }

    /// One subscription from its acknowledgement to its end (SB2–SB9, I5).
    private func tell(_ listen: Listen, _ engine: ProtocolEngine<Caller>, _ open: StdioListen, _ correlationID: String) async throws {
        let call = open.call
        let listening = Listening()
        defer { listening.end() }
        let watching = Listening()
        defer { watching.end() }
        let subscribed = await open.work(for: settings.timeLimit) { [caller, principal, server] () -> Result<Subscription, any Error> in
            do {
                let subscription = try await engine.subscribe(listen, caller: caller, correlationID: correlationID)
                // Before anybody says that changes are told from now on, so that none is lost.
                try await watching.begin {
                    server.changes.watch(for: principal) { [notices = open.notices] notice in
                        for notice in subscription.told(by: notice) { notices.add(notice) }
                    }
                }
                if subscription.tellsOfResources {
                    try await listening.begin { try await engine.beginListening(caller: caller, principal: principal) }
                }
                return .success(subscription)
            } catch {
                return .failure(error)
            }
        }
        let subscription: Subscription
        switch subscribed ?? .failure(TookTooLong()) {
        case .success(let made):
            subscription = made
            observer?.listened(isOpen: true)
        case .failure(let error):
            observer?.listened(isOpen: false)
            if !call.isStopped { report(error, correlationID) }
            return try await output.write(listen.refusal(correlationID: correlationID), of: call)
        }
        try await output.write(subscription.acknowledgement, of: call)
        while let due = await open.notices.next() {
            for notice in due {
                let now = self.engine
                let message = await open.work(for: settings.noticeTimeLimit) { [caller] in
                    await now.message(for: notice, on: subscription, caller: caller, correlationID: correlationID)
                }
                try await tell(message, call, correlationID)
            }
        }
        // SB6; where the client ended it, both are dropped.
        try await output.write(subscription.cancellation, of: call)
        try await output.write(subscription.end, of: call)
    }
}

/// For the log: what has to be asked before a client may be told something took too long (B17).
struct TookTooLong: Error {}

/// For the log: a client opened more subscriptions than it may (SB5).
struct TooManySubscriptions: Error {}
