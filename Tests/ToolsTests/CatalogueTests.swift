import JSON
import MCP
import Testing
import ToolBridge
import Tools

/// What clients see of the tools, whoever asks.
@Suite struct CatalogueTests {
    static let names = """
        list_notes get_note create_note update_note patch_note delete_note archive_note process_note
        list_tasks get_task create_task update_task patch_task delete_task archive_task process_task
        list_comments get_comment create_comment update_comment patch_comment delete_comment archive_comment process_comment
        list_chats get_chat create_chat update_chat patch_chat delete_chat archive_chat process_chat
        list_chat_messages get_chat_message create_chat_message update_chat_message patch_chat_message delete_chat_message \
        archive_chat_message process_chat_message
        health_check
        """.split { $0 == " " || $0 == "\n" }.map(String.init)

    private let tools = ToolBox(CountingService()).tools

    @Test func theToolsAreThe41InTheirOrder() {
        #expect(Self.names.count == 41)
        #expect(tools.map(\.name) == Self.names)
    }

    @Test(.enabled(if: SharedData.isDue))
    func parametersAreThoseOfThePublishedList() throws {
        let published = try SharedData.json("tools.json").elements.map { tool in
            (tool["name"]?.string ?? "-", tool["parameters"]?.elements.map(Row.init(published:)) ?? [])
        }
        #expect(published.map(\.0) == tools.map(\.name))
        var differences: [String] = []
        for (tool, (name, rows)) in zip(tools, published) {
            let own = Row.rows(of: tool.inputSchema)
            if own != rows { differences.append("\(name)\n  is        \(own)\n  should be \(rows)") }
        }
        #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
    }

    @Test func schemasTakeNoOtherParameters() {
        for tool in tools {
            #expect(tool.inputSchema["type"]?.string == "object", "\(tool.name)")
            // Without parameters there are none (T5).
            #expect(tool.inputSchema["properties"].map { $0.kind == .object } ?? true, "\(tool.name)")
            #expect(tool.inputSchema["additionalProperties"]?.boolean == false, "\(tool.name)")
            #expect(tool.outputSchema?["type"]?.string == "object", "\(tool.name)")
        }
    }

    @Test func titlesAreVerbsAndNouns() {
        let titles = tools.map(\.title)
        let verbs = ["List", "Get", "Create", "Replace", "Change", "Delete", "Archive", "Act on"]
        let nouns = [("note", "notes"), ("task", "tasks"), ("comment", "comments"), ("chat", "chats"), ("chat message", "chat messages")]
        let expected = nouns.flatMap { noun, plural in
            verbs.map { verb in
                switch verb {
                case "List": "List \(plural)"
                case "Change": "Change \(noun) fields"
                default: "\(verb) \(noun)"
                }
            }
        }
        #expect(titles.dropLast().elementsEqual(expected))
        #expect(titles.last == "Check health")
    }

    @Test func annotationsSayWhatEachToolDoes() throws {
        let table: [(prefix: String, readOnly: Bool, destructive: Bool, idempotent: Bool)] = [
            ("list_", true, false, true), ("get_", true, false, true), ("health_", true, false, true),
            ("create_", false, false, false), ("update_", false, true, true), ("patch_", false, true, true), ("delete_", false, true, true),
            ("archive_", false, false, true), ("process_", false, false, true),
        ]
        for tool in tools {
            let row = try #require(table.first { tool.name.hasPrefix($0.prefix) })
            let expected = ToolAnnotations(
                readOnly: row.readOnly,
                destructive: row.destructive,
                idempotent: row.idempotent,
                openWorld: false
            )
            #expect(tool.annotations == expected, "\(tool.name)")
        }
    }

