import APIClient
import Auth
import Testing
import ToolBridge

/// What one request has, and what becomes of its answer.
@Suite struct RequestTests {
    private let time = TestTime()

    private func client(_ transport: ScriptedTransport, _ settings: APISettings = APISettings()) -> APIClient {
        APIClient(settings, transport: transport, clocks: time.clocks)
    }

    @Test func `A read is one request with nothing but what belongs to it, and its payload comes byte for byte`() async throws {
        let transport = ScriptedTransport([.note])
        let origin = APIRequestOrigin(clientAddress: "192.0.2.7", correlationID: "c-1", traceparent: "00-a-b-01", baggage: "k=v")
        let items = client(transport).items(TokenSource("t-1").credentials(origin: origin))
        let note = try #require(await items.note().value)
        #expect(String(decoding: note.payload, as: UTF8.self) == #"{"title":"Milk", "n":1.0}"#)
        #expect(note.version == 3 && note.updatedAt.milliseconds == 1_772_359_200_000 && note.deletedAt == nil)
        #expect(transport.lines == ["GET /v1/notes/\(noteUID)"])
        let names = transport.requests.first?.headers.map(\.name)
        #expect(
            names == [
                "User-Agent", "Accept", "X-Forwarded-For", "X-Correlation-ID", "traceparent", "baggage", "Authorization", "X-TB-Tenant-ID",
            ]
        )
        #expect(transport.requests.first?.header("authorization") == "Bearer t-1")
    }

    @Test func `What no request can have is left out, and costs nobody else the API`() async throws {
        let transport = ScriptedTransport([.note])
        let client = client(transport)
        let origin = APIRequestOrigin(correlationID: "c-1", tracestate: "a\r\nX-B: 1", baggage: "a\u{0}")
        #expect(await client.items(TokenSource("t").credentials(origin: origin)).note().value != nil)
        #expect(transport.requests.first?.headers.map(\.name).contains { ["tracestate", "baggage"].contains($0) } == false)
        for token in ["a b", "a\r\nX-B: 1", "ü", "a\u{0}"] {
            for _ in 0..<3 { #expect(await client.items(TokenSource(token).credentials()).note().error?.code == .unauthorized) }
        }
        #expect(transport.requests.count == 1 && !client.isCut)
    }

    @Test func `Every write has a key of its own, and a body without a copy of anything else`() async throws {
        let transport = ScriptedTransport([.note, .note, .note, .note, .note, .note])
        let items = client(transport).items(TokenSource("t").credentials())
        let uid = try #require(UID(noteUID))
        let payload = try Payload(parsing: Array(#"{"a":1.00}"#.utf8))
        let action = try #require(ItemKind.notes.actions.first { $0.name == "pin" })
        let mutations: [Mutation] = [.replace(payload), .patch(payload), .mergePatch(payload), .delete, .archive, .process(action)]
        for mutation in mutations {
            _ = try await items.mutate(uid, .notes, mutation, expecting: .exactly(5), WriteContext(), of: .test)
        }
        let path = "/v1/notes/\(noteUID)"
        #expect(
            transport.lines == [
                "PUT \(path)", "PATCH \(path)", "PATCH \(path)", "DELETE \(path)", "POST \(path)/archive", "POST \(path)/process",
            ]
        )
        let bodies = transport.requests.map { String(decoding: $0.body, as: UTF8.self) }
        #expect(bodies == [#"{"a":1.00}"#, #"{"a":1.00}"#, #"{"a":1.00}"#, "", "", #"{"action":"pin"}"#])
        #expect(transport.requests.map { $0.header("If-Match") } == Array(repeating: #""5""#, count: 6))
        #expect(
            transport.requests.map { $0.header("Content-Type") } == [
                "application/json", "application/json", "application/merge-patch+json", nil, nil, "application/json",
            ]
        )
        #expect(Set(transport.requests.map { $0.header("Idempotency-Key") ?? "" }).count == 6)
    }

    @Test func `T-7 credentials serve their owner alone`() async throws {
        let transport = ScriptedTransport([.note])
        let items = client(transport).items(TokenSource("t").credentials(Owner(tenant: "tenant", subject: "other")))
        #expect(await items.note().error?.code == .unauthorized)
        #expect(transport.requests.isEmpty)
    }

    @Test func `What the API refuses is refused in its words, with all that it says`() async throws {
        let details = #""uid":"u","expected":3,"actual":5,"new":{}"#
        let body = #"{"error":"version mismatch: expected 3, actual 5","code":"version_mismatch",\#(details)}"#
        let transport = ScriptedTransport([.json(412, body)])
        let error = await client(transport).items(TokenSource("t").credentials()).note().error
        #expect(
            error
                == ItemError(
                    .versionMismatch,
                    "version mismatch: expected 3, actual 5",
                    [.init(.uid, .string("u")), .init(.expected, .integer(3)), .init(.actual, .integer(5))]
                )
        )
    }

    @Test func `tools § 1.4: an API that names no code means what its status says`() async throws {
        for (status, code, body, text) in [
            (400, ItemError.Code.invalidRequest, "bad things", "bad things"),
            (403, .tenantForbidden, #"{"error":"forbidden"}"#, "forbidden"),
            (404, .notFound, "note not found\n", "note not found"), (410, .deleted, "gone", "gone"),
            (412, .versionMismatch, #"{"error":"no"}"#, "no"), (418, .invalidRequest, "tea", "tea"),
            (429, .rateLimited, "slow down", "slow down"), (500, .unavailable, "panic at https://internal", "the API failed, try again"),
            (502, .unavailable, "<html>nginx</html>", "the API failed, try again"),
            (302, .unavailable, "elsewhere", "the API's answer can't be read"),
            (404, .notFound, "see http://internal:8080/x", "the API refused this (404)"),
            (403, .tenantForbidden, "<b>", "the API refused this (403)"),
        ] {
            let transport = ScriptedTransport([.json(status, body, [("Location", "http://elsewhere/")])])
            let error = await client(transport).items(TokenSource("t").credentials()).note().error
            #expect(error?.code == code && error?.text == text, "\(status) \(body) \(String(describing: error))")
            #expect(transport.requests.count == 1, "\(status)")
        }
    }

    @Test func `A refused rate says when to come again, and nothing is repeated`() async throws {
        let transport = ScriptedTransport([.json(429, "{}", [("Retry-After", "7")]), .refusal(503, "unavailable")])
        let items = client(transport).items(TokenSource("t").credentials())
        #expect(await items.note().error?.details == [.init(.retryAfter, .integer(7))])
        #expect(await items.makeNote().error?.code == .unavailable)
        #expect(transport.requests.count == 2)
    }

    @Test(arguments: [
        "", "null", "[]", "{}", #"{"uid":"x","version":1,"updatedAt":"2026-03-01T10:00:00Z","payload":{}}"#,
        #"{"uid":"c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f","version":1,"updatedAt":"2026-03-01T10:00:00Z","payload":[]}"#,
        #"{"uid":"c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f","version":"1","updatedAt":"2026-03-01T10:00:00Z","payload":{}}"#,
        #"{"uid":"c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f","version":1,"updatedAt":"x","payload":{}}"#, "\u{0}", "{\"uid\":",
    ])
    func `What isn't an item is no item`(_ body: String) async throws {
        let items = client(ScriptedTransport([.json(200, body)])).items(TokenSource("t").credentials())
        #expect(await items.note().error == ItemError(.unavailable, "the API's answer can't be read"))
    }

    @Test func `Lists say what they want in the query, escaped`() async throws {
        let page = #"{"items":[],"nextCursor":"n"}"#
        let transport = ScriptedTransport([.json(200, page), .json(200, page), .json(200, #"{"hits":[],"hasMore":true,"complete":false}"#)])
        let items = client(transport, APISettings(basePath: "/base")).items(TokenSource("t").credentials())
        let filter = ItemFilter(parentUID: UID(noteUID), parentKind: .notes, status: "ä &", updatedSince: Timestamp(milliseconds: 0))
        let query = ListQuery(limit: 3, cursor: "c", direction: .newestChangeFirst, includeDeleted: true, filter: filter, maximumBytes: 9)
        #expect(try await items.list(.comments, query, of: .test).nextCursor == "n")
        _ = try await items.recent(RecentQuery(kinds: [.tasks, .notes], limit: 4, includeDeleted: false), of: .test)
        let found = try await items.search(SearchQuery("milk \"and\" bread", limit: 2), of: .test)
        #expect(found.hasMore && !found.isComplete)
        #expect(
            transport.lines == [
                "GET /base/v1/comments?limit=3&cursor=c&order=desc&includeDeleted=true&parentUid=\(noteUID)&parentKind=notes"
                    + "&status=%C3%A4%20%26&updatedSince=1970-01-01T00%3A00%3A00.000Z&maxBytes=9",
                "GET /base/v1/recent?kinds=notes,tasks&limit=4", "GET /base/v1/search?q=milk%20%22and%22%20bread&limit=2",
            ]
        )
    }
}
