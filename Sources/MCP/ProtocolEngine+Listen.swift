import JSON

extension ProtocolEngine {
    /// Accepts a listen: leaves out what isn't offered and what the caller may not read (SB2, SB8).
    ///
    /// - Throws: What looking at the caller's rights throws.
    public func subscribe(_ listen: Listen, caller: Caller, correlationID: String) async throws -> Subscription {
        let offer = definition.published.offer
        var honoured = listen.filter
        honoured.toolList = honoured.toolList && offer.contains(.toolChanges)
        honoured.promptList = honoured.promptList && offer.contains(.promptChanges)
        honoured.resourceList = honoured.resourceList && offer.contains(.resourceChanges)
        honoured.resources = []
        let context = context(of: listen, caller, correlationID)
        for uri in listen.filter.resources {
            if try await mayWatch(uri, context) { honoured.resources.append(uri) }
        }
        honoured.tasks = []
        for id in listen.filter.tasks where offer.contains(.tasks) {
            if try await definition.tasks?.find(id, of: listen.peer.principal) != nil { honoured.tasks.append(id) }
        }
        return Subscription(
            listen,
            honouring: honoured,
            resultMeta: definition.published.resultMeta,
            canonical: definition.subscriptions?.canonical ?? { $0 }
        )
    }

    /// Says that a stream is about to open on which this caller may be told of resources.
    ///
    /// - Returns: What is to be called, once, when the stream has ended; nil if nobody needs to know.
    /// - Throws: What the server's author throws: then there must be no stream.
    public func beginListening(caller: Caller, principal: Principal) async throws -> (@Sendable () -> Void)? {
        try await definition.subscriptions?.listening?(caller, principal)
    }

    /// What a stream of 2026-07-28 says for a notice that its subscription wants; nil if the caller may not know it any more (SB7).
    public func message(for notice: ChangeNotice, on subscription: Subscription, caller: Caller, correlationID: String) async -> [UInt8]? {
        if case .resource(let uri) = notice.subject {
            guard (try? await mayWatch(uri, context(of: subscription.listen, caller, correlationID))) == true else { return nil }
        }
        if case .task(let id) = notice.subject {
            return await message(forTask: id, on: subscription)
        }
        return message(for: notice) { subscription.meta(to: &$0) }
    }

    /// What a legacy session is told; nil if it may not know it.
    ///
    /// Which resources a session watches is remembered by the transport, and looked up before this is called.
    public func message(
        for notice: ChangeNotice,
        to session: Session,
        of principal: Principal,
        caller: Caller,
        correlationID: String
    ) async -> [UInt8]? {
        if let wanted = notice.principal, wanted != principal { return nil }
        if case .resource(let uri) = notice.subject {
            let context = RequestContext(
                caller: caller,
                clientCapabilities: session.clientCapabilities,
                revision: session.revision,
                correlationID: correlationID
            )
            guard (try? await mayWatch(uri, context)) == true else { return nil }
        }
        return message(for: notice, meta: nil)
    }

    /// Whether this caller may be told when a resource changes (RS6, SB2).
    func mayWatch(_ uri: String, _ context: RequestContext<Caller>) async throws -> Bool {
        guard let subscriptions = definition.subscriptions else { return false }
        return try await subscriptions.mayWatch(context, uri)
    }

    private func context(of listen: Listen, _ caller: Caller, _ correlationID: String) -> RequestContext<Caller> {
        RequestContext(
            caller: caller,
            client: listen.peer.client,
            clientCapabilities: listen.peer.capabilities,
            revision: .v2026_07_28,
            correlationID: correlationID
        )
    }

    /// The whole task as `tasks/get` would give it (TK10); nil if it is gone.
    private func message(forTask id: String, on subscription: Subscription) async -> [UInt8]? {
        guard let task = try? await definition.tasks?.find(id, of: subscription.listen.peer.principal) else { return nil }
        return Notification.message("notifications/tasks") { writer in
            subscription.meta(to: &writer)
            task.write(to: &writer)
        }
    }

    /// - Returns: nil for what isn't offered, for tasks, and for what concerns many addresses.
    private func message(for notice: ChangeNotice, meta: ((inout JSONWriter) -> Void)?) -> [UInt8]? {
        let offer = definition.published.offer
        let (method, need): (String, Offer)
        switch notice.subject {
        case .toolList: (method, need) = ("notifications/tools/list_changed", .toolChanges)
        case .promptList: (method, need) = ("notifications/prompts/list_changed", .promptChanges)
        case .resourceList: (method, need) = ("notifications/resources/list_changed", .resourceChanges)
        case .resource: (method, need) = ("notifications/resources/updated", .subscriptions)
        case .everyResource, .task: return nil
        }
        guard offer.contains(need) else { return nil }
        guard case .resource(let uri) = notice.subject else { return Notification.message(method, params: meta) }
        return Notification.message(method) { writer in
            meta?(&writer)
            writer.member("uri", uri)
        }
    }
}
