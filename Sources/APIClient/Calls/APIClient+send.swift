import Auth
import JSON
import ToolBridge

extension APIClient {
    /// Sends a call once.
    func send(_ attempt: inout Attempt, _ credentials: APICredentials) async -> Result<APIResponse, TransportFault> {
        let call = attempt.call
        var request = APIRequest(method: call.method, target: settings.basePath + call.target, body: call.body)
        request.headers = headers(credentials.origin)
        let authorization = attempt.token.map { "Bearer " + $0.reveal() }
        if let authorization { request.headers.append(("Authorization", authorization)) }
        if let type = call.contentType { request.headers.append(("Content-Type", type)) }
        if let condition = call.ifMatch { request.headers.append(("If-Match", condition)) }
        if let key = attempt.key { request.headers.append(("Idempotency-Key", key)) }
        if let session = attempt.session { request.headers.append(("X-Sync-Session", session.id)) }
        if let epoch = call.epoch ?? attempt.session?.epoch { request.headers.append(("X-Sync-Epoch", "\(epoch)")) }
        if call.provesTenant, !credentials.owner.tenant.isEmpty {
            await settleClock(credentials.origin)
            attempt.signedOffset = apiClock.offset
            request.headers += tenantHeaders(credentials.owner.tenant, request, authorization, offset: attempt.signedOffset)
        }
        let limit = attempt.end - clocks.monotonic()
        guard limit > .zero else { return .failure(.tooSlow) }
        return await self.attempt(call, request, within: limit, attempt: attempt.count, requestID: credentials.origin.correlationID)
    }

    /// Sends a request as it is, and learns from what becomes of it.
    func attempt(
        _ call: APICall,
        _ request: APIRequest,
        within limit: Duration,
        attempt: Int,
        requestID: String?
    ) async -> Result<APIResponse, TransportFault> {
        let begin = clocks.monotonic()
        let sent = clocks.wall()
        // After a sleep of the machine its connections are dead, and its clock is anything.
        if apiClock.hasJumped(wall: sent, monotonic: begin) { transport.forgetConnections() }
        let result: Result<APIResponse, TransportFault>
        guard call.operation == .health || breaker.admits(at: begin) else {
            return .failure(.notSent)
        }
        do throws(TransportFault) {
            result = .success(try await transport.send(request, within: limit))
        } catch {
            result = .failure(error)
        }
        let end = clocks.monotonic()
        switch result {
        case .success(let response):
            breaker.answered()
            if settings.tenants != nil { apiClock.learn(response.header("Date"), sent: sent, received: clocks.wall()) }
        case .failure(.cancelled), .failure(.tooLarge): break
        case .failure: breaker.failed(at: end)
        }
        report(
            UpstreamEvent(
                operation: call.operation,
                method: request.method,
                result: result.map(\.status),
                duration: end - begin,
                attempt: attempt,
                requestID: requestID
            )
        )
        return result
    }

    /// What every request has.
    func headers(_ origin: APIRequestOrigin) -> [(name: String, value: String)] {
        [("User-Agent", settings.userAgent), ("Accept", "application/json")] + origin.headers
    }

    /// While nobody knows how far this machine's clock is off, the API is asked before anything is signed: once for all who wait.
    ///
    /// An API that hasn't been reached lately isn't asked: what is let through to it brings its time along.
    private func settleClock(_ origin: APIRequestOrigin) async {
        guard settings.tenants != nil else { return }
        if apiClock.hasJumped(wall: clocks.wall(), monotonic: clocks.monotonic()) { transport.forgetConnections() }
        guard apiClock.isDoubtful, !breaker.isOpen else { return }
        _ = await settling.value(for: 0) { [self] in
            let call = APICall(.health, "GET", "/healthz")
            let request = APIRequest(method: call.method, target: settings.basePath + call.target, headers: headers(origin))
            return (try? await attempt(call, request, within: .seconds(2), attempt: 1, requestID: origin.correlationID).get()) != nil
        }
    }

    private func tenantHeaders(
        _ tenant: String,
        _ request: APIRequest,
        _ authorization: String?,
        offset: Int64
    ) -> [(name: String, value: String)] {
        let plain = [(name: "X-TB-Tenant-ID", value: tenant)]
        guard let signer = settings.tenants else { return plain }
        let body = request.body
        let signed = SignedRequest(
            method: request.method,
            target: request.target,
            authorization: authorization,
            tenant: tenant,
            body: { body }
        )
        // What can't be signed is sent without a signature, and the API says what it thinks of that.
        guard let made = try? signer.headers(signed, at: Timestamp(milliseconds: clocks.wall() &+ offset)) else { return plain }
        var headers = plain
        headers.append(("X-TB-Timestamp", made.timestamp))
        if let nonce = made.nonce { headers.append(("X-TB-Nonce", nonce)) }
        headers.append(("X-TB-Signature", made.signature))
        return headers
    }
}

extension APIResponse {
    /// Whether the answer of `GET /v1/sync/info` lists a feature.
    func offers(_ feature: String) -> Bool {
        guard let info = try? JSONValue(parsing: body) else { return false }
        return info["features"]?.elements.contains { $0.string.map { $0.utf8.elementsEqual(feature.utf8) } ?? false } ?? false
    }
}
