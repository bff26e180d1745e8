import JSON
import MCP
import Testing
import ToolBridge
import Tools

@Suite("Items as resources", .timeLimit(.minutes(2)))
struct ItemResourcesTests {
    /// A server over a service, asked by messages of 2026-07-28.
    private struct Asked {
        private let engine: ProtocolEngine<Owner>

        init(_ service: any ItemService, _ notices: ItemNotices? = nil) throws {
            let resources = ItemResources<Owner>(service: service, owner: { $0 })
            engine = ProtocolEngine(
                try ServerDefinition(
                    info: Implementation(name: "t", version: "1"),
                    templates: resources.templates,
                    listing: resources.listing,
                    announces: .resources,
                    subscriptions: notices.map { resources.subscriptions(told: $0) }
                )
            )
        }

        func callAsFunction(_ method: String, _ params: String = "", of owner: Owner = .me) async throws -> JSONValue {
            let meta =
                #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{},"#
                + #""io.modelcontextprotocol/clientInfo":{"name":"c","version":"1"}}"#
            let line = #"{"jsonrpc":"2.0","id":1,"method":"\#(method)","params":{\#(meta)\#(params.isEmpty ? "" : ",")\#(params)}}"#
            var conversation = StdioConversation<Owner>()
            let bytes: [UInt8]
            switch conversation.receive(Array(line.utf8), by: engine, now: 0) {
            case .answer(let answer): bytes = answer
            case .run(let invocation): bytes = await engine.perform(invocation, caller: owner, correlationID: "c").message
            case let other: throw Unexpected(description: "\(other)")
            }
            return try JSONValue(parsing: bytes, limits: .message)
        }

