import JSON
import MCP
import Testing

@Suite("Request states, 2026-07-28")
struct RequestStateTests {
    private let server: AskingServer
    private static let yes = #"{"confirm":{"action":"accept","content":{"ok":true}}}"#
    private static let me = Principal(issuer: "https://a", subject: "me", tenant: "t1")

    init() throws {
        server = try AskingServer()
    }

    private func state(_ tool: String = "confirm", _ arguments: String? = nil, of principal: Principal = me) async throws -> String {
        try #require(try await server.send(tool, arguments, principal: principal).state)
    }

    @Test("M12 M5 a sealed answer counts only with the state that proves the question")
    func sealed() async throws {
        let first = try await server.send("confirm", principal: Self.me)
        #expect(first.asked == ["confirm"])
        let state = try #require(first.state)
        #expect(state.hasPrefix("\"rs1."))
        #expect(try await server.send("confirm", responses: Self.yes, state: state, principal: Self.me).text == "state-ok")
        let unproved = try await server.send("confirm", responses: Self.yes, principal: Self.me)
        #expect(unproved.asked == ["confirm"])
        #expect(unproved.state != nil)
    }

    @Test("M8 a state without its answer is asked again, with another state (M15)")
    func unanswered() async throws {
        let state = try await state()
        for responses in [nil, "{}", #"{"other":{"action":"accept"}}"#] {
            let reply = try await server.send("confirm", responses: responses, state: state, principal: Self.me)
            #expect(reply.asked == ["confirm"])
            #expect(reply.state != nil && reply.state != state)
        }
    }

    @Test("W27 M5 every byte of a state flipped is -32602")
    func flipped() async throws {
        let state = try await state()
        let bytes = Array(state.utf8)
        for place in 1..<(bytes.count - 1) {
            for bit: UInt8 in [0, 1, 2, 5] {
                var changed = bytes
                changed[place] ^= 1 << bit
                guard ![UInt8(ascii: "\""), UInt8(ascii: "\\")].contains(changed[place]), changed[place] >= 0x20, changed[place] != 0x7F
                else {
                    continue
                }
                try await expectUnfit(String(decoding: changed, as: UTF8.self))
            }
        }
        for changed in [state.dropLast() + "A\"", state.dropLast(2) + "\"", "\"\"", "\"rs1.k.\"", "\"" + state.dropFirst(2), "5", "null"] {
            try await expectUnfit(String(changed))
        }
    }

    private func expectUnfit(_ state: String) async throws {
        let reply = try await server.send("confirm", responses: Self.yes, state: state, principal: Self.me)
        #expect(reply.status == 400 && reply.code == -32602, "\(state)")
    }

    @Test("M6 SEC3 another principal's, tenant's, issuer's state is -32602")
    func principals() async throws {
        let state = try await state()
        for other in [
            Principal.anonymous, Principal(issuer: "https://a", subject: "you", tenant: "t1"),
            Principal(issuer: "https://b", subject: "me", tenant: "t1"), Principal(issuer: "https://a", subject: "me", tenant: "t2"),
            Principal(issuer: "https://a", subject: "me"),
        ] {
            let reply = try await server.send("confirm", responses: Self.yes, state: state, principal: other)
            #expect(reply.status == 400 && reply.code == -32602)
        }
    }

    @Test("M6 another tool, method or server is -32602")
    func targets() async throws {
        let state = try await state()
        #expect(try await server.send("other", responses: Self.yes, state: state, principal: Self.me).code == -32602)
        #expect(try await server.send(method: "prompts/get", "context", state: state, principal: Self.me).code == -32602)
        #expect(try await server.send(method: "resources/read", "test://ask", state: state, principal: Self.me).code == -32602)
        for resource in ["", "https://server/sse"] {
            let other = try AskingServer(resource: resource)
            #expect(try await other.send("confirm", responses: Self.yes, state: state, principal: Self.me).code == -32602)
        }
        let replica = try AskingServer()
        #expect(try await replica.send("confirm", responses: Self.yes, state: state, principal: Self.me).text == "state-ok", "M7")
    }

