import JSON
import MCP
import Testing

@Suite("Pages of lists")
struct PageTests {
    private static let kinds = [
        ("tools/list", "tools", "name"), ("prompts/list", "prompts", "name"), ("resources/list", "resources", "uri"),
        ("resources/templates/list", "resourceTemplates", "uriTemplate"),
    ]

    /// So many of each kind, `n1`, `n2`…, two or more on a page.
    private static func catalogue(_ count: Int, pageSize: Int, listed: [Int] = [], caching: CachingHints? = nil) throws -> CatalogueServer {
        CatalogueServer(
            try ServerDefinition(
                info: CatalogueServer.info,
                tools: (1...count).map { Tool("n\($0)", title: "N", "N.", annotations: .reading) { _ in .text("") } },
                resources: (1...count).map { Resource("x:n\($0)", name: "n", title: "N", description: "N.") { _ in nil } },
                templates: (1...count).map { n in
                    ResourceTemplate("x:n\(n)/{a}", name: "n", title: "N", description: "N.", .string("a")) { _, _ in nil }
                },
                listing: listed.isEmpty
                    ? nil
                    : ResourceListing(caching: caching ?? .never) { context, key, limit in
                        let rest = listed.filter { $0 > key.flatMap { Int($0) } ?? 0 }.prefix(limit)
                        return ListPage(
                            rest.map { ResourceLink(uri: "x:\(context.caller)/\($0)", name: "item \($0)") },
                            next: rest.last.flatMap { $0 == listed.last ? nil : String($0) }
                        )
                    },
                prompts: (1...count).map { Prompt("n\($0)", title: "N", "N.") { _ in [] } },
                pageSize: pageSize
            )
        )
    }

