import JSON
import MCP
import Testing

@Suite("Prompts and completion")
struct PromptTests {
    private let catalogue: CatalogueServer

    init() throws {
        catalogue = try CatalogueServer()
    }

    private static let whole = #"{"topic":"a \"b\"","style":"long","city":"","words":"7"}"#

    @Test("P1 P5 A1 A2 the list has what each revision knows", arguments: Revision.allCases)
    func list(revision: Revision) async throws {
        let list = try await catalogue.send("prompts/list", revision)
        #expect(try await catalogue.send("prompts/list", revision) == list, "T3 same bytes every time")
        let result = try #require(list.result)
        #expect(
            result.members.map(\.key) == (revision.isLegacy ? ["prompts"] : ["resultType", "prompts", "ttlMs", "cacheScope", "_meta"]),
            "K1 K5"
        )
        let prompts = result["prompts"]?.elements.map { $0 } ?? []
        #expect(prompts.map { $0["name"]?.string } == CatalogueServer.prompts.map(\.name))
        #expect(prompts.allSatisfy { $0["description"]?.string?.isEmpty == false })
        var expected = ["name", "title", "description", "icons"]
        expected.removeAll { ($0 == "title" && revision <= .v2025_03_26) || ($0 == "icons" && revision <= .v2025_06_18) }
        #expect(prompts[0].members.map(\.key) == expected)
        let arguments = prompts[1]["arguments"]?.elements.map { $0 } ?? []
        let named: JSONValue = ["name": "topic", "title": "Topic", "description": "About what.", "required": true]
        let untitled: JSONValue = ["name": "topic", "description": "About what.", "required": true]
        #expect(arguments.first == (revision >= .v2025_06_18 ? named : untitled))
        #expect(arguments.map { $0["required"]?.boolean } == [true, true, false, true])
    }

    @Test("P2 B10 arguments arrive typed, unknown ones are ignored", arguments: Revision.allCases)
    func get(revision: Revision) async throws {
        for arguments in [Self.whole, #"{"words":"7","x":"y","style":"long","topic":"a \"b\"","TOPIC":"z"}"#] {
            let reply = try await catalogue.get("summarize", arguments, revision)
            #expect(reply.status == 200)
            #expect(
                reply.result?.members.map(\.key)
                    == (revision.isLegacy ? ["description", "messages"] : ["resultType", "description", "messages", "_meta"])
            )
            #expect(
                reply.result?["messages"] == [
                    ["role": "user", "content": ["type": "text", "text": "long 7 \"a \"b\"\" nowhere me"]],
                    ["role": "assistant", "content": ["type": "text", "text": "Yes."]],
                ]
            )
        }
        #expect(try await catalogue.get("simple", nil, revision).result?["messages"]?.count == 1, "T15 no arguments are {}")
    }

    @Test(
        "P2 W24 W28 unknown prompts, missing and wrong arguments are -32602",
        arguments: [
            (#""name":"none""#, "unknown prompt"), (#""name":"Simple""#, "unknown prompt"), (#""name":5"#, "needs name, a string"),
            (#""names":"simple""#, "needs name, a string"), (#""name":"simple","arguments":[]"#, "must be an object"),
            (#""name":"simple","arguments":null"#, "must be an object"), (#""name":"simple","arguments":{"x":5}"#, "are strings"),
            (#""name":"summarize""#, "topic is missing, but required"),
            (#""name":"summarize","arguments":{"topic":"a"}"#, "style is missing, but required"),
            (#""name":"summarize","arguments":{"topic":"a","style":"SHORT","words":"1"}"#, "style must be one of short, long, Kurz"),
            (#""name":"summarize","arguments":{"topic":"a","style":"\u212Aurz","words":"1"}"#, "style must be one of"),
            (#""name":"summarize","arguments":{"topic":"a","style":"long","words":"101"}"#, "words must be an integer from 1 to 100"),
            (#""name":"summarize","arguments":{"topic":"a","style":"long","words":"1.0"}"#, "words must be an integer"),
        ]
    )
    func refused(params: String, text: String) async throws {
        let name = try JSONValue(parsing: "{\(params)}")["name"]?.string ?? "x"
        for revision in Revision.allCases {
            let reply = try await catalogue.send("prompts/get", revision, params, name: name)
            #expect(reply.code == -32602)
            #expect(reply.status == (revision.isLegacy ? 200 : 400))
            #expect(reply.message?["error"]?["message"]?.string?.contains(text) == true)
        }
    }

    @Test("P3 T11 messages are of the kinds that tools give", arguments: Revision.allCases)
    func blocks(revision: Revision) async throws {
        let messages = try await catalogue.get("blocks", "{}", revision).result?["messages"]?.elements.map { $0 } ?? []
        #expect(messages.map { $0["role"]?.string } == ["user", "assistant", "user", "user"])
        #expect(messages[0]["content"] == ["type": "image", "data": "AQIDBA==", "mimeType": "image/png"])
        #expect(messages[1]["content"]?["text"]?.string == (revision == .v2024_11_05 ? "[audio, audio/wav, 3 bytes]" : nil))
        #expect(messages[2]["content"]?["resource"] == ["uri": "test://b", "mimeType": "text/plain", "text": "b"])
        #expect(messages[3]["content"]?["text"]?.string == (revision <= .v2025_03_26 ? "[link, a, test://a]" : nil))
    }

    @Test("W31 X10 a prompt that breaks is our fault and says nothing")
    func breaks() async throws {
        let reply = try await catalogue.get("breaks", "{}")
        #expect(reply.code == -32603)
        #expect(reply.status == 200, "H13")
        #expect(reply.message?["error"]?["message"] == "internal error")
    }

    @Test("C1 C2 proposals of prompts and templates, best first", arguments: Revision.allCases)
    func completion(revision: Revision) async throws {
        let prompt = #"{"type":"ref/prompt","name":"summarize"}"#
        let par = try await catalogue.complete(prompt, #"{"name":"topic","value":"par"}"#, "", revision)
        #expect(par.result?["completion"] == ["values": ["paris", "park", "party"], "total": 3, "hasMore": false])
        #expect(
            par.result?.members.map(\.key) == (revision.isLegacy ? ["completion"] : ["resultType", "completion", "_meta"]),
            "K1 no hints here"
        )
        let many = try await catalogue.complete(prompt, #"{"name":"topic","value":"many"}"#, "", revision).result?["completion"]
        #expect(many?["values"]?.count == 100)
        #expect(many?["values"]?.elements.first { _ in true } == "many 0")
        #expect(many?["total"] == 250)
        #expect(many?["hasMore"] == true)
        let style = try await catalogue.complete(prompt, #"{"name":"style","value":"l"}"#, "", revision)
        #expect(style.result?["completion"]?["values"] == ["long"], "a choice completes itself")
        let id = try await catalogue.complete(
            #"{"type":"ref/resource","uri":"test://template/{id}/data"}"#,
            #"{"name":"id","value":"12"}"#,
            "",
            revision
        )
        #expect(id.result?["completion"] == ["values": ["12", "123"], "total": 2, "hasMore": false])
        let none = try await catalogue.complete(#"{"type":"ref/prompt","name":"plain"}"#, #"{"name":"x","value":"y"}"#, "", revision)
        #expect(none.result?["completion"] == ["values": [], "total": 0, "hasMore": false])
    }

    @Test("C3 what is filled in already is known from 2025-06-18 on", arguments: Revision.allCases)
    func context(revision: Revision) async throws {
        let prompt = #"{"type":"ref/prompt","name":"summarize"}"#
        let city = #"{"name":"city","value":""}"#
        let reply = try await catalogue.complete(prompt, city, #","context":{"arguments":{"topic":"tokyo"}}"#, revision)
        let expected: JSONValue = revision >= .v2025_06_18 ? ["tokyo"] : ["-"]
        #expect(reply.result?["completion"]?["values"] == expected)
        #expect(reply.result?["completion"]?["hasMore"] == true)
        #expect(reply.result?["completion"]?["total"] == nil, "nobody counted")
    }

    @Test(
        "C3 unknown prompts, templates and arguments are -32602",
        arguments: [
            (#"{"type":"ref/prompt","name":"none"}"#, #"{"name":"topic","value":""}"#),
            (#"{"type":"ref/prompt","name":"summarize"}"#, #"{"name":"Topic","value":""}"#),
            (#"{"type":"ref/resource","uri":"test://template/1/data"}"#, #"{"name":"id","value":""}"#),
            (#"{"type":"ref/resource","uri":"test://template/{id}/data"}"#, #"{"name":"x","value":""}"#),
            (#"{"type":"ref/tool","name":"t"}"#, #"{"name":"x","value":""}"#), (#"{"name":"summarize"}"#, #"{"name":"topic","value":""}"#),
            (#"{"type":"ref/prompt","name":"summarize"}"#, #"{"name":"topic","value":5}"#),
            (#"{"type":"ref/prompt","name":"summarize"}"#, "[]"), (#""summarize""#, #"{"name":"topic","value":""}"#),
            (#"{"type":"ref/prompt","name":"summarize"}"#, #"{"name":"topic","value":""},"context":{"arguments":{"a":5}}"#),
            (#"{"type":"ref/prompt","name":"summarize"}"#, #"{"name":"topic","value":""},"context":[]"#),
        ]
    )
    func refusedCompletions(ref: String, argument: String) async throws {
        for revision in [Revision.v2025_06_18, .v2025_11_25, .v2026_07_28] {
            let reply = try await catalogue.complete(ref, argument, "", revision)
            #expect(reply.code == -32602)
            #expect(reply.status == (revision.isLegacy ? 200 : 400))
        }
    }

    @Test("C2 proposals never say more or less than there is")
    func counts() {
        #expect(Completions(["a"]).hasMore == false)
        #expect(Completions(["a"], total: 0).total == 1)
        #expect(Completions(["a"], total: 5).hasMore)
        #expect(Completions(first: Array(repeating: "a", count: 101), hasMore: false).hasMore)
        #expect(Completions(["K", "\u{212A}"], startingWith: "K").values == ["K"])
    }
}
