import MCP
import Testing
import ToolBridge
import Tools

/// Which tools are offered.
@Suite struct ToolsetTests {
    private static let catalogue = ToolCatalogue<Owner>(
        service: CountingService(),
        owner: { $0 },
        health: .healthCheck { HealthReport(testing: $0) }
    )

    private static func names(_ selection: ToolSelection) -> [String] { catalogue.tools(selection).map(\.name) }

    private static func names(_ text: String, isReadOnly: Bool = false) throws -> [String] {
        names(try ToolSelection(text, isReadOnly: isReadOnly))
    }

    /// Every part alone, every two, all but one, and all; with and without the tools that write.
    private static let selections: [ToolSelection] = {
        let parts = Toolset.allParts
        let pairs = parts.flatMap { one in parts.map { Set([one, $0]) } }
        let others = parts.map { Set(parts).subtracting([$0]) }
        return Set(pairs + others + [Set(parts), []]).flatMap { [ToolSelection($0), ToolSelection($0, isReadOnly: true)] }
    }()

    @Test func theStandardIsThe41InTheirOrder() {
        #expect(Self.names(.standard) == CatalogueTests.names)
    }

    @Test(
        "each set has its tools, and health_check",
        arguments: [
            (Toolset.standard, 41), (.compact, 10), (.all, 66), (.notes, 9), (.tasks, 9), (.comments, 9), (.chats, 9), (.chatMessages, 9),
            (.taskLists, 9), (.taskListCategories, 9), (.find, 5), (.batch, 6),
        ]
    )
    func counts(_ toolset: Toolset, _ count: Int) {
        let names = Self.names(ToolSelection([toolset]))
        #expect(names.count == count, "\(names)")
        #expect(names.contains("health_check"))
    }

