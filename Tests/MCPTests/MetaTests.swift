import JSON
import MCP
import Testing

@Suite("_meta of one's own")
struct MetaTests {
    private static let meta: JSONValue = ["com.example/colour": "red", "org.example.app/a-b_c.d": [1]]

    private static func definition(_ meta: JSONValue?) throws -> ServerDefinition<String> {
        try ServerDefinition(
            info: CatalogueServer.info,
            tools: [Tool("t", title: "T", "T.", annotations: .reading, meta: meta) { _ in .text("") }],
            resources: [Resource("test://a", name: "a", title: "A", description: "A.", meta: meta) { _ in .text("a", meta: meta) }],
            templates: [
                ResourceTemplate("test://{b}", name: "b", title: "B", description: "B.", meta: meta, .string("b")) { _, _ in
                    .blob([1], meta: meta)
                }
            ],
            prompts: [Prompt("p", title: "P", "P.", meta: meta) { _ in [] }]
        )
    }

    @Test("RS8 what is declared and what is read carry their _meta from 2025-06-18 on", arguments: Revision.allCases)
    func written(revision: Revision) async throws {
        let catalogue = CatalogueServer(try Self.definition(Self.meta))
        let expected = revision >= .v2025_06_18 ? Self.meta : nil
        for (method, member) in [
            ("tools/list", "tools"), ("resources/list", "resources"), ("resources/templates/list", "resourceTemplates"),
            ("prompts/list", "prompts"),
        ] {
            let entry = try await catalogue.send(method, revision).result?[member]?.elements.first { _ in true }
            #expect(entry != nil)
            #expect(entry?["_meta"] == expected, "\(method)")
        }
        for uri in ["test://a", "test://x"] {
            #expect(try await catalogue.read(uri, revision).result?["contents"]?.elements.first { _ in true }?["_meta"] == expected)
        }
        let plain = CatalogueServer(try Self.definition(nil))
        #expect(try await plain.send("tools/list", revision).result?["tools"]?.elements.first { _ in true }?["_meta"] == nil)
    }

    @Test(
        "B15 keys have a prefix of our own; what is reserved doesn't register",
        arguments: [
            ("com.example/a", true), ("com.example.mcp/a", true), ("com.example.mcp-x/a", true), ("com.mcpx/A9", true), ("a.b-c/d", true),
            ("a", false), ("progressToken", false), ("traceparent", false), ("tracestate", false), ("baggage", false), ("ui", false),
            ("example/a", false), ("/a", false), ("com.example/", false), ("com.example/a/b", false), ("com..example/a", false),
            ("com.example-/a", false), ("com.9example/a", false), ("com.example/-a", false), ("com.example/a b", false),
            ("com.exämple/a", false), ("io.modelcontextprotocol/x", false), ("dev.mcp/x", false), ("com.mcp.tools/x", false),
            ("mcp.dev/x", false), ("modelcontextprotocol.io/x", false), ("api.modelcontextprotocol.org/x", false),
            ("io.modelcontextprotocol/serverInfo", false),
        ]
    )
    func keys(key: String, isOwn: Bool) async throws {
        let meta = JSONValue(dictionaryLiteral: (key, true))
        let builds: [() throws -> ServerDefinition<String>] = [
            {
                try ServerDefinition(
                    info: CatalogueServer.info,
                    tools: [Tool("t", title: "T", "T.", annotations: .reading, meta: meta) { _ in .text("") }]
                )
            },
            {
                try ServerDefinition(
                    info: CatalogueServer.info,
                    resources: [Resource("x:a", name: "a", title: "A", description: "A.", meta: meta) { _ in nil }]
                )
            },
            {
                try ServerDefinition(
                    info: CatalogueServer.info,
                    templates: [
                        ResourceTemplate("x:{b}", name: "b", title: "B", description: "B.", meta: meta, .string("b")) { _, _ in nil }
                    ]
                )
            },
            { try ServerDefinition(info: CatalogueServer.info, prompts: [Prompt("p", title: "P", "P.", meta: meta) { _ in [] }]) },
        ]
        for build in builds {
            if isOwn {
                #expect(throws: Never.self) { try build() }
            } else {
                let error = #expect(throws: DefinitionError.self) { try build() }
                #expect(error?.description.contains("its _meta has the key") == true)
            }
        }
        // What is read or listed out of a database is known only then.
        let late = CatalogueServer(
            try ServerDefinition(
                info: CatalogueServer.info,
                resources: [Resource("test://a", name: "a", title: "A", description: "A.") { _ in .text("a", meta: meta) }],
                listing: ResourceListing { _, _, _ in ListPage([ResourceLink(uri: "test://l", name: "l", meta: meta)]) }
            )
        )
        #expect(try await late.read("test://a").code == (isOwn ? nil : -32603))
        #expect(try await late.send("resources/list", .v2026_07_28).code == (isOwn ? nil : -32603))
    }

    @Test("B15 _meta is an object")
    func object() {
        #expect(throws: DefinitionError.self) { try Self.definition([1]) }
    }
}