    /// The keys on each page, following the cursors.
    private func pages(
        _ catalogue: CatalogueServer,
        _ kind: (method: String, member: String, key: String),
        _ revision: Revision
    ) async throws -> [[String]] {
        var (pages, cursor): ([[String]], String?) = ([], nil)
        repeat {
            let reply = try await catalogue.send(kind.method, revision, cursor.map { #""cursor":"\#($0)""# } ?? "")
            let result = try #require(reply.result, "\(String(describing: reply))")
            pages.append(result[kind.member]?.elements.compactMap { $0[kind.key]?.string } ?? [])
            cursor = result["nextCursor"]?.string
            if let cursor { #expect(cursor.hasPrefix("cu1.")) }
        } while cursor != nil && pages.count < 20
        return pages
    }

    @Test("G1 G2 all four lists come in pages, in every revision", arguments: Revision.allCases)
    func paging(revision: Revision) async throws {
        for kind in Self.kinds {
            let seven = try await pages(try Self.catalogue(7, pageSize: 3), kind, revision)
            #expect(seven.map(\.count) == [3, 3, 1])
            #expect(Set(seven.joined()).count == 7)
            #expect(seven[0][0].contains("n1") && seven[2][0].contains("n7"), "T3 order of registration")
            #expect(try await pages(try Self.catalogue(6, pageSize: 3), kind, revision).map(\.count) == [3, 3], "no empty page at the end")
            #expect(try await pages(try Self.catalogue(100, pageSize: 100), kind, revision).map(\.count) == [100])
        }
    }

    @Test("G2 a page has 100 entries unless the definition says otherwise")
    func defaultSize() async throws {
        let tools = (1...101).map { Tool<String>("n\($0)", title: "N", "N.", annotations: .reading) { _ in .text("") } }
        let catalogue = CatalogueServer(try ServerDefinition(info: CatalogueServer.info, tools: tools))
        #expect(try await pages(catalogue, Self.kinds[0], .v2026_07_28).map(\.count) == [100, 1])
    }

    @Test("G1 K2 K3 K6 declared resources come first, then those of the database", arguments: Revision.allCases)
    func listing(revision: Revision) async throws {
        for (count, expected) in [(2, [3, 3, 1]), (3, [3, 3, 2]), (4, [3, 3, 3]), (1, [3, 3])] {
            let catalogue = try Self.catalogue(count, pageSize: 3, listed: [10, 20, 30, 40, 50])
            let pages = try await pages(catalogue, Self.kinds[2], revision)
            #expect(pages.map(\.count) == expected)
            #expect(pages.joined().suffix(5) == ["x:me/10", "x:me/20", "x:me/30", "x:me/40", "x:me/50"])
        }
        let catalogue = try Self.catalogue(1, pageSize: 3, listed: [10, 20, 30])
        let first = try #require(try await catalogue.send("resources/list", revision).result)
        let cursor = try #require(first["nextCursor"]?.string)
        let second = try #require(try await catalogue.send("resources/list", revision, #""cursor":"\#(cursor)""#).result)
        for page in [first, second] {
            #expect(page["cacheScope"] == (revision.isLegacy ? nil : "private"))
            #expect(page["ttlMs"] == (revision.isLegacy ? nil : 0))
            #expect(page["resources"]?.elements.allSatisfy { $0["description"]?.string?.isEmpty == false } == true, "RS10")
        }
        #expect(
            try await catalogue.send("resources/templates/list", revision).result?["cacheScope"] == (revision.isLegacy ? nil : "public")
        )
    }

    @Test("K6 a listing is private for five seconds unless it says otherwise")
    func hints() async throws {
        let page: @Sendable (RequestContext<String>, String?, Int) async throws -> ListPage<ResourceLink> = { _, _, _ in ListPage([]) }
        #expect(ResourceListing(page: page).caching == CachingHints(milliseconds: 5_000, scope: .private))
        let catalogue = CatalogueServer(try ServerDefinition(info: CatalogueServer.info, listing: ResourceListing(page: page)))
        let result = try await catalogue.send("resources/list", .v2026_07_28).result
        #expect(result?["resources"] == [])
        #expect(result?["ttlMs"] == 5_000)
        #expect(result?["nextCursor"] == nil)
    }

    @Test("G1 a list that changes between pages neither repeats nor skips")
    func changes() async throws {
        let before = try Self.catalogue(1, pageSize: 3, listed: [10, 20, 30, 40])
        let cursor = try #require(try await before.send("resources/list", .v2026_07_28).result?["nextCursor"]?.string)
        let after = try Self.catalogue(1, pageSize: 3, listed: [5, 10, 15, 25, 40])
        let rest = try await after.send("resources/list", .v2026_07_28, #""cursor":"\#(cursor)""#).result?["resources"]
        #expect(rest?.elements.compactMap { $0["uri"]?.string } == ["x:me/25", "x:me/40"])
    }

    @Test("G1 W24 KI25 cursors of another list or principal, broken, empty or made up are -32602", arguments: Revision.allCases)
    func badCursors(revision: Revision) async throws {
        let catalogue = try Self.catalogue(7, pageSize: 3)
        let plain = try CatalogueServer()
        let sealed = ClearSealer()
        let me = Principal(issuer: "https://a", subject: "me")
        func cursor(_ bytes: [UInt8], _ principal: Principal = .anonymous) throws -> String {
            try sealed.seal(.cursor, for: principal) { $0 + bytes }
        }
        for (number, kind) in Self.kinds.enumerated() {
            let good = try #require(try await catalogue.send(kind.0, revision).result?["nextCursor"]?.string)
            let number = UInt8([1, 2, 3, 4][number])
            var bad = [
                #""""#, "5", "[]", #""x""#, #""\#(good)A""#, #""\#(good.dropLast())""#, #""ms1\#(good.dropFirst(3))""#,
                #""\#(try cursor([number, 0] + "none".utf8))""#, #""\#(try cursor([number, 1]))""#, #""\#(try cursor([number, 2]))""#,
                #""\#(try cursor([number, 3]))""#, #""\#(try cursor([number]))""#, #""\#(try cursor([number, 0, 0xFF]))""#,
                #""cu1.clear.""#,
            ]
            for other in Self.kinds where other.0 != kind.0 {
                let foreign = try #require(try await catalogue.send(other.0, revision).result?["nextCursor"]?.string)
                bad.append(#""\#(foreign)""#)
            }
            for cursor in bad {
                let reply = try await catalogue.send(kind.0, revision, #""cursor":\#(cursor)"#)
                #expect(reply.code == -32602, "\(kind.0) \(cursor)")
                #expect(reply.message?["error"]?["message"] == "unknown cursor", "one text for all")
                #expect(reply.status == (revision.isLegacy ? 200 : 400))
            }
            #expect(try await catalogue.send(kind.0, revision, #""cursor":"\#(good)""#, principal: me).code == -32602, "another principal")
            #expect(try await catalogue.send(kind.0, revision, #""cursor":null"#).code == nil, "null counts as absent")
            #expect(try await plain.send(kind.0, revision, #""cursor":"\#(good)""#).code == -32602, "a list of one page gave out none")
        }
    }

    @Test("G1 a key that is too long for a cursor is our fault")
    func longKey() async throws {
        let listing = ResourceListing<String> { _, _, _ in ListPage([], next: String(repeating: "k", count: 513)) }
        let catalogue = CatalogueServer(try ServerDefinition(info: CatalogueServer.info, listing: listing))
        #expect(try await catalogue.send("resources/list", .v2026_07_28).code == -32603)
    }

    @Test("W93 W98 lines are served alike, one line each, and follow cursors without keys")
    func stdio() async throws {
        let schema = try JSONValue(parsing: "{\n\"type\":\"object\"\n}")
        let tools = (1...3).map {
            Tool<String>("n\($0)", title: "N", "N.", annotations: .reading, inputSchema: schema) { _, _ in .text("") }
        }
        let engine = ProtocolEngine(
            try ServerDefinition(
                info: CatalogueServer.info,
                tools: tools,
                resources: CatalogueServer.resources,
                prompts: CatalogueServer.prompts,
                pageSize: 2
            )
        )
        var conversation = StdioConversation<String>()
        func ask(_ line: String) async throws -> JSONValue {
            let answer: [UInt8]
            switch conversation.receive(Array(line.utf8), by: engine, now: 0) {
            case .answer(let message): answer = message
            case .run(let invocation): answer = await engine.perform(invocation, caller: "me", correlationID: "c").message
            default: throw TestServer.Broken()
            }
            #expect(!answer.contains(0x0A))
            let message = try JSONValue(parsing: answer)
            let asked = try JSONValue(parsing: line)
            try TestServer.check(message, asked: asked, asked["params"]?["_meta"] == nil ? .v2025_03_26 : .v2026_07_28)
            return message
        }
        let first = try await ask(request("tools/list"))
        let cursor = try #require(first["result"]?["nextCursor"]?.string)
        let second = try await ask(request("tools/list", envelope26 + #","cursor":"\#(cursor)""#))
        #expect(second["result"]?["tools"]?.count == 1, "the same cursor in both eras")
        #expect(try await ask(request("tools/list", #""cursor":"\#(cursor)x""#))["error"]?["code"] == -32602)
        #expect(try await ask(request("resources/read", #""uri":"test://none""#))["error"]?["code"] == -32002)
        #expect(try await ask(request("resources/read", envelope26 + #","uri":"test://none""#))["error"]?["code"] == -32602)
        let prompt = try await ask(request("prompts/get", envelope26 + #","name":"simple""#))
        #expect(prompt["result"]?["messages"]?.count == 1)
    }

    @Test("S19 elements of a batch read, list and complete")
    func batch() async throws {
        let catalogue = try CatalogueServer()
        let body =
            "["
            + [
                request("resources/read", #""uri":"test://text""#, id: "1"), request("prompts/list", id: "2"),
                request(
                    "completion/complete",
                    #""ref":{"type":"ref/prompt","name":"summarize"},"argument":{"name":"topic","value":"t"}"#,
                    id: "3"
                ),
                request("resources/read", #""uri":"test://none""#, id: "4"),
            ].joined(separator: ",") + "]"
        let reply = try await catalogue.server.send(.post(body, version: ["2025-03-26"]))
        let answers = reply.message?.elements.map { $0 } ?? []
        #expect(answers.map { $0["error"]?["code"]?.integer } == [nil, nil, nil, -32002])
        #expect(answers.map { $0["id"]?.integer } == [1, 2, 3, 4])
    }

    @Test("B17 what takes too long is an internal error where there is no result to say it in")
    func timeIsUp() async throws {
        let catalogue = try CatalogueServer()
        guard
            case .run(let invocation) = catalogue.server.endpoint.receive(
                .modern("resources/read", #""uri":"test://text""#, name: "test://text")
            ).action
        else { throw TestServer.Broken() }
        #expect(invocation.method == "resources/read")
        #expect(invocation.target == "test://text")
        let late = catalogue.server.endpoint.engine.timedOut(invocation, after: .seconds(60), correlationID: "c-9")
        #expect(
            late.fault.map { "\($0)" } == "resources/read took longer than 60 seconds and was stopped",
            "the correlation id leads to it"
        )
        let message = try JSONValue(parsing: late.message)
        #expect(message["error"]?["code"] == -32603)
        #expect(message["error"]?["data"]?["correlation_id"] == "c-9")
    }
}