    @Test func aKindsNameGivesItsEightTools() throws {
        #expect(
            try Self.names("chat_messages") == [
                "list_chat_messages", "get_chat_message", "create_chat_message", "update_chat_message", "patch_chat_message",
                "delete_chat_message", "archive_chat_message", "process_chat_message", "health_check",
            ]
        )
        #expect(Toolset.allCases.compactMap(\.kind) == ItemKind.allCases)
    }

    @Test func theSetsWithoutAKindHaveTheirTools() throws {
        #expect(
            try Self.names("compact") == [
                "health_check", "search", "fetch", "list_items", "recent_changes", "create_items", "update_items", "delete_items",
                "process_items", "restore_item",
            ]
        )
    }

    @Test func anySelectionIsAPartOfAllInItsOrder() {
        let all = Self.names(ToolSelection([.all]))
        for selection in Self.selections {
            let names = Self.names(selection)
            #expect(names == all.filter(Set(names).contains), "\(selection)")
        }
    }

    @Test func namesThatHintsMayUseAreThoseThatAreListed() {
        for selection in Self.selections { #expect(selection.toolNames == Self.names(selection), "\(selection)") }
    }

    @Test func aReadOnlySelectionHasTheReadingToolsAndNoOther() {
        for selection in Self.selections where selection.isReadOnly {
            let writing = ToolSelection(selection.toolsets)
            let expected = Self.catalogue.tools(writing).filter(\.annotations.readOnly).map(\.name)
            #expect(Self.names(selection) == expected)
        }
    }

    @Test(
        "names are read as people write them, and what is the same is equal",
        arguments: [
            ("notes,tasks", "tasks,notes"), (" notes ,\ttasks ", "notes,tasks"), ("notes,,tasks,", "notes,tasks"), ("notes,notes", "notes"),
            ("compact", "find,batch"), ("all,notes", "all"), ("standard", "notes,tasks,comments,chats,chat_messages"),
            ("standard,compact,task_lists,task_list_categories", "all"),
        ]
    )
    func spellings(_ text: String, _ other: String) throws {
        #expect(try ToolSelection(text) == ToolSelection(other))
        #expect(try Self.names(text) == Self.names(other))
    }

    @Test(
        "what chooses nothing is refused",
        arguments: [
            ("", ToolSelectionError.empty), (" , ", .empty), ("nots", .unknown("nots")), ("notes,Tasks", .unknown("Tasks")),
            ("chat-messages", .unknown("chat-messages")), ("notes tasks", .unknown("notes tasks")),
            ("note\u{301}s", .unknown("note\u{301}s")),
            (String(repeating: "x", count: 8_000), .unknown(String(repeating: "x", count: 61) + "…")),
            ("a\n\u{202E}b", .unknown(#"a \u{202E}b"#)),
        ]
    )
    func unknown(_ text: String, _ error: ToolSelectionError) {
        #expect(throws: error) { try ToolSelection(text) }
        #expect(throws: error) { try ToolOffer().selection(toolsets: text, readOnly: nil) }
    }

    @Test func anAddressChoosesAmongAllWhereTheOperatorChoseNothing() throws {
        let offer = ToolOffer()
        #expect(offer.standard == .standard)
        #expect(offer.toolsets == Toolset.allCases)
        #expect(try offer.selection(toolsets: nil, readOnly: nil) == .standard)
        #expect(try offer.selection(toolsets: "all", readOnly: nil) == ToolSelection([.all]))
        #expect(try offer.selection(toolsets: "notes", readOnly: "1") == ToolSelection([.notes], isReadOnly: true))
    }

    @Test func whatTheOperatorChoseIsTheStandardAndTheBound() throws {
        let offer = ToolOffer([.notes, .compact])
        #expect(offer.standard == ToolSelection([.notes, .find, .batch]))
        #expect(offer.toolsets == [.compact, .notes, .find, .batch])
        #expect(try offer.selection(toolsets: "notes", readOnly: nil) == ToolSelection([.notes]))
        #expect(try offer.selection(toolsets: "find,notes", readOnly: "true") == ToolSelection([.notes, .find], isReadOnly: true))
        for text in ["tasks", "standard", "all", "notes,tasks"] {
            #expect(throws: ToolSelectionError.notOffered) { try offer.selection(toolsets: text, readOnly: nil) }
        }
    }

    @Test func noAddressLiftsReadOnly() throws {
        let offer = ToolOffer([.standard], isReadOnly: true)
        for (toolsets, readOnly) in [(nil, "0"), (nil, "false"), ("notes", "0"), ("notes", nil), ("notes", "1"), (nil, nil)] {
            #expect(try offer.selection(toolsets: toolsets, readOnly: readOnly).isReadOnly)
        }
    }

    @Test(arguments: ["", "maybe", "TRUE", "yes", "01", " 1"])
    func readOnlyIsTrueOrFalse(_ text: String) {
        #expect(throws: ToolSelectionError.notBoolean) { try ToolOffer().selection(toolsets: nil, readOnly: text) }
    }

    @Test(
        "a parameter in another spelling isn't passed over",
        arguments: [
            ("READONLY", "readonly"), ("readOnly", "readonly"), ("read_only", "readonly"), ("read-only", "readonly"),
            ("ReadOnly[]", "readonly"),
            ("Toolsets", "toolsets"), ("toolset", "toolsets"), ("tool_sets", "toolsets"), ("toolsets[]", "toolsets"), ("readonly", nil),
            ("toolsets", nil), ("session_id", nil), ("", nil), ("read", nil), ("only", nil), ("readonlyy", nil), ("tools", nil),
        ]
    )
    func misspelt(_ name: String, _ meant: String?) {
        #expect(ToolOffer.parameter(misspeltAs: name) == meant)
    }

    @Test func sizesAreWhatIsPublished() throws {
        for toolset in Toolset.allCases {
            let tools = Self.catalogue.tools(ToolSelection([toolset]))
            let list = try ServerDefinition(info: Implementation(name: "test", version: "1"), tools: tools).publishedTools(
                for: .v2026_07_28
            )
            let entries = tools.map { $0.published(for: .v2026_07_28) }
            let text = String(decoding: try #require(list), as: UTF8.self)
            #expect(text.contains("[" + entries.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ",") + "]"))
        }
    }
}
