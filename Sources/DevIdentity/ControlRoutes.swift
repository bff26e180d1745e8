import HTTPServer
import HTTPTypes
import JSON
import NIOCore
import ToolBridge

/// How tests and people tell the provider what to do: `/dev/…`.
struct ControlRoutes: Sendable {
    let state: DevState

    var all: [Route<DevVisitor>] {
        [
            route(.get, "/dev/token", token),
            route(.post, "/dev/mint", mint),
            route(.put, "/dev/memberships") { try memberships($0, of: nil) },
            route(.put, "/dev/memberships/{user}") { try memberships($0, of: $0.pathParameter("user")) },
            route(.put, "/dev/workos", workOS),
            route(.put, "/dev/failures", failures),
            route(.post, "/dev/rotate", rotate),
            route(.put, "/dev/keys", keys),
            route(.put, "/dev/jwks") { request in
                state.change { $0.keys.document = Array(request.body.readableBytesView) }
                return .empty(.noContent)
            },
            route(.delete, "/dev/jwks") { _ in
                state.change { $0.keys.document = nil }
                return .empty(.noContent)
            },
            route(.put, "/dev/settings", settings),
            route(.get, "/dev/requests") { _ in .json(.ok, state.now.requests.json()) },
            route(.delete, "/dev/requests") { _ in
                state.change { $0.requests = RequestLog() }
                return .empty(.noContent)
            },
        ]
    }

    private func route(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: @escaping @Sendable (IncomingRequest) throws -> Answer
    ) -> Route<DevVisitor> {
        Route(.only(method), path, label: path, .open { try body($0) })
    }

    // MARK: Tokens

    /// `?sub=alice&aud=…&scope=…&lifetime=3600&algorithm=ES256`, all of them optional; the token as text.
    @Sendable private func token(_ request: IncomingRequest) throws -> Answer {
        let facts = state.now
        let lifetime = try request.queryParameter("lifetime").map { Int64($0) } ?? facts.lifetime
        guard let lifetime else { throw Problem.invalidParameter("lifetime", "lifetime is in seconds") }
        let algorithm = try request.queryParameter("algorithm") ?? "RS256"
        guard let key = facts.keys.current(algorithm) else {
            throw Problem.invalidParameter("algorithm", "algorithm must be RS256 or ES256")
        }
        let draft = TokenDraft(
            facts,
            subject: try request.queryParameter("sub") ?? facts.user,
            audience: try request.queryParameter("aud").map { JSONValue($0) },
            scope: try request.queryParameter("scope"),
            lifetime: lifetime
        )
        return .text(.ok, try draft.signed(by: key))
    }

    /// The usual token, but for what is given; null leaves something out.
    ///
    /// `{"claims":{…},"header":{…},"kid":"…","algorithm":"ES256","secret":"…"}`
    @Sendable private func mint(_ request: IncomingRequest) throws -> Answer {
        let facts = state.now
        let body = try object(request)
        var draft = TokenDraft(facts, subject: facts.user, audience: nil, scope: nil, lifetime: facts.lifetime)
        for member in (body["claims"] ?? .null).members { draft.setClaim(member.key, member.value) }
        for member in (body["header"] ?? .null).members { draft.setHeader(member.key, member.value) }
        let token: String
        if let secret = body["secret"]?.string {
            token = draft.signed(secret: secret)
        } else {
            let key = body["kid"]?.string.map { facts.keys.key($0) } ?? facts.keys.current(body["algorithm"]?.string ?? "RS256")
            guard let key else { throw Problem.invalidRequest("there is no such key", field: "kid") }
            token = try draft.signed(by: key)
        }
        var writer = JSONWriter(reserving: 1024)
        writer.object { $0.member("token", token) }
        return .json(.ok, writer.bytes)
    }

    // MARK: Keys

    /// New keys sign from now on.
    ///
    /// `{"announce":true}` before publishes them only. `{"overlap":false}` takes the older ones off the key set at once, `{"retire":true}` later.
    @Sendable private func rotate(_ request: IncomingRequest) throws -> Answer {
        let body = try object(request)
        try state.change { facts in
            if body["announce"]?.boolean == true {
                try facts.keys.announce()
            } else if body["retire"]?.boolean == true {
                facts.keys.retire()
            } else {
                try facts.keys.rotate(overlap: body["overlap"]?.boolean ?? true)
            }
        }
        return .empty(.noContent)
    }

    /// `{"keys":[…]}`: public keys of somebody's own, published beside the provider's.
    @Sendable private func keys(_ request: IncomingRequest) throws -> Answer {
        guard let keys = try object(request)["keys"], keys.kind == .array else {
            throw Problem.invalidRequest("keys are missing", field: "keys")
        }
        state.change { $0.keys.guests = keys.elements.map { Array($0.bytes) } }
        return .empty(.noContent)
    }

    // MARK: WorkOS

    private func memberships(_ request: IncomingRequest, of user: String?) throws -> Answer {
        let values = try object(request)["memberships"].map { Array($0.elements) } ?? []
        guard state.change({ $0.memberships.replace(values, of: user) }) else {
            throw Problem.invalidRequest("a membership has a user and an organization", field: "memberships")
        }
        return .empty(.noContent)
    }

    /// `{"keys":["sk_new"],"names":false}`: which keys the API takes, and whether memberships say their organization's name.
    @Sendable private func workOS(_ request: IncomingRequest) throws -> Answer {
        let body = try object(request)
        state.change { facts in
            if let keys = body["keys"] { facts.memberships.keys = keys.elements.compactMap(\.string) }
            if let says = body["names"]?.boolean { facts.memberships.saysNames = says }
        }
        return .empty(.noContent)
    }

    // MARK: Behaviour

    /// `{"jwks":{"mode":"down"},"workos":null}`: how surfaces fail from now on; null, and an absent one, is well again.
    @Sendable private func failures(_ request: IncomingRequest) throws -> Answer {
        var failures: [Surface: Failure] = [:]
        for member in try object(request).members where !member.value.isNull {
            guard let surface = Surface(rawValue: member.key), let failure = Failure(member.value) else {
                throw Problem.invalidRequest("no such surface, or no such mode", field: member.key)
            }
            failures[surface] = failure
        }
        state.change { $0.failures = failures }
        return .empty(.noContent)
    }

    /// `{"user":"bob","lifetime":60}`: who is signed in, and how many seconds an access token lives.
    @Sendable private func settings(_ request: IncomingRequest) throws -> Answer {
        let body = try object(request)
        state.change { facts in
            if let user = body["user"]?.string { facts.user = user }
            if let lifetime = body["lifetime"]?.integer { facts.lifetime = lifetime.clamped }
        }
        return .empty(.noContent)
    }

    private func object(_ request: IncomingRequest) throws(Problem) -> JSONValue {
        do {
            let value = try JSONValue(parsing: Array(request.body.readableBytesView))
            guard value.kind == .object else { throw Problem.invalidRequest("the body must be a JSON object") }
            return value
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem.invalidRequest("the body must be a JSON object")
        }
    }
}

extension Int64 {
    /// Within 10^12 either way, so that a time plus it is a time.
    var clamped: Int64 { Swift.min(Swift.max(self, -1_000_000_000_000), 1_000_000_000_000) }
}
