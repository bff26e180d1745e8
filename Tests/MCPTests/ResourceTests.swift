import JSON
import MCP
import Testing

@Suite("Resources")
struct ResourceTests {
    private let catalogue: CatalogueServer

    init() throws {
        catalogue = try CatalogueServer()
    }

    @Test("RS1 P1 C1 B19 capabilities are what there is", arguments: Revision.allCases)
    func capabilities(revision: Revision) async throws {
        let introduction =
            revision.isLegacy
            ? try await catalogue.server.send(.post(initialize(revision.description)))
            : try await catalogue.server.send(.modern("server/discover"))
        let all: JSONValue = ["tools": [:], "resources": [:], "prompts": [:], "completions": [:]]
        let flagless: JSONValue = ["tools": [:], "resources": [:], "prompts": [:]]
        #expect(introduction.result?["capabilities"] == (revision == .v2024_11_05 ? flagless : all))
        if revision == .v2024_11_05 {
            let reply = try await catalogue.complete(
                #"{"type":"ref/prompt","name":"summarize"}"#,
                #"{"name":"topic","value":"to"}"#,
                "",
                revision
            )
            #expect(reply.result?["completion"]?["values"] == ["tokyo"], "C1 no flag, but an answer")
        }
    }

    @Test("B19 W21 what isn't offered isn't there", arguments: Revision.allCases)
    func absent(revision: Revision) async throws {
        let bare = CatalogueServer(try ServerDefinition(info: CatalogueServer.info))
        let plain = CatalogueServer(
            try ServerDefinition(info: CatalogueServer.info, resources: CatalogueServer.resources, prompts: [CatalogueServer.prompts[0]])
        )
        for method in [
            "tools/list", "tools/call", "resources/list", "resources/templates/list", "resources/read", "prompts/list", "prompts/get",
            "completion/complete", "resources/subscribe", "logging/setLevel",
        ] {
            let reply = try await bare.send(method, revision)
            #expect(reply.code == -32601)
            #expect(reply.status == (revision.isLegacy ? 200 : 404), "H9")
        }
        #expect(try await plain.send("completion/complete", revision).code == -32601, "nothing is proposed by anyone")
        #expect(try await plain.send("resources/templates/list", revision).result?["resourceTemplates"] == [], "RS2 both lists answer")
        #expect(try await plain.send("resources/subscribe", revision, #""uri":"test://text""#, name: "test://text").code == -32601)
    }

