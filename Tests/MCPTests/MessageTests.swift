import JSON
import MCP
import Testing

/// W9 to W12, W50 to W66 and batches.
@Suite("Messages that aren't one, other methods, batches")
struct MessageTests {
    private let server: TestServer

    init() throws {
        server = try TestServer()
    }

    @Test(
        "W9 what is not JSON is -32700",
        arguments: [
            "", " ", "{", "{\"jsonrpc\":\"2.0\",}", "\u{FEFF}{}", "{} {}", #"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#, "nul",
            #"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":{"b":1,"b":2}}}"#, #"{"jsonrpc":"2.0","id":1,"method":"tools/\u0000"}"#,
            #"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"arguments":{"a":"\u0000"}}}"#,
            #"{"jsonrpc":"2.0","id":"\ud800","method":"ping"}"#,
            String(repeating: "[", count: 101) + String(repeating: "]", count: 101), String(repeating: "[", count: 100_000),
        ]
    )
    func notJSON(body: String) async throws {
        let reply = try await server.send(.post(body))
        #expect(reply.status == 400)
        #expect(reply.code == -32700)
        #expect(reply.message?["id"] == nil, "B6 the revision is unknown")
    }

    @Test("W9 bytes that aren't UTF-8 are -32700")
    func notUTF8() async throws {
        var message = HTTPMessage.post("")
        message.body = Array(#"{"jsonrpc":"2.0","id":1,"method":""#.utf8) + [0xC0, 0x80] + Array("\"}".utf8)
        #expect(try await server.send(message).code == -32700)
    }

    @Test("W9 100 levels are fine")
    func deep() async throws {
        // The message, params, arguments and text are four of them.
        let deep = String(repeating: "[", count: 97) + String(repeating: "]", count: 97)
        let reply = try await server.send(.post(call("free", #"{"a":\#(deep)}"#)))
        #expect(reply.text == #"{"a":\#(deep)}"#)
        #expect(try await server.send(.post(call("free", #"{"a":[\#(deep)]}"#))).code == -32700)
    }

    @Test("B6 the form of an id that couldn't be read follows the revision")
    func unreadable() async throws {
        for revision in Revision.allCases {
            let expected: JSONValue? = revision <= .v2025_06_18 ? .some(.null) : .none
            for body in ["{", "[]", "[5", "5", #"{"jsonrpc":"2.0","id":{},"method":"x"}"#] {
                let byHeader = try await server.send(.post(body, version: [revision.description]))
                #expect(byHeader.status == 400)
                #expect(byHeader.message?["id"] == expected, "\(revision) \(body)")
                guard revision.isLegacy else { continue }
                let bySession = try await server.send(.post(body, session: [try await server.session(revision)]))
                #expect(bySession.status == 400)
                #expect(bySession.message?["id"] == expected, "\(revision) \(body)")
            }
        }
    }

    @Test("W11 what is neither object nor array is -32600", arguments: [#""x""#, "5", "null", "true", "[]"])
    func scalars(body: String) async throws {
        let reply = try await server.send(.post(body))
        #expect(reply.status == 400)
        #expect(reply.code == -32600)
    }

    @Test(
        "W12 what is no valid message is -32600, with the id if it could be read",
        arguments: [
            (#"{}"#, false), (#"{"id":1,"method":"ping"}"#, true), (#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, true),
            (#"{"jsonrpc":2.0,"id":1,"method":"ping"}"#, true), (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, false),
            (#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, false), (#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, false),
            (#"{"jsonrpc":"2.0","id":1,"method":5}"#, true), (#"{"jsonrpc":"2.0","id":1,"method":null}"#, true),
            (#"{"jsonrpc":"2.0","id":1}"#, true),
            (#"{"jsonrpc":"2.0","id":1,"result":{},"error":{}}"#, true), (#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#, true),
            (#"{"jsonrpc":"2.0","result":{}}"#, false), (#"{"jsonrpc":"2.0","id":null,"error":{}}"#, false),
        ]
    )
    func malformed(body: String, hasID: Bool) async throws {
        let reply = try await server.send(.post(body, version: ["2025-11-25"]))
        #expect(reply.status == 400)
        #expect(reply.code == -32600)
        #expect(reply.message?["id"] == (hasID ? 1 : nil))
    }

    @Test("W50 W51 W52 W54 GET opens a stream for a live session, and is 405 without one")
    func get() async throws {
        func get(_ version: [String], _ session: [String]) async throws -> HTTPReply {
            try await server.send(HTTPMessage(.get, now: TestServer.now, protocolVersion: version, sessionID: session))
        }
        let id = try await server.session(.v2025_06_18)
        for (version, session, allow) in [
            (["2026-07-28"], [], "POST"), (["2026-07-28"], [id], "POST"), (["x"], [id], "POST"), ([], [], "POST"),
            (["2025-06-18"], [], "POST"),
        ] as [([String], [String], String)] {
            let reply = try await get(version, session)
            #expect(reply.status == 405)
            #expect(reply.allow == allow)
        }
        let decision = server.endpoint.receive(HTTPMessage(.get, now: TestServer.now, sessionID: [id], lastEventID: ["a.b.1"]))
        guard case .stream(let session, "a.b.1") = decision.action else { throw Unexpected() }
        #expect(session.revision == .v2025_06_18 && decision.session == session)
        let refused = try await server.send(HTTPMessage(.get, now: TestServer.now, sessionID: [id], accept: ["application/json"]))
        #expect(refused.status == 406)
        #expect(try await get([], ["dead"]).status == 404)
        #expect(try await get([], [id, id]).status == 400)
    }

    @Test("W60 W61 W62 W63 W64 S9 DELETE ends a session if that can be remembered")
    func delete() async throws {
        func delete(_ version: [String], _ session: [String]) -> HTTPMessage {
            HTTPMessage(.delete, now: TestServer.now, protocolVersion: version, sessionID: session)
        }
        let id = try await server.session(.v2025_06_18)
        #expect(try await server.send(delete(["2026-07-28"], [id])).status == 405)
        #expect(try await server.send(delete(["2026-07-28"], [id])).allow == "POST")
        let none = try await server.send(delete([], []))
        #expect(none.status == 400)
        #expect(none.code == -32600)
        #expect(try await server.send(delete([], ["dead"])).status == 404)
        let decision = server.endpoint.receive(delete([], [id]))
        guard case .end(let session) = decision.action else {
            Issue.record("not ended")
            return
        }
        #expect(session == decision.session)
        #expect(decision.ifEnded.status == 404)
        #expect(HTTPReply.ended(isRemembered: true).status == 204)
        #expect(HTTPReply.ended(isRemembered: true).body == .none)
        #expect(HTTPReply.ended(isRemembered: false).status == 405)
        #expect(HTTPReply.ended(isRemembered: false).allow == "GET, POST")
        #expect(try await server.send(delete([], [id]), ended: [session.number]).status == 404)
    }

    @Test("W66 any other HTTP method is 405")
    func other() async throws {
        let reply = try await server.send(HTTPMessage(.other, now: TestServer.now))
        #expect(reply.status == 405)
        #expect(reply.allow == "GET, POST, DELETE")
    }

    @Test("W10 S19 B8 24 and 03 may send batches", arguments: [["2024-11-05"], ["2025-03-26"], []])
    func batch(version: [String]) async throws {
        let notification = #"{"jsonrpc":"2.0","method":"x"}"#
        let body = [
            request("ping", id: "1"), notification, call("echo", #"{"text":"x"}"#, id: "\"b\""), request("nope", id: "3"),
            initialize("2025-03-26"), "5", "[]",
        ]
        let reply = try await server.send(.post("[" + body.joined(separator: ",") + "]", version: version))
        #expect(reply.status == 200)
        let answers = reply.message?.elements.map { $0 } ?? []
        #expect(answers.map { $0["id"] ?? "none" } == [1, "b", 3, 1, .null, .null])
        #expect(answers.map { $0["error"]?["code"]?.integer ?? 0 } == [0, 0, -32601, -32600, -32600, -32600])
        #expect(answers[1]["result"]?["content"]?.count == 1)
        #expect(reply.sessionID == nil)
        let event = try await server.send(.post("[" + request("ping") + "]", version: version, accept: ["text/event-stream"]))
        #expect(event.body == .events([Array(#"{"jsonrpc":"2.0","id":1,"result":{}}"#.utf8)]), "one event each")
    }

    @Test("S3 S19 a batch with nothing to answer is 202")
    func silentBatch() async throws {
        let body = #"[{"jsonrpc":"2.0","method":"x"},{"jsonrpc":"2.0","id":4,"result":{}}]"#
        #expect(try await server.send(.post(body)) == .accepted)
    }

    @Test("W10 W11 B9 S2 the session's revision decides whether an array is a batch", arguments: Revision.allCases.filter(\.isLegacy))
    func sessionBatch(revision: Revision) async throws {
        let id = try await server.session(revision)
        let reply = try await server.send(.post("[" + request("ping") + "]", version: ["2025-03-26"], session: [id]))
        #expect(reply.status == (revision <= .v2025_03_26 ? 200 : 400))
        #expect(try await server.send(.post("[]", session: [id])).status == 400)
        #expect(try await server.send(.post("[" + request("ping") + "]", session: ["dead"])).status == 404)
        let sessionless = try await server.send(.post("[" + request("ping") + "]", version: [revision.description]))
        #expect(sessionless.status == (revision <= .v2025_03_26 ? 200 : 400))
    }

    @Test("S19 100 elements are a batch, 101 are not")
    func batchLimit() async throws {
        let full = Array(repeating: request("ping"), count: 100).joined(separator: ",")
        #expect(try await server.send(.post("[" + full + "]")).message?.count == 100)
        let over = try await server.send(.post("[" + full + "," + request("ping") + "]"))
        #expect(over.status == 400)
        #expect(over.code == -32600)
    }

    @Test("ER1.1 an envelope inside a batch doesn't make it modern")
    func envelopeInBatch() async throws {
        let reply = try await server.send(.post("[" + request("tools/call", envelope26 + #","name":"who""#) + "]"))
        #expect(
            reply.message?.elements.first { _ in true }?["result"]?["content"]?.elements.first { _ in true }?["text"] == "me 2025-03-26 0 -"
        )
    }
}

private struct Unexpected: Error {}
