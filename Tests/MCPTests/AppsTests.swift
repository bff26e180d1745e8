import JSON
import MCP
import Testing

@Suite("MCP Apps")
struct AppsTests {
    private static let html = "<!DOCTYPE html>\n<html lang=\"en\"><title>Page</title></html>"
    private static let declared = #"{"extensions":{"io.modelcontextprotocol/ui":{"mimeTypes":["text/html;profile=mcp-app"]}}}"#

    private static func page(_ uri: String = "ui://page", settings: PageSettings = PageSettings(), html: String = html) -> Resource<String>
    {
        .page(uri, name: "page", title: "Page", description: "Shows it.", settings: settings, html: html)
    }

    private static func tool(_ name: String, _ ui: ToolUI?, meta: JSONValue? = nil) -> Tool<String> {
        Tool(name, title: "T", "T.", annotations: .reading, ui: ui, meta: meta) { _ in .structured(Array(#"{"n":1}"#.utf8)) }
    }

    private static func tool(_ ui: ToolUI) -> Tool<String> { tool("t", ui) }

    private static func server(_ tools: [Tool<String>], _ resources: [Resource<String>] = [page()]) throws -> CatalogueServer {
        CatalogueServer(try ServerDefinition(info: CatalogueServer.info, tools: tools, resources: resources, checksResults: true))
    }

    private static func fault(_ tools: [Tool<String>], _ resources: [Resource<String>] = [page()]) -> String? {
        do {
            _ = try server(tools, resources)
            return nil
        } catch {
            return "\(error)"
        }
    }

    private static func tools(_ server: TestServer, _ revision: Revision, capabilities: String = "{}") async throws -> JSONValue {
        let reply: HTTPReply
        if revision.isLegacy {
            let session = try await server.session(revision, capabilities: capabilities)
            reply = try await server.send(.post(request("tools/list"), session: [session]))
        } else {
            let envelope = envelope26.replacing(#"clientCapabilities":{}"#, with: #"clientCapabilities":\#(capabilities)"#)
            reply = try await server.send(.post(request("tools/list", envelope), version: ["2026-07-28"], method: ["tools/list"]))
        }
        return try #require(reply.result)
    }

    @Test("UI2 UI3 KI28 _meta.ui is on tools of every revision, for every client", arguments: Revision.allCases)
    func metaOfTools(revision: Revision) async throws {
        let server = try Self.server([
            Self.tool("both", ToolUI(page: "ui://page")), Self.tool("model", ToolUI(page: "ui://page", visibility: [.model])),
            Self.tool("none", nil),
        ]).server
        for capabilities in ["{}", Self.declared] {
            let list = try await Self.tools(server, revision, capabilities: capabilities)
            let metas = list["tools"]?.elements.map { $0["_meta"] }
            #expect(metas == [["ui": ["resourceUri": "ui://page"]], ["ui": ["resourceUri": "ui://page", "visibility": ["model"]]], nil])
        }
    }

    @Test("UI1 UI8 V9 KI18 the extension is advertised in both eras once a tool has a page", arguments: Revision.allCases)
    func advertised(revision: Revision) async throws {
        func capabilities(_ server: TestServer) async throws -> JSONValue? {
            let message: HTTPMessage = revision.isLegacy ? .post(initialize(revision.description)) : .modern("server/discover")
            return try await server.send(message).result?["capabilities"]
        }
        let with = try await capabilities(try Self.server([Self.tool(ToolUI(page: "ui://page"))]).server)
        #expect(with == ["tools": [:], "resources": [:], "extensions": ["io.modelcontextprotocol/ui": [:]]])
        let without = try await capabilities(try Self.server([Self.tool(ToolUI(visibility: [.app])), Self.tool("u", nil)]).server)
        #expect(without == ["tools": [:], "resources": [:]])
    }

    @Test("UI3 UI4 K6 a page is read, not listed, with its type, its settings and its hints", arguments: Revision.allCases)
    func reading(revision: Revision) async throws {
        let catalogue = try Self.server(
            [Self.tool(ToolUI(page: "ui://page"))],
            [
                Self.page(),
                Self.page(
                    "ui://rich",
                    settings: PageSettings(
                        connectDomains: ["https://a.example"],
                        permissions: [.microphone, .camera],
                        domain: "d.example",
                        prefersBorder: false
                    )
                ),
                Resource("test://a", name: "a", title: "A", description: "A.") { _ in .text("a") },
                Resource("test://hidden", name: "h", title: "H", description: "H.", isListed: false) { _ in .text("h") },
            ]
        )
        let list = try await catalogue.send("resources/list", revision).result?["resources"]?.elements.map { $0["uri"]?.string }
        #expect(list == ["test://a"])
        #expect(try await catalogue.read("test://hidden", revision).result?["contents"]?.count == 1)
        let result = try #require(try await catalogue.read("ui://page", revision).result)
        #expect(
            result["contents"] == [
                [
                    "uri": "ui://page", "mimeType": "text/html;profile=mcp-app", "text": JSONValue(stringLiteral: Self.html),
                    "_meta": [
                        "ui": [
                            "csp": ["connectDomains": [], "resourceDomains": [], "frameDomains": [], "baseUriDomains": []],
                            "prefersBorder": true,
                        ]
                    ],
                ]
            ]
        )
        if !revision.isLegacy {
            #expect(result["ttlMs"] == 3_600_000)
            #expect(result["cacheScope"] == "public")
        }
        let rich = try await catalogue.read("ui://rich", revision).result?["contents"]?.elements.first { _ in true }?["_meta"]?["ui"]
        #expect(rich?["csp"]?["connectDomains"] == ["https://a.example"])
        #expect(rich?["permissions"] == ["camera": [:], "microphone": [:]])
        #expect(rich?["domain"] == "d.example")
        #expect(rich?["prefersBorder"] == false)
    }

    @Test("UI2 UI3 a tool's page is a declared ui:// resource of exactly the type")
    func declarations() {
        #expect(Self.fault([Self.tool(ToolUI(page: "ui://page"))]) == nil)
        #expect(Self.fault([Self.tool(ToolUI(page: "ui://other"))]) == "tool t: its page ui://other is no declared resource")
        #expect(Self.fault([Self.tool(ToolUI(page: "test://page"))]) == "tool t: its page test://page is no ui:// address")
        #expect(Self.fault([Self.tool(ToolUI(page: "ui://"))]) == "tool t: its page ui:// is no ui:// address")
        #expect(Self.fault([Self.tool(ToolUI(page: "ui://page", visibility: []))]) == "tool t: its ui is visible to nobody")
        for type in [nil, "text/html", "text/html; profile=mcp-app", "TEXT/HTML;profile=mcp-app"] {
            let resource = Resource<String>("ui://page", name: "p", title: "P", description: "P.", mimeType: type) { _ in .text(Self.html) }
            #expect(Self.fault([], [resource]) == "resource ui://page: the type of a page is text/html;profile=mcp-app")
            #expect(Self.fault([Self.tool(ToolUI(page: "ui://page"))], [resource]) != nil)
        }
        #expect(Self.fault([], [Self.page("test://page")]) == "resource test://page: a page has a ui:// address")
        for html in ["", "<html></html>", "<p>"] {
            #expect(Self.fault([], [Self.page(html: html)])?.contains("begins with <!doctype html>") == true)
        }
        #expect(Self.fault([], [Self.page(html: "\n<!doctype HTML><title>a</title>")]) == nil)
    }

    @Test("K7 UI1 tools for apps alone are listed only to clients with pages, and the list is private", arguments: Revision.allCases)
    func appOnly(revision: Revision) async throws {
        let server = try Self.server([
            Self.tool("first", ToolUI(visibility: [.app])), Self.tool("second", ToolUI(page: "ui://page")), Self.tool("third", nil),
        ]).server
        func names(_ capabilities: String) async throws -> [String?]? {
            let list = try await Self.tools(server, revision, capabilities: capabilities)
            if !revision.isLegacy {
                #expect(list["cacheScope"] == "private")
                #expect(list["ttlMs"] == 3_600_000)
            }
            return list["tools"]?.elements.map { $0["name"]?.string }
        }
        #expect(try await names("{}") == ["second", "third"])
        #expect(try await names(Self.declared) == ["first", "second", "third"])
        #expect(try await names(#"{"extensions":{"io.modelcontextprotocol/ui":{"mimeTypes":["text/html"]}}}"#) == ["second", "third"])
        #expect(try await server.send(.modernCall("first")).result?["structuredContent"] == ["n": 1], "UI2: called like any other")
    }

    @Test("K7 K6 without such a tool the list is public; pages of a list follow its variant")
    func scopes() async throws {
        let plain = try Self.server([Self.tool(ToolUI(page: "ui://page"))]).server
        #expect(try await Self.tools(plain, .v2026_07_28, capabilities: Self.declared)["cacheScope"] == "public")
        let definition = try ServerDefinition(
            info: CatalogueServer.info,
            tools: (1...5).map { Self.tool("t\($0)", $0 == 2 ? ToolUI(visibility: [.app]) : nil) },
            pageSize: 2
        )
        let server = TestServer(definition)
        for (capabilities, pages) in [("{}", [["t1", "t3"], ["t4", "t5"]]), (Self.declared, [["t1", "t2"], ["t3", "t4"], ["t5"]])] {
            let session = try await server.session(.v2025_11_25, capabilities: capabilities)
            var (cursor, seen) = (String?.none, [[String]]())
            repeat {
                let params = cursor.map { #""cursor":"\#($0)""# }
                let result = try await server.send(.post(request("tools/list", params), session: [session])).result
                seen.append(result?["tools"]?.elements.compactMap { $0["name"]?.string } ?? [])
                cursor = result?["nextCursor"]?.string
            } while cursor != nil && seen.count < 9
            #expect(seen == pages)
        }
        let first = try await server.send(.modern("tools/list")).result
        #expect(first?["cacheScope"] == "private", "K2: every page has the scope")
    }

    @Test("UI5 a tool with a page gives structured content and something to read")
    func results() async throws {
        func code(_ result: ToolResult) async throws -> Int64? {
            let tool = Tool<String>("t", title: "T", "T.", annotations: .reading, ui: ToolUI(page: "ui://page")) { _ in result }
            return try await Self.server([tool]).server.send(.modernCall("t")).code
        }
        #expect(try await code(.structured(Array("{}".utf8))) == nil)
        #expect(try await code(.content([.text("a")], structured: Array("{}".utf8))) == nil)
        #expect(try await code(.failure("no")) == nil)
        #expect(try await code(.text("a")) == -32603)
        #expect(try await code(.content([], structured: Array("{}".utf8))) == -32603)
    }
}
