import APIClient
import Auth
import Testing
import ToolBridge

/// When a request is sent once more, and when not.
@Suite struct RepeatTests {
    private let time = TestTime()

    private func client(_ transport: ScriptedTransport, _ settings: APISettings = APISettings()) -> APIClient {
        APIClient(settings, transport: transport, clocks: time.clocks)
    }

    @Test func `identity § 9.1: a refused token is replaced once, and a second 401 is the end`() async throws {
        for refusal in [Result<APIResponse, TransportFault>.refusal(401, "unauthorized"), .json(401, "unauthorized")] {
            let transport = ScriptedTransport([refusal, .note, refusal, refusal, .note])
            let tokens = TokenSource("old", "new", "newer")
            let items = client(transport).items(tokens.credentials())
            #expect(await items.note().value != nil)
            #expect(transport.requests.map { $0.header("Authorization") } == ["Bearer old", "Bearer new"])
            #expect(tokens.refused == [nil, "old"])
            #expect(await items.note().error?.code == .unauthorized)
            #expect(transport.requests.count == 4)
        }
    }

    @Test func `The same token isn't sent twice, and one that only the tenant's proof spoils isn't replaced`() async throws {
        let transport = ScriptedTransport([
            .refusal(401, "unauthorized"), .refusal(401, "tenant_required"), .refusal(403, "tenant_forbidden"),
        ])
        let tokens = TokenSource("only")
        let items = client(transport).items(tokens.credentials())
        #expect(await items.note().error?.code == .unauthorized)
        #expect(await items.note().error?.code == .tenantRequired)
        #expect(await items.note().error?.code == .tenantForbidden)
        #expect(transport.requests.count == 3 && tokens.refused == [nil, "only", nil, nil])
    }

