import JSON
import MCP
import Testing
import ToolBridge
import Tools

/// The ten tools that do all that the 41 do.
@Suite struct CompactTests {
    @Test func theListKeepsToItsSizeAndOrder() throws {
        let box = try CompactBox(CountingService())
        #expect(box.tools.map(\.name) == CompactBox.names)
        let bytes = try box.list()
        print("tools/list of the compact tools: \(bytes.count) bytes")
        // What it has today, so that it only ever gets shorter; 8,000 are promised.
        #expect(bytes.count <= 7_300)
        #expect(bytes == (try CompactBox(CountingService(), owner: .other).list()))
    }

    @Test func schemasAreSuchAsEveryClientTakes() throws {
        for tool in try CompactBox(CountingService()).tools {
            let schemas = [tool.inputSchema, try #require(tool.outputSchema)]
            for schema in schemas {
                #expect(schema["type"]?.string == "object", "\(tool.name)")
                let text = String(decoding: schema.bytes, as: UTF8.self)
                for word in ["$ref", "anyOf", "oneOf", "allOf", "$schema"] { #expect(!text.contains(word), "\(tool.name)") }
            }
            #expect(tool.inputSchema["additionalProperties"]?.boolean == false, "\(tool.name)")
            let sentences = tool.description.count { $0 == "." }
            #expect((1...3).contains(sentences) && !tool.description.contains("\n"), "\(tool.name): \(tool.description)")
        }
    }

    @Test func annotationsSayWhatEachToolDoes() throws {
        let table: [String: (readOnly: Bool, destructive: Bool, idempotent: Bool)] = [
            "search": (true, false, true), "fetch": (true, false, true), "list_items": (true, false, true),
            "recent_changes": (true, false, true),
            "health_check": (true, false, true), "create_items": (false, false, false), "update_items": (false, true, true),
            "delete_items": (false, true, true), "process_items": (false, false, true), "restore_item": (false, false, true),
        ]
        for tool in try CompactBox(CountingService()).tools {
            let row = try #require(table[tool.name])
            let expected = ToolAnnotations(readOnly: row.readOnly, destructive: row.destructive, idempotent: row.idempotent)
            #expect(tool.annotations == expected, "\(tool.name)")
        }
    }

    /// Each operation of the 41, done by its own tool for one owner and by the compact ones for another, on items of the same uids.
    @Test(arguments: ItemTools<Owner>.kinds)
    func allThatThe41DoCanBeDone(_ kind: ItemKind) async throws {
        try await withService { service, clock in
            let walk = try Walk(service, kind)
            try await walk.prepareParents()
            try await walk.both(
                "create",
                walk.creation,
                "create_items",
                #"{"items":[{"kind":"\#(kind.path)","payload":\#(walk.payload)}]}"#
            )
            clock.advance(1)
            try await walk.both(
                "patch",
                #"{"uid":"\#(walk.uid)","updates":{"extra":null,"content":"patched"}}"#,
                "update_items",
                #"{"items":[{"kind":"\#(kind.path)","uid":"\#(walk.uid)","fields":{"extra":null,"content":"patched"}}]}"#
            )
            clock.advance(1)
            let required = kind == .comments || kind == .chatMessages ? "content" : "title"
            let content = kind == .notes ? #","content":"replaced""# : ""
            try await walk.both(
                "update",
                #"{"uid":"\#(walk.uid)","\#(required)":"new"\#(content),"if_match":2}"#,
                "update_items",
                """
                {"items":[{"kind":"\(kind.path)","uid":"\(walk.uid)","replace":true,"if_match":2,\
                "fields":{"uid":"\(walk.uid)","\(required)":"new"\(content)}}]}
                """
            )
            for action in kind.actions {
                clock.advance(1)
                try await walk.both(
                    "process",
                    #"{"uid":"\#(walk.uid)","action":"\#(action.name)"}"#,
                    "process_items",
                    #"{"items":[{"kind":"\#(kind.path)","uid":"\#(walk.uid)","action":"\#(action.name)"}]}"#
                )
            }
            clock.advance(1)
            try await walk.both(
                "archive",
                #"{"uid":"\#(walk.uid)"}"#,
                "process_items",
                #"{"items":[{"kind":"\#(kind.path)","uid":"\#(walk.uid)","action":"archive"}]}"#
            )
            try await walk.readsTheSame(includeDeleted: false)
            clock.advance(1)
            try await walk.both(
                "delete",
                #"{"uid":"\#(walk.uid)"}"#,
                "delete_items",
                #"{"items":[{"kind":"\#(kind.path)","uid":"\#(walk.uid)"}]}"#
            )
            try await walk.readsTheSame(includeDeleted: true)
            #expect(try await walk.compact.value("health_check")["status"]?.string == "healthy")
        }
    }
}

/// Two owners whose items are to stay the same.
private struct Walk {
    let service: LocalItemService
    let kind: ItemKind
    let box: ToolBox
    let compact: CompactBox
    let uid = UID.numbered(100)
    private let parent = UID.numbered(1)

    init(_ service: LocalItemService, _ kind: ItemKind) throws {
        self.service = service
        self.kind = kind
        box = ToolBox(service)
        compact = try CompactBox(service, owner: .other)
    }

    func prepareParents() async throws {
        for owner in [Owner.me, .other] {
            for kind in [ItemKind.notes, .chats] {
                _ = try await service.create(
                    try Payload(#"{"uid":"\#(parent)","title":"parent","content":""}"#),
                    kind,
                    epoch: nil,
                    of: owner
                )
            }
        }
    }

    /// What is stored in the end.
    var payload: String {
        switch kind {
        case .notes: #"{"title":"t","content":"c","tags":["a"],"extra":1,"uid":"\#(uid)"}"#
        case .tasks: #"{"title":"t","dueDate":"2026-03-01","extra":1,"uid":"\#(uid)"}"#
        case .comments: #"{"content":"c","parentType":"note","parentUid":"\#(parent)","extra":1,"uid":"\#(uid)"}"#
        case .chats: #"{"title":"t","archived":false,"extra":1,"uid":"\#(uid)"}"#
        default: #"{"chatUid":"\#(parent)","content":"c","sender":"s","extra":1,"uid":"\#(uid)"}"#
        }
    }

    /// The arguments of the kind's own creating tool for it.
    var creation: String {
        let rest = #""additional_fields":{"extra":1,"uid":"\#(uid)"}"#
        return switch kind {
        case .notes: #"{"title":"t","content":"c","tags":["a"],\#(rest)}"#
        case .tasks: #"{"title":"t","due_date":"2026-03-01",\#(rest)}"#
        case .comments: #"{"content":"c","parent_type":"note","parent_uid":"\#(parent)",\#(rest)}"#
        case .chats: #"{"title":"t",\#(rest)}"#
        default: #"{"chat_uid":"\#(parent)","content":"c","sender":"s",\#(rest)}"#
        }
    }

    /// Does the same in both ways and looks whether it comes to the same.
    func both(_ verb: String, _ arguments: String, _ tool: String, _ compactArguments: String) async throws {
        _ = try await box.value("\(verb)_\(kind.singular)", arguments)
        let answer = try await compact.value(tool, compactArguments)
        #expect(answer["failed"]?.integer == 0, "\(verb): \(answer)")
        let mine = try await service.item(uid, kind, includeDeleted: true, of: .me)
        #expect(mine == (try await service.item(uid, kind, includeDeleted: true, of: .other)), "\(verb)")
    }

    func readsTheSame(includeDeleted: Bool) async throws {
        let item = try await box.value("get_\(kind.singular)", #"{"uid":"\#(uid)","include_deleted":\#(includeDeleted)}"#)
        let fetched = try await compact.value(
            "fetch",
            #"{"id":"\#(kind.path)/\#(uid)","include_deleted":\#(includeDeleted),"detail":"full"}"#
        )
        #expect(item["payload"] == fetched["payload"] && item["version"] == fetched["metadata"]?["version"])
        #expect(item["deletedAt"] == fetched["metadata"]?["deletedAt"] && item["updatedAt"] == fetched["metadata"]?["updatedAt"])
        var (cursor, other): (String?, String?) = (nil, nil)
        repeat {
            let rest = #""limit":1,"include_deleted":\#(includeDeleted)"#
            let list = try await box.value("list_\(kind.path)", "{\(rest)\(cursor.map { #","cursor":"\#($0)""# } ?? "")}")
            let items = try await compact.value(
                "list_items",
                #"{"kind":"\#(kind.path)","detail":"full",\#(rest)\#(other.map { #","cursor":"\#($0)""# } ?? "")}"#
            )
            #expect(list.texts("items", "uid") == items.texts("items", "uid"))
            #expect(list["items"]?.elements.map { $0["payload"] } == items["items"]?.elements.map { $0["payload"] })
            (cursor, other) = (list["nextCursor"]?.string, items["nextCursor"]?.string)
            #expect((cursor == nil) == (other == nil))
        } while cursor != nil && other != nil
    }
}