    @Test("M6 M13 equal arguments in other words fit, others are -32602")
    func arguments() async throws {
        let state = try await state("confirm", #"{"file":"é","n":1.0,"list":[1,{"a":null,"b":true}]}"#)
        for same in [
            #"{"file":"é","n":1.0,"list":[1,{"a":null,"b":true}]}"#, #"{"n":1, "list":[1.0,{"b":true,"a":null}], "file":"\u00e9"}"#,
            #"{"list":[10e-1,{"b":true,"a":null}],"n":100e-2,"file":"é"}"#,
        ] {
            #expect(try await server.send("confirm", same, responses: Self.yes, state: state, principal: Self.me).text == "state-ok")
        }
        for other in [
            nil, "{}", #"{"file":"e","n":1,"list":[1,{"a":null,"b":true}]}"#, #"{"file":"é","n":1.5,"list":[1,{"a":null,"b":true}]}"#,
            #"{"file":"é","n":"1","list":[1,{"a":null,"b":true}]}"#, #"{"file":"é","n":1,"list":[{"a":null,"b":true},1]}"#,
            #"{"file":"é","n":1,"list":[1,{"a":null,"b":true}],"more":null}"#,
            "{\"file\":\"e\u{301}\",\"n\":1,\"list\":[1,{\"a\":null,\"b\":true}]}",
        ] {
            #expect(try await server.send("confirm", other, responses: Self.yes, state: state, principal: Self.me).code == -32602)
        }
    }

    @Test("M13 T15 absent arguments are {}")
    func noArguments() async throws {
        let state = try await state()
        #expect(try await server.send("confirm", "{}", responses: Self.yes, state: state, principal: Self.me).text == "state-ok")
    }

    @Test("M6 a state is good for 600 s")
    func expiry() async throws {
        let state = try await state()
        for (seconds, isGood) in [(0, true), (599, true), (600, true), (601, false), (1_000_000, false)] as [(Int64, Bool)] {
            let now = TestServer.now + seconds
            let reply = try await server.send("confirm", responses: Self.yes, state: state, principal: Self.me, now: now)
            #expect(reply.text == (isGood ? "state-ok" : nil))
            #expect(reply.code == (isGood ? nil : -32602))
        }
    }

    @Test("M12 a sealed answer counts for 600 s, however often the call goes on; an open one longer")
    func age() async throws {
        for (tool, last, outcome) in [("rounds", 1_100, ["step3"]), ("rounds", 1_101, ["step1"]), ("open_rounds", 1_101, [])]
            as [(String, Int64, [String])]
        {
            var state: String?
            func send(_ responses: String?, _ seconds: Int64) async throws -> HTTPReply {
                let reply = try await server.send(tool, responses: responses, state: state, now: TestServer.now + seconds)
                state = reply.state ?? state
                return reply
            }
            #expect(try await send(nil, 0).asked == ["step1"])
            #expect(try await send(#"{"step1":{"action":"accept","content":{"a":"A"}}}"#, 500).asked == ["step2"])
            #expect(try await send("{}", 1_000).asked == ["step2"])
            let two = tool == "rounds" ? "2" : #""B""#
            let end = try await send(#"{"step2":{"action":"accept","content":{"b":\#(two)}}}"#, last)
            #expect(end.code == nil && end.asked == outcome, "\(tool) \(last)")
        }
    }

    @Test("M12 a call is asked 32 times, and not for ever")
    func often() async throws {
        var state: String?
        for round in 1...33 {
            let reply = try await server.send("confirm", state: state, now: TestServer.now + Int64(round) * 600)
            #expect(reply.code == (round > 32 ? -32602 : nil), "round \(round)")
            state = reply.state
        }
    }

    @Test("M14 a replayed state answers as the first time")
    func replay() async throws {
        let first = try await server.send("remembers", principal: Self.me)
        #expect(first.asked == ["who"])
        let state = try #require(first.state, "M15 a payload needs a state")
        let answer = #"{"who":{"action":"accept","content":{"name":"Ada"}}}"#
        let second = try await server.send("remembers", responses: answer, state: state, principal: Self.me)
        let third = try await server.send("remembers", responses: answer, state: state, principal: Self.me)
        #expect(second.text == third.text)
        #expect(second.text?.hasSuffix(" 1 Ada") == true)
        let other = try await server.send("remembers", responses: answer, principal: Self.me)
        #expect(other.text != second.text, "without the state it is another call")
    }

    @Test("M10 M15 three rounds, each with a state of its own, and nothing kept here (M7)")
    func rounds() async throws {
        let one = try await server.send("rounds", principal: Self.me)
        #expect(one.asked == ["step1"])
        // Each round may come to another replica.
        let two = try await AskingServer().send(
            "rounds",
            responses: #"{"step1":{"action":"accept","content":{"a":"A"}}}"#,
            state: one.state,
            principal: Self.me
        )
        #expect(two.asked == ["step2"])
        #expect(two.result?["inputRequests"]?["step2"]?["params"]?["message"] == "Two, A?")
        let three = try await AskingServer().send(
            "rounds",
            responses: #"{"step2":{"action":"accept","content":{"b":2.0}}}"#,
            state: two.state,
            principal: Self.me
        )
        #expect(three.asked == ["step3"])
        let end = try await server.send(
            "rounds",
            responses: #"{"step3":{"action":"decline"}}"#,
            state: three.state,
            principal: Self.me
        )
        #expect(end.text == "A 2 false")
        #expect(Set([one.state, two.state, three.state]).count == 3)
    }

    @Test("M12 a sealed question that wasn't asked yet isn't answered in advance")
    func inAdvance() async throws {
        let all = #"{"step1":{"action":"accept","content":{"a":"A"}},"step2":{"action":"accept","content":{"b":2}}}"#
        let one = try await server.send("rounds", responses: all)
        #expect(one.asked == ["step1"])
        #expect(try await server.send("rounds", responses: all, state: one.state).asked == ["step2"])
    }

    @Test("M12 an open answer never counts for a sealed question")
    func openThenSealed() async throws {
        let answer = #"{"same":{"action":"accept","content":{"ok":true}}}"#
        let one = try await server.send("open_then_sealed", responses: answer)
        #expect(one.asked == ["same"])
        #expect(try await server.send("open_then_sealed", responses: answer, state: one.state).text == "accept")
    }

    @Test("M12 a question that changed meanwhile is asked anew")
    func changed() async throws {
        let one = try await server.send("changing")
        let answer = #"{"c":{"action":"accept","content":{"ok":true}}}"#
        let two = try await server.send("changing", responses: answer, state: one.state)
        #expect(two.asked == ["c"])
        #expect(two.result?["inputRequests"]?["c"] != one.result?["inputRequests"]?["c"])
    }

    @Test("M8 several sealed questions at once: those answered are kept, the rest is asked again")
    func several() async throws {
        let one = try await server.send("three")
        #expect(one.asked == ["user_name", "greeting", "client_roots"])
        let two = try await server.send(
            "three",
            responses: #"{"client_roots":{"roots":[{"uri":"file:///a"}]},"user_name":{"action":"accept","content":{}}}"#,
            state: one.state
        )
        #expect(two.asked == ["user_name", "greeting"])
        let three = try await server.send(
            "three",
            responses: #"""
                {"user_name":{"action":"accept","content":{"name":"Ada"}},
                 "greeting":{"role":"assistant","content":{"type":"text","text":"Hi"},"model":"m"}}
                """#,
            state: two.state
        )
        #expect(three.text == "Hi, Ada! Roots: file:///a")
    }

    @Test("M10 more than 16 KiB is our fault")
    func tooLong() async throws {
        let reply = try await server.send("huge")
        #expect(reply.status == 200 && reply.code == -32603)
    }

    @Test("M10 where the client's answers make it too long, it is told so")
    func tooLongAnswers() async throws {
        for (count, code) in [(15_000, nil), (20_000, -32602), (70_000, -32602)] as [(Int, Int64?)] {
            let answer = #"{"step1":{"action":"accept","content":{"a":"\#(String(repeating: "a", count: count))"}}}"#
            let reply = try await server.send("open_rounds", responses: answer)
            #expect(reply.code == code)
            guard code != nil else { continue }
            #expect(reply.status == 400 && reply.message?["error"]?["message"] == "the input responses are too long together")
        }
    }

    @Test("M8 W27 mutated retries never stop the process")
    func mutated() async throws {
        let seed = UInt64.random(in: .min ... .max)
        print("SEED=\(seed)")
        var random = Random(state: seed)
        let state = try #require(try await server.send("three").state)
        let meta = envelope26.replacing("clientCapabilities\":{}", with: "clientCapabilities\":\(AskingServer.all)")
        let responses =
            #"{"user_name":{"action":"accept","content":{"name":"Ada"}},"client_roots":{"roots":[{"uri":"file:///a"}]},"#
            + #""greeting":{"role":"assistant","content":{"type":"text","text":"Hi"},"model":"m"}}"#
        let params = meta + #","name":"three","inputResponses":\#(responses),"requestState":\#(state)"#
        let whole = Array(request("tools/call", params).utf8)
        for _ in 0..<2_000 {
            let body = random.mutated(whole)
            var message = HTTPMessage.post("", version: ["2026-07-28"], method: ["tools/call"], name: ["three"])
            message.body = body
            let reply = try await server.server.send(message)
            let isFine = reply.code.map { [-32700, -32600, -32602, -32020, -32021, -32022].contains($0) } ?? (reply.status == 200)
            #expect(isFine || reply.status == 404 || reply.status == 202, "seed \(seed): \(String(decoding: body, as: UTF8.self))")
        }
    }

    @Test("M10 whatever a seal holds is read without harm")
    func garbage() async throws {
        let seed = UInt64.random(in: .min ... .max)
        print("SEED=\(seed)")
        var random = Random(state: seed)
        let server = try AskingServer(sealer: ClearSealer())
        let state = try #require(try await server.send("rounds").state)
        let content = try #require(Base64.url.decode(Array(state.utf8.dropFirst(11).dropLast())))
        for _ in 0..<2_000 {
            let text = "\"rs1.clear." + Base64.url.encode(random.mutated(random.mutated(content))) + "\""
            let reply = try await server.send("rounds", state: text)
            #expect(reply.code == -32602 || reply.asked == ["step1"], "seed \(seed): \(text)")
        }
    }
}