    @Test func `identity § 9.4: a session is made when the API wants one, kept for its owner, and made anew after a wipe`() async throws {
        let transport = ScriptedTransport([
            .json(428, "sync session required"), .session, .note, .note, .json(409, #"{"error":"epoch_mismatch","epoch":5}"#),
            .json(201, #"{"id":"s-2","createdAt":"2026-03-01T10:00:00Z","expiresAt":"2026-03-01T10:30:00Z","epoch":5}"#), .note, .note,
            .session,
            .note,
        ])
        let items = client(transport).items(TokenSource("t").credentials())
        for _ in 0..<3 { #expect(await items.note().value != nil) }
        #expect(await items.note().value != nil)
        let sessions = transport.requests.map { $0.header("X-Sync-Session") }
        #expect(sessions == [nil, nil, "s-1", "s-1", "s-1", nil, "s-2", "s-2"])
        #expect(transport.requests.map { $0.header("X-Sync-Epoch") } == [nil, nil, "4", "4", "4", nil, "5", "5"])
        #expect(transport.lines[1] == "POST /v1/sync/sessions" && transport.lines[5] == transport.lines[1])
        // A minute before its end it is over.
        time.advance(.seconds(29 * 60 + 1))
        #expect(await items.note().error != nil)
    }

    @Test func `A session that is refused again ends the call`() async throws {
        let transport = ScriptedTransport { request, _ in
            request.target == "/v1/sync/sessions" ? .session : .json(428, "no")
        }
        #expect(await client(transport).items(TokenSource("t").credentials()).note().error?.code == .sessionInvalid)
        #expect(transport.requests.count == 3)
    }

    @Test func `Many calls at once make one session`() async throws {
        let transport = ScriptedTransport { request, _ in
            if request.target == "/v1/sync/sessions" { return .session }
            return request.header("X-Sync-Session") == nil ? .json(428, "no") : .note
        }
        let items = client(transport).items(TokenSource("t").credentials())
        let count = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 { group.addTask { await items.note().value != nil } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(count == 20)
        #expect(transport.lines.filter { $0.hasSuffix("sessions") }.count == 1)
    }

    @Test func `A replacement for an API with sessions keeps the parent that it doesn't name`() async throws {
        let payloadBefore = #"{"parentType":"note","parentUid":"p","x":1}"#
        let old = #"{"uid":"\#(noteUID)","version":1,"updatedAt":"2026-03-01T10:00:00Z","payload":\#(payloadBefore)}"#
        let transport = ScriptedTransport { request, _ in
            if request.target == "/v1/sync/sessions" { return .session }
            if request.header("X-Sync-Session") == nil { return .json(428, "no") }
            return .json(200, old)
        }
        let items = client(transport).items(TokenSource("t").credentials())
        let payload = try Payload(parsing: Array(#"{"content":"new"}"#.utf8))
        let uid = try #require(UID(noteUID))
        for round in 1...2 {
            _ = try await items.mutate(uid, .comments, .replace(payload), expecting: nil, WriteContext(), of: .test)
            let last = try #require(transport.requests.last)
            #expect(last.method == "PUT" && last.header("X-Sync-Session") == "s-1")
            #expect(String(decoding: last.body, as: UTF8.self) == #"{"content":"new","parentType":"note","parentUid":"p"}"#)
            #expect(transport.requests.filter { $0.method == "PUT" }.count == round + 1)
        }
        await #expect(throws: ItemError.self) {
            try await items.list(.notes, ListQuery(filter: ItemFilter(status: "open")), of: .test)
        }
    }

    @Test func `A read is repeated after a lost connection, a write only where the API knows its key`() async throws {
        let info = Result<APIResponse, TransportFault>.json(200, #"{"features":["search","idempotency-key"]}"#)
        let read = ScriptedTransport([.failure(.broken), .note])
        #expect(await client(read).items(TokenSource("t").credentials()).note().value != nil)
        let write = ScriptedTransport([.failure(.broken), info, .note])
        #expect(await client(write).items(TokenSource("t").credentials()).makeNote().value != nil)
        #expect(write.lines == ["POST /v1/notes", "GET /v1/sync/info", "POST /v1/notes"])
        let keys = write.requests.compactMap { $0.header("Idempotency-Key") }
        #expect(keys.count == 2 && Set(keys).count == 1)
        let older = ScriptedTransport([.failure(.broken), .json(200, #"{"features":["search"]}"#), .note])
        let error = await client(older).items(TokenSource("t").credentials()).makeNote().error
        #expect(error?.code == .unavailable && error?.text == "the connection to the API was lost; whether it was done isn't known")
        #expect(older.lines == ["POST /v1/notes", "GET /v1/sync/info"])
    }

    @Test func `A repeated write whose first is still at work isn't called refused`() async throws {
        let info = Result<APIResponse, TransportFault>.json(200, #"{"features":["idempotency-key"]}"#)
        let transport = ScriptedTransport([.failure(.broken), info, .refusal(409, "idempotency_in_progress")])
        #expect(await client(transport).items(TokenSource("t").credentials()).makeNote().error?.code == .unavailable)
    }

    @Test func `A write whose answer was lost keeps its key also where a refusal of the repeat has another`() async throws {
        let info = Result<APIResponse, TransportFault>.json(200, #"{"features":["idempotency-key"]}"#)
        let transport = ScriptedTransport([.failure(.broken), info, .refusal(401, "unauthorized"), .note])
        #expect(await client(transport).items(TokenSource("old", "new").credentials()).makeNote().value != nil)
        let keys = transport.requests.compactMap { $0.header("Idempotency-Key") }
        #expect(keys.count == 3 && Set(keys).count == 1)
    }

    @Test(arguments: [TransportFault.tooSlow, .tooLarge, .cancelled])
    func `Nothing is repeated that may still be at work`(_ fault: TransportFault) async throws {
        let transport = ScriptedTransport([.failure(fault), .note])
        #expect(await client(transport).items(TokenSource("t").credentials()).makeNote().error?.code == .unavailable)
        #expect(transport.requests.count == 1)
    }

    @Test func `A batch is one request, whose results are taken apart again`() async throws {
        let results = #"""
            {"results":[{"status":201,"uid":"\#(noteUID)","version":1,"updatedAt":"2026-03-01T10:00:00Z","payload":{"title":"a"}},
            {"status":422,"error":"wrong type","code":"invalid_payload","field":"/payload/x","reason":"invalid_type"}]}
            """#
        let transport = ScriptedTransport([.json(200, results)])
        let items = client(transport).items(TokenSource("t").credentials())
        let payload = try Payload(parsing: Array(#"{"title": "a"}"#.utf8))
        let unreadable = ItemError.invalidUID(field: "uid")
        let uid = try #require(UID(noteUID))
        let outcomes = try await items.write(
            [
                .success(BatchOperation(.notes, .create(payload))), .failure(unreadable),
                .success(BatchOperation(.tasks, .mutate(uid, .patch(payload), expecting: .exactly(2)))),
            ],
            .independent,
            WriteContext(),
            of: .test
        )
        guard case .written(let item) = outcomes[0] else { throw unreadable }
        #expect(item.version == 1 && String(decoding: item.payload, as: UTF8.self) == #"{"title":"a"}"#)
        #expect(outcomes[1] == .refused(unreadable))
        let details: [ItemError.Detail] = [.init(.field, .string("/x")), .init(.reason, .string("invalid_type"))]
        #expect(outcomes[2] == .refused(ItemError(.invalidPayload, "wrong type", details)))
        #expect(
            transport.requests.map { String(decoding: $0.body, as: UTF8.self) } == [
                #"{"mode":"independent","operations":[{"op":"create","kind":"notes","payload":{"title": "a"}},"#
                    + #"{"op":"patch","kind":"tasks","uid":"\#(noteUID)","payload":{"title": "a"},"ifMatch":"\"2\""}]}"#
            ]
        )
    }

    @Test func `An API without batches gets the operations one by one, and none of those that want all or nothing`() async throws {
        let transport = ScriptedTransport { request, _ in request.target.hasPrefix("/v1/batch") ? .json(404, "404 page not found") : .note }
        let items = client(transport).items(TokenSource("t").credentials())
        let payload = try Payload(parsing: Array("{}".utf8))
        let operations: [Result<BatchOperation, ItemError>] = [
            .success(BatchOperation(.notes, .create(payload))), .success(BatchOperation(.notes, .create(payload))),
        ]
        #expect(try await items.write(operations, .independent, WriteContext(), of: .test).count == 2)
        #expect(transport.requests.count == 3)
        await #expect(throws: ItemError.self) { try await items.write(operations, .atomic, WriteContext(), of: .test) }
        #expect(transport.requests.count == 4)
    }
}
