import Auth
import HTTPServer
import HTTPTypes
import NIOCore
package import ToolBridge

/// Makes routes on an owner's data: each with the checks that stand before its handler, always in the same order.
package struct DataRoutes: Sendable {
    /// Whether a request must name a sync session.
    ///
    /// One that is named is always checked.
    enum SessionRule: Sendable {
        case required, optional
        /// The route is about sessions themselves.
        case ignored
    }

    /// Whether a request must name its epoch.
    enum EpochRule: Sendable {
        /// A missing one counts as wrong.
        case required
        /// One that is sent is checked, and so is the session's where none is sent.
        case optional
        /// Checked only if it is sent.
        case sent
        /// Never checked: who asks wants to learn it.
        case ignored
    }

    let items: any ItemService
    let sync: any SyncService

    package init(items: any ItemService, sync: any SyncService) {
        self.items = items
        self.sync = sync
    }

    /// - Parameters:
    ///   - rights: What a token must allow whose scopes limit it.
    ///   - label: The route in logs and metrics.
    ///   - isRepeatable: Whether an `Idempotency-Key` is taken.
    func route(
        _ method: HTTPRequest.Method,
        _ template: String,
        _ rights: DataRights,
        label: String? = nil,
        session: SessionRule = .optional,
        epoch: EpochRule = .optional,
        isRepeatable: Bool = false,
        bodyLimit: Int = Limits.payloadBytes,
        limits: LimitGroup = .data,
        mayTakeLong: Bool = false,
        describe: (@Sendable () -> OperationDescription)? = nil,
        _ handler: @escaping @Sendable (DataRequest) async throws -> Answer
    ) -> Route<Caller> {
        let described: (@Sendable () -> OperationDescription)? = describe.map { describe in
            { @Sendable in describe().checked(rights, session, epoch, isRepeatable: isRepeatable) }
        }
        return Route(
            .only(method),
            template,
            label: label ?? template,
            bodyLimit: bodyLimit,
            limits: limits,
            scope: rights.description,
            mayTakeLong: mayTakeLong,
            describe: described,
            .admitted { request, caller in
                try await refusing {
                    guard let owner = caller.owner else { throw Problem.tenantRequired }
                    try rights.check(caller.principal, request)
                    let repeatable = isRepeatable ? request.repeatable : nil
                    // Before the session, which the request itself may have ended.
                    if case .success(let repeatable?) = repeatable {
                        do throws(ItemError) {
                            if let recorded = try await items.recordedAnswer(to: repeatable, of: owner) {
                                return { recorded.answer(correlationID: request.correlationID) }
                            }
                        } catch  where error.code == .idempotencyMismatch {
                            // It costs its caller what other refusals do.
                            return { throw Problem(error) }
                        }
                    }
                    let opened = try await self.session(of: request, owner, session)
                    return {
                        try await refusing {
                            let epoch = try await self.epoch(of: request, owner, opened, epoch)
                            let data = DataRequest(
                                request: request,
                                caller: caller,
                                owner: owner,
                                epoch: epoch,
                                repeatable: try repeatable?.get() ?? nil
                            )
                            do {
                                return try await handler(data)
                            } catch let refusal as ItemError where refusal.code == .idempotencyInProgress {
                                // A twin was faster: its answer is this request's too.
                                guard let twin = data.repeatable, let recorded = try await items.recordedAnswer(to: twin, of: data.owner)
                                else { throw refusal }
                                return recorded.answer(correlationID: request.correlationID)
                            }
                        }
                    }
                }
            }
        )
    }

    /// - Throws: `session_required`, `session_invalid`, `session_forbidden`, `unavailable`.
    private func session(of request: IncomingRequest, _ owner: Owner, _ rule: SessionRule) async throws(ItemError) -> OpenedSession? {
        guard rule != .ignored else { return nil }
        guard let text = request.header(.syncSession) else {
            if rule == .required { throw .sessionRequired }
            return nil
        }
        guard let id = UID(text) else { throw .sessionInvalid }
        do {
            return try await sync.session(id, of: owner)
        } catch  where error.code == .sessionNotFound {
            throw .sessionInvalid
        }
    }

    /// The epoch that the request is meant for, if it says so by a header or through its sync session.
    ///
    /// - Throws: `epoch_mismatch`, `unavailable`.
    private func epoch(
        of request: IncomingRequest,
        _ owner: Owner,
        _ opened: OpenedSession?,
        _ rule: EpochRule
    ) async throws(ItemError) -> Int64? {
        let text = request.header(.syncEpoch)
        switch rule {
        case .ignored: return nil
        case .sent where text == nil: return nil
        case .optional where text == nil && opened == nil: return nil
        case .required, .optional, .sent: break
        }
        let current: Int64
        if let opened { current = opened.state.epoch } else { current = try await sync.state(of: owner)?.epoch ?? 1 }
        let meant: Int64?
        if let text {
            meant = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(text) : nil
        } else {
            meant = rule == .required ? nil : opened?.session.epoch
        }
        guard meant == current else { throw .epochMismatch(current) }
        return current
    }
}

/// A service's refusal becomes HTTP's; what is a fault of ours goes on to the log.
func refusing<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
        return try await body()
    } catch let refusal as ItemError where refusal.code != .internalError {
        throw Problem(refusal)
    }
}

extension IncomingRequest {
    /// The request's name for being sent again; `nil` without an `Idempotency-Key`.
    fileprivate var repeatable: Result<RepeatableRequest?, ItemError> {
        guard let key = header(.idempotencyKey) else { return .success(nil) }
        guard (1...255).contains(key.utf8.count), key.utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else {
            return .failure(
                .invalidRequest(field: "Idempotency-Key", "Idempotency-Key must be 1 to 255 visible ASCII characters")
            )
        }
        let parts: [[UInt8]] = [
            Array(method.rawValue.utf8), Array(target.utf8), Array((header(.contentType) ?? "").utf8), Array((header(.ifMatch) ?? "").utf8),
            Array(buffer: body),
        ]
        return .success(RepeatableRequest(key: key, fingerprint: Fingerprint.of(parts)))
    }
}
