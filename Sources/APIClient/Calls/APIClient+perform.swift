import Auth
import ToolBridge

extension APIClient {
    /// Asks the API for something: one request, and a repeat where the contract has one.
    ///
    /// Repeated, each once at most: with another token after a 401, within a session after a 428 or an `epoch_mismatch`, with the API's clock
    /// after a signature that came too late, and after a lost connection if nothing can be done twice by it.
    func perform(_ call: APICall, _ credentials: APICredentials) async -> APICallEnd {
        var attempt = Attempt(call, end: clocks.monotonic() + settings.requestLimit)
        do throws(ItemError) {
            attempt.token = try await token(credentials, refused: nil)
            while true {
                attempt.count += 1
                if call.takesSession { attempt.session = sessions.session(of: credentials.owner, at: clocks.monotonic()) }
                switch await send(&attempt, credentials) {
                case .failure(let fault):
                    guard await mayRepeat(after: fault, &attempt, credentials) else { throw .noAnswer(fault, isWrite: !call.isSafe) }
                case .success(let response) where (200..<300).contains(response.status):
                    return .answered(response)
                case .success(let response):
                    let refusal = APIRefusal(response)
                    guard try await mayRepeat(after: refusal, &attempt, credentials) else { return .refused(refusal.settled(attempt)) }
                    if attempt.hasMadeSession, call.endsWithSession { return .sessionMade }
                }
            }
        } catch {
            return .refused(APIRefusal(error))
        }
    }

    /// - Throws: What the attempt to make the repeat possible met.
    private func mayRepeat(
        after refusal: APIRefusal,
        _ attempt: inout Attempt,
        _ credentials: APICredentials
    ) async throws(ItemError) -> Bool {
        if refusal.wantsToken, attempt.once(.token) {
            guard let refused = attempt.token, let fresh = try await token(credentials, refused: refused) else { return false }
            guard !fresh.reveal().utf8.elementsEqual(refused.reveal().utf8) else { return false }
            attempt.token = fresh
        } else if attempt.call.takesSession, refusal.wantsSession, attempt.once(.session) {
            try await renewSession(&attempt, credentials)
        } else if attempt.call.takesSession, attempt.call.epoch == nil, refusal.wantsEpoch, attempt.once(.epoch) {
            try await renewSession(&attempt, credentials)
        } else if refusal.mayMeanClock, settings.tenants != nil, attempt.signedOffset != apiClock.offset, attempt.once(.clock) {
            // With the time of the answer's `Date`, which has been learnt.
        } else {
            return false
        }
        // A refusal may be remembered under its key. But where an answer was lost before, only the same key keeps it from being done twice.
        if !attempt.isRepeatedWrite { attempt.renewKey() }
        return true
    }

    /// - Throws: `unauthorized` if no request can have such a token; that isn't the API's fault, and must not look like it.
    private func token(_ credentials: APICredentials, refused: Secret?) async throws(ItemError) -> Secret? {
        guard let token = try await credentials.token(refused) else { return nil }
        guard token.reveal().utf8.allSatisfy({ (0x21...0x7e).contains($0) }) else { throw ItemError(.unauthorized, "unauthorized") }
        return token
    }

    private func renewSession(_ attempt: inout Attempt, _ credentials: APICredentials) async throws(ItemError) {
        _ = try await sessions.renewed(attempt.session, of: credentials.owner, clocks: clocks) { [self] in
            await openSession(credentials)
        }
        attempt.hasMadeSession = true
    }

    private func mayRepeat(after fault: TransportFault, _ attempt: inout Attempt, _ credentials: APICredentials) async -> Bool {
        switch fault {
        case .notSent:
            return attempt.once(.connection)
        case .broken:
            guard attempt.once(.connection) else { return false }
            if attempt.call.isSafe { return true }
            // A write is repeated only where the API knows it again by its key.
            guard attempt.key != nil, await remembersKeys(credentials.origin, until: attempt.end) else { return false }
            attempt.isRepeatedWrite = true
            return true
        case .tooSlow, .tooLarge, .cancelled:
            return false
        }
    }

    /// Whether the API says that it remembers answers by `Idempotency-Key`.
    private func remembersKeys(_ origin: APIRequestOrigin, until end: ContinuousClock.Instant) async -> Bool {
        let call = APICall(.info, "GET", "/v1/sync/info")
        let request = APIRequest(method: call.method, target: settings.basePath + call.target, headers: headers(origin))
        let limit = min(end - clocks.monotonic(), .seconds(5))
        guard limit > .zero else { return false }
        guard case .success(let response) = await self.attempt(call, request, within: limit, attempt: 1, requestID: origin.correlationID)
        else { return false }
        return response.status == 200 && response.offers("idempotency-key")
    }
}

extension APIClient {
    /// What a call knows from one attempt to the next.
    struct Attempt: Sendable {
        enum Reason: Hashable {
            case token, session, epoch, clock, connection
        }

        let call: APICall
        let end: ContinuousClock.Instant
        var count = 0
        var token: Secret?
        var session: APISession?
        var key: String?
        var hasMadeSession = false
        /// By how much the time that was signed last differs from this machine's.
        var signedOffset: Int64 = 0
        /// Whether it is a write that may have been carried out before.
        var isRepeatedWrite = false
        private var reasons: Set<Reason> = []

        init(_ call: APICall, end: ContinuousClock.Instant) {
            self.call = call
            self.end = end
            renewKey()
        }

        mutating func once(_ reason: Reason) -> Bool { reasons.insert(reason).inserted }

        mutating func renewKey() {
            if call.takesKey { key = UID.random().description }
        }
    }
}