    @Test func descriptionsOfReplacingAndActingToolsSayWhatTheyDo() throws {
        for tool in tools where tool.name.hasPrefix("list_") {
            #expect(tool.description.contains("200") && tool.description.contains("nextCursor"), "\(tool.name)")
        }
        for tool in tools where tool.name.hasPrefix("update_") {
            #expect(tool.description.contains("removed") && tool.description.contains("patching keeps"), "\(tool.name)")
        }
        // Creating has due_date, and what is patched under that name nobody would find.
        #expect(tools.first { $0.name == "patch_task" }?.description.contains("dueDate (not due_date)") == true)
        #expect(tools.first { $0.name == "update_task" }?.inputSchema["properties"]?["additional_fields"]?["description"] != nil)
        for kind in ItemTools<Owner>.kinds {
            let tool = try #require(tools.first { $0.name == "process_\(kind.singular)" })
            for action in kind.actions { #expect(tool.description.contains(action.name), "\(tool.name)") }
        }
        for tool in tools { #expect(!tool.description.contains("\n") && !tool.description.contains("://"), "\(tool.name)") }
    }

    @Test(arguments: ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"])
    func theListIsShortAndTheSameForEveryServer(_ revision: String) throws {
        let first = try Self.list(ToolBox(CountingService()), revision)
        let second = try Self.list(ToolBox(CountingService(refusing: .notFound(.notes)), owner: .other), revision)
        #expect(first == second)
        #expect(first == (try Self.list(ToolBox(CountingService()), revision)))
        // A token of such text has about four bytes.
        print("tools/list of \(revision): \(first.count) bytes, about \((first.count + 3) / 4) tokens")
        #expect(first.count <= 20_000)
    }

    @Test func instructionsAreShortAndPlain() {
        let text = ServerInstructions.text
        #expect((1...500).contains(text.utf8.count), "\(text.utf8.count)")
        #expect(text.utf8.allSatisfy { (0x20...0x7E).contains($0) })
        for name in [
            "uid", "version", "updatedAt", "deletedAt", "payload", "nextCursor", "if_match", "include_deleted", "never instructions",
        ] {
            #expect(text.contains(name), "\(name)")
        }
    }

    @Test func allSevenKindsHaveTheirEightTools() throws {
        let tools = ItemTools<Owner>(service: CountingService(), owner: { $0 })
        let all = ItemKind.allCases.flatMap { tools.tools(for: $0) }
        #expect(all.count == 56 && Set(all.map(\.name)).count == 56)
        _ = try ServerDefinition(info: Implementation(name: "test", version: "1"), tools: all)
        let lists = tools.tools(for: .taskLists)
        #expect(
            lists.map(\.name) == [
                "list_task_lists", "get_task_list", "create_task_list", "update_task_list", "patch_task_list", "delete_task_list",
                "archive_task_list", "process_task_list",
            ]
        )
        #expect(
            tools.tools(for: .taskListCategories).map(\.title) == [
                "List task list categories", "Get task list category", "Create task list category", "Replace task list category",
                "Change task list category fields", "Delete task list category", "Archive task list category", "Act on task list category",
            ]
        )
        #expect(lists.map(\.description).allSatisfy { $0.contains("task list") && !$0.contains("task_list") })
        #expect(lists[7].description == "Acts on a task list: unarchive.")
    }

    /// The result of `tools/list`.
    private static func list(_ box: ToolBox, _ revision: String) throws -> [UInt8] {
        let definition = try ServerDefinition(info: Implementation(name: "test", version: "1"), tools: box.tools)
        let engine = ProtocolEngine(definition)
        var conversation = StdioConversation<Owner>()
        let modern = #""io.modelcontextprotocol/protocolVersion":"\#(revision)","io.modelcontextprotocol/clientCapabilities":{}"#
        let opening = #""protocolVersion":"\#(revision)","capabilities":{},"clientInfo":{"name":"test","version":"1"}"#
        _ = conversation.receive(Array(#"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{\#(opening)}}"#.utf8), by: engine, now: 0)
        let params = revision == "2026-07-28" ? #","params":{"_meta":{\#(modern)}}"# : ""
        let request = #"{"jsonrpc":"2.0","id":1,"method":"tools/list"\#(params)}"#
        guard case .answer(let bytes) = conversation.receive(Array(request.utf8), by: engine, now: 0) else {
            throw Unexpected(description: "no answer")
        }
        return Array(try #require(try JSONValue(parsing: bytes, limits: .message)["result"]).bytes)
    }
}

/// A parameter as one line.
private struct Row: Equatable, CustomStringConvertible {
    let description: String

    init(published parameter: JSONValue) {
        self.init(
            name: parameter["name"]?.string ?? "-",
            types: parameter["types"],
            items: parameter["items"],
            isRequired: parameter["required"]?.boolean == true,
            parameter["default"],
            parameter["min"],
            parameter["max"],
            parameter["enum"],
            parameter["format"]
        )
    }

    private init(
        name: String,
        types: JSONValue?,
        items: JSONValue?,
        isRequired: Bool,
        _ fallback: JSONValue?,
        _ minimum: JSONValue?,
        _ maximum: JSONValue?,
        _ choices: JSONValue?,
        _ format: JSONValue?
    ) {
        var parts = [name, isRequired ? "required" : "optional"]
        let names = types?.kind == .array ? types?.elements.compactMap(\.string) : types?.string.map { [$0] }
        parts.append("types=" + (names ?? []).sorted().joined(separator: "|"))
        let others = [("items", items), ("default", fallback), ("min", minimum), ("max", maximum), ("enum", choices), ("format", format)]
        for (word, value) in others {
            if let value, !value.isNull { parts.append(word + "=" + String(decoding: value.bytes, as: UTF8.self)) }
        }
        description = parts.joined(separator: " ")
    }

    static func rows(of schema: JSONValue) -> [Row] {
        let required = schema["required"]?.elements.compactMap(\.string) ?? []
        return (schema["properties"]?.members.map { $0 } ?? []).map { member in
            Row(
                name: member.key,
                types: member.value["type"],
                items: member.value["items"]?["type"],
                isRequired: required.contains(member.key),
                member.value["default"],
                member.value["minimum"],
                member.value["maximum"],
                member.value["enum"],
                member.value["format"]
            )
        }
    }
}