    @Test("RS8 RS10 A1 A2 A3 K1 K5 each revision gets the members it knows", arguments: Revision.allCases)
    func members(revision: Revision) async throws {
        let list = try await catalogue.send("resources/list", revision)
        #expect(try await catalogue.send("resources/list", revision) == list, "T3 RS2 same bytes every time")
        let result = try #require(list.result)
        #expect(
            result.members.map(\.key) == (revision.isLegacy ? ["resources"] : ["resultType", "resources", "ttlMs", "cacheScope", "_meta"])
        )
        let entries = result["resources"]?.elements.map { $0 } ?? []
        #expect(entries.map { $0["uri"]?.string } == CatalogueServer.resources.map(\.link.uri))
        #expect(entries.allSatisfy { $0["name"]?.string?.isEmpty == false && $0["description"]?.string?.isEmpty == false })
        var expected = ["uri", "name", "title", "description", "mimeType", "size", "annotations", "icons"]
        expected.removeAll { ($0 == "title" && revision <= .v2025_03_26) || ($0 == "icons" && revision <= .v2025_06_18) }
        #expect(entries[0].members.map(\.key) == expected)
        let annotations = ["audience", "priority"] + (revision >= .v2025_06_18 ? ["lastModified"] : [])
        #expect(entries[0]["annotations"]?.members.map(\.key) == annotations)
        let templates = try await catalogue.send("resources/templates/list", revision).result?["resourceTemplates"]
        var template = ["uriTemplate", "name", "title", "description", "mimeType", "annotations", "icons"]
        template.removeAll { ($0 == "title" && revision <= .v2025_03_26) || ($0 == "icons" && revision <= .v2025_06_18) }
        #expect(templates?.elements.first { _ in true }?.members.map(\.key) == template)
    }

    @Test("A1 A3 T12 icons of tools and annotations of content per revision", arguments: Revision.allCases)
    func decorations(revision: Revision) async throws {
        let tool = try await catalogue.send("tools/list", revision).result?["tools"]?.elements.first { _ in true }
        let icon: JSONValue = [["src": "data:image/png;base64,AA==", "mimeType": "image/png", "sizes": ["48x48"], "theme": "light"]]
        #expect(tool?["icons"] == (revision >= .v2025_11_25 ? icon : nil))
        let blocks =
            try await catalogue.send("tools/call", revision, #""name":"t""#, name: "t").result?["content"]?.elements.map { $0 } ?? []
        let older: JSONValue = ["audience": ["user"], "priority": 1]
        let newer: JSONValue = ["audience": ["user"], "priority": 1, "lastModified": "2026-07-28T00:00:00Z"]
        #expect(blocks[0]["annotations"] == (revision >= .v2025_06_18 ? newer : older))
        #expect(blocks[1]["type"] == (revision >= .v2025_06_18 ? "resource_link" : "text"))
        #expect(blocks[1]["annotations"] == ["priority": 0])
        #expect(blocks[1]["icons"] == (revision >= .v2025_11_25 ? icon : nil))
    }

    @Test("RS4 K1 K5 K6 reading gives text, base64 with padding, or several parts", arguments: Revision.allCases)
    func reading(revision: Revision) async throws {
        let text = try await catalogue.read("test://text", revision)
        #expect(text.status == 200)
        #expect(text.result?["contents"] == [["uri": "test://text", "mimeType": "text/plain", "text": "hello"]])
        #expect(text.result?["ttlMs"] == (revision.isLegacy ? nil : 3_600_000))
        #expect(text.result?["cacheScope"] == (revision.isLegacy ? nil : "public"))
        let blob = try await catalogue.read("test://blob", revision)
        #expect(blob.result?["contents"] == [["uri": "test://blob", "mimeType": "image/png", "blob": "//79/A=="]])
        #expect(blob.result?["ttlMs"] == (revision.isLegacy ? nil : 0))
        #expect(blob.result?["cacheScope"] == (revision.isLegacy ? nil : "private"))
        #expect(
            try await catalogue.read("test://folder", revision).result?["contents"] == [
                ["uri": "test://folder/a", "mimeType": "text/plain", "text": "a"], ["uri": "test://folder/b", "blob": "AQ=="],
            ]
        )
        if !revision.isLegacy {
            #expect(text.result?.members.map(\.key) == ["resultType", "contents", "ttlMs", "cacheScope", "_meta"], "B10 B13")
        }
    }

    @Test("RS3 X2 X3 unknown is -32002 with data.uri for legacy clients, -32602 for modern ones", arguments: Revision.allCases)
    func unknown(revision: Revision) async throws {
        var replies: [JSONValue?] = []
        for uri in [
            "test://none", "test://mine", "test://empty", "test://template/a/b/data", "test://number/10-a", "test://number/9-a",
            "TEST://text",
        ] {
            let reply = try await catalogue.read(uri, revision)
            #expect(reply.code == (revision.isLegacy ? -32002 : -32602), "\(uri)")
            #expect(reply.status == (revision.isLegacy ? 200 : 400))
            #expect(reply.message?["error"]?["data"]?["uri"]?.string == uri)
            replies.append(reply.message?["error"]?["message"])
        }
        #expect(replies.allSatisfy { $0 == replies[0] }, "what belongs to someone else can't be told from what isn't there")
        let broken = try await catalogue.read("test://breaks", revision)
        #expect(broken.code == -32603)
        #expect(broken.message?["error"]?["data"]?["correlation_id"] == "c-1")
    }

    @Test(
        "RS4 W28 what is no URI is -32602 in every revision",
        arguments: ["", "text", "test:", "1a:b", "a:b c", "a:%4", "a:%zz", "a:b#c#d", "a:\u{e9}", "a:{x}"]
    )
    func notURI(uri: String) async throws {
        for revision in Revision.allCases {
            // The header repeats it encoded, so that the body is looked at.
            let header = "=?base64?" + Base64.standard.encode(uri.utf8) + "?="
            let reply = try await catalogue.send("resources/read", revision, #""uri":"\#(uri)""#, name: header)
            #expect(reply.code == -32602)
            #expect(reply.message?["error"]?["data"] == nil)
        }
    }

    @Test("R2 W22 Mcp-Name is the address or the name of the prompt")
    func routing() async throws {
        for (method, params) in [("resources/read", #""uri":"test://text""#), ("prompts/get", #""name":"simple""#)] {
            for name in [nil, "test://other", "Simple"] {
                let reply = try await catalogue.send(method, .v2026_07_28, params, name: name)
                #expect(reply.code == -32020)
                #expect(reply.status == 400)
            }
        }
    }

    @Test("RS9 templates match, decode once and give types", arguments: Revision.allCases)
    func templates(revision: Revision) async throws {
        let cases = [
            ("test://template/a%20b%2525/data", #"{"id":"a b%25","of":"me"}"#), ("test://template/%C3%A9/data", #"{"id":"é","of":"me"}"#),
            ("test://number/4-x-y", "8 of x-y"),
        ]
        for (uri, expected) in cases {
            let contents = try await catalogue.read(uri, revision).result?["contents"]?.elements.first { _ in true }
            #expect(contents?["text"]?.string == expected)
            #expect(contents?["uri"]?.string == uri)
        }
    }
}