        func read(_ uri: String, of owner: Owner = .me) async throws -> JSONValue {
            try await self("resources/read", #""uri":"\#(uri)""#, of: owner)
        }

        func complete(_ name: String, _ value: String, _ arguments: String = "{}") async throws -> [String] {
            let ref = #""ref":{"type":"ref/resource","uri":"toolbridge://{kind}/{uid}"},"argument":{"name":"\#(name)","value":"\#(value)"}"#
            let answer = try await self("completion/complete", ref + #","context":{"arguments":\#(arguments)}"#)
            return answer["result"]?["completion"]?["values"]?.elements.compactMap(\.string) ?? ["\(answer)"]
        }
    }

    @Test("RS9 K6 an item is read in both forms by one call of the service, its payload unchanged")
    func reading() async throws {
        try await withService { service, _ in
            let payload = ##"{"title":"A\u0041","content":"# x","n":1.50}"##
            let item = try await service.create(Payload(payload), .notes, epoch: nil, of: .me)
            let asked = try Asked(service)
            let markdown = try await asked.read("toolbridge://notes/\(item.uid)")["result"]
            let text = try #require(markdown?["contents"].flatMap { Array($0.elements).first }?["text"]?.string)
            #expect(text == ItemMarkdown(item).text)
            #expect(markdown?["contents"].flatMap { Array($0.elements).first }?["mimeType"] == "text/markdown")
            #expect(markdown?["ttlMs"] == 0 && markdown?["cacheScope"] == "private")
            let json = try await asked.read("toolbridge://notes/\(item.uid).json")["result"]
            #expect(json?["contents"].flatMap { Array($0.elements).first }?["mimeType"] == "application/json")
            let tool = try await ToolBox(service).call("get_note", #"{"uid":"\#(item.uid)"}"#)
            let structured = String(decoding: try #require(tool.structured), as: UTF8.self)
            #expect(
                json?["contents"].flatMap { Array($0.elements).first }?["text"]?.string == #"{"kind":"notes","# + structured.dropFirst()
            )
        }
        let counting = CountingService()
        let asked = try Asked(counting)
        for form in ["", ".json"] { _ = try await asked.read("toolbridge://tasks/\(UID.numbered(1))\(form)") }
        #expect(counting.count == 2)
        #expect(counting.owners == [.me, .me])
    }

    @Test("RS3 unknown, deleted and foreign items can't be told apart, and other faults aren't hidden by it")
    func unknown() async throws {
        try await withService { service, _ in
            let item = try await service.create(Payload("{}"), .notes, epoch: nil, of: .me)
            let deleted = try await service.create(Payload("{}"), .notes, epoch: nil, of: .me)
            _ = try await service.mutate(deleted.uid, .notes, .delete, expecting: nil, epoch: nil, of: .me)
            let asked = try Asked(service)
            for (uri, owner) in [
                ("toolbridge://notes/\(UID.numbered(7))", Owner.me), ("toolbridge://notes/\(deleted.uid)", .me),
                ("toolbridge://notes/\(deleted.uid).json", .me), ("toolbridge://notes/\(item.uid)", .other),
                ("toolbridge://tasks/\(item.uid)", .me), ("toolbridge://notes/x", .me), ("toolbridge://folders/\(item.uid)", .me),
            ] {
                let error = try await asked.read(uri, of: owner)["error"]
                #expect(error?["code"] == -32602, "\(uri)")
                #expect(error?["data"] == ["uri": JSONValue(stringLiteral: uri)])
            }
        }
        let broken = try Asked(CountingService(refusing: ItemError(StoreError.unavailable(underlying: Unexpected(description: "x")))))
        #expect(try await broken.read("toolbridge://notes/\(UID.numbered(1))")["error"]?["code"] == -32603)
    }

    @Test("RS8 RS10 the list has the hundred live items that changed last, newest first, also where pages end early")
    func listing() async throws {
        try await withService { service, _ in
            let long = String(repeating: "x", count: 60_000)
            var expected: [String] = []
            for number in 0..<110 {
                let kind = [ItemKind.notes, .tasks, .taskLists][number % 3]
                let payload = try Payload(
                    #"{"title":"Item \#(number)","name":"Item \#(number)","content":"\#(number % 2 == 0 ? long : "")"}"#
                )
                let item = try await service.create(payload, kind, epoch: nil, of: .me)
                expected.insert("toolbridge://\(kind.path)/\(item.uid)", at: 0)
            }
            let newest = try #require(ItemAddress(expected[0]))
            _ = try await service.mutate(newest.reference.uid, newest.reference.kind, .delete, expecting: nil, epoch: nil, of: .me)
            let asked = try Asked(service)
            var (found, cursor): ([JSONValue], String?) = ([], nil)
            repeat {
                let result = try await asked("resources/list", cursor.map { #""cursor":"\#($0)""# } ?? "")["result"]
                found += result?["resources"].map { Array($0.elements) } ?? []
                cursor = result?["nextCursor"]?.string
                #expect(result?["ttlMs"] == 5_000 && result?["cacheScope"] == "private", "K6")
            } while cursor != nil
            #expect(found.map { $0["uri"]?.string ?? "" } == Array(expected[1...100]))
            #expect(found[0]["name"] == "Item 108")
            #expect(found[0]["description"] == "note, changed 2026-03-01")
            #expect(found[0]["annotations"]?["lastModified"] == "2026-03-01T10:00:00.000Z")
            #expect(try await asked("resources/list", of: .other)["result"]?["resources"] == [])
        }
    }

    @Test("C1 C2 C3 kinds and uids are proposed, uids by title too, of the chosen kind")
    func completion() async throws {
        try await withService { service, _ in
            let note = try await service.create(Payload(#"{"title":"Harbour plan"}"#), .notes, epoch: nil, of: .me)
            let task = try await service.create(Payload(#"{"title":"Harbour task"}"#), .tasks, epoch: nil, of: .me)
            _ = try await service.create(Payload(#"{"title":"Harbour of another"}"#), .notes, epoch: nil, of: .other)
            let asked = try Asked(service)
            #expect(try await asked.complete("kind", "ta") == ["tasks", "task_lists", "task_list_categories"])
            #expect(Set(try await asked.complete("uid", "harb")) == [note.uid.description, task.uid.description])
            #expect(try await asked.complete("uid", "harbour", #"{"kind":"tasks"}"#) == [task.uid.description])
            #expect(try await asked.complete("uid", "", #"{"kind":"folders"}"#) == [])
            #expect(try await asked.complete("uid", String(note.uid.description.prefix(9)), #"{"kind":"note"}"#) == [note.uid.description])
        }
    }

    @Test("RS1 RS6 what can be watched is one's own, in any spelling; other addresses can't")
    func watching() async throws {
        try await withService { service, _ in
            let box = NoticeBox(service)
            let resources = ItemResources<Owner>(service: service, owner: { $0 })
            let definition = try ServerDefinition<Owner>(
                info: Implementation(name: "t", version: "1"),
                templates: resources.templates,
                listing: resources.listing,
                announces: .resources,
                subscriptions: resources.subscriptions(told: box.notices)
            )
            let engine = ProtocolEngine(definition)
            let uid = UID.numbered(1)
            let uris = [
                "toolbridge://note/\(uid.description.uppercased())", "toolbridge://notes/\(uid).json", "toolbridge://notes/x", "x:y",
            ]
            let list = uris.map { #""\#($0)""# }.joined(separator: ",")
            let meta = #""io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}"#
            let line =
                #"{"jsonrpc":"2.0","id":1,"method":"subscriptions/listen","params":{"_meta":{\#(meta)},"#
                + #""notifications":{"resourceSubscriptions":[\#(list)]}}}"#
            var conversation = StdioConversation<Owner>(principal: .me)
            guard case .listen(let listen) = conversation.receive(Array(line.utf8), by: engine, now: 0) else {
                throw Unexpected(description: "no listen")
            }
            let subscription = try await engine.subscribe(listen, caller: .me, correlationID: "c")
            let acknowledged = try JSONValue(parsing: subscription.acknowledgement)["params"]?["notifications"]?["resourceSubscriptions"]
            #expect(acknowledged?.elements.compactMap(\.string) == Array(uris.prefix(2)))
            let end = try #require(try await engine.beginListening(caller: .me, principal: .me))
            #expect(box.notices.watchedOwners == 1)
            let told = subscription.told(by: ChangeNotice(.resource(uri: ItemAddress(ItemReference(.notes, uid)).text), of: .me))
            #expect(told == [ChangeNotice(.resource(uri: uris[0]), of: .me)])
            #expect(subscription.told(by: ChangeNotice(.everyResource, of: .me)).count == 2)
            end()
            #expect(box.notices.watchedOwners == 0)
        }
    }
}
