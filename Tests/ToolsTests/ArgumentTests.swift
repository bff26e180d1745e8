import JSON
import MCP
import Testing
import ToolBridge
import Tools

/// What the tools take, what they refuse, and that a refused argument costs no call of the service.
@Suite struct ArgumentTests {
    private static let uid = "c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f"
    private static let backslash = "\\"

    // MARK: Objects and lists, also as JSON in a string

    @Test(arguments: [
        ("create_note", #""title":"t","content":"c""#, "additional_fields"),
        ("update_note", #""uid":"\#(uid)","title":"t","content":"c""#, "additional_fields"),
        ("patch_note", #""uid":"\#(uid)""#, "updates"),
        ("process_note", #""uid":"\#(uid)","action":"pin""#, "metadata"),
    ])
    func anObjectMayComeAsText(_ tool: String, _ others: String, _ parameter: String) async throws {
        let service = CountingService()
        let box = ToolBox(service)
        func error(_ value: String) async throws -> ArgumentError? {
            try await box.argumentError(tool, "{\(others),\"\(parameter)\":\(value)}")
        }
        for good in [#"{"a":1}"#, #""{\"a\":1}""#, #""  {\"a\" : 1}\n""#] {
            #expect(try await error(good) == nil, "\(good)")
            if parameter != "metadata" { #expect(service.payload?.contains("\"a\"") == true, "\(good)") }
        }
        let count = service.count
        #expect(count == 3)
        for bad in [#""{""#, #""nonsense""#, #""[1]""#, #""7""#, #""null""#, #""{\"a\":1} x""#, #""{\"a\":1,\"a\":2}""#] {
            let found = try await error(bad)
            #expect(found?.parameter == parameter, "\(bad)")
            #expect(found?.message.hasPrefix("Invalid JSON string for \(parameter)") == true, "\(bad): \(found?.message ?? "taken")")
        }
        for wrong in ["7", "true", "[1]", "[]", "1.5"] {
            let found = try await error(wrong)
            #expect(found?.parameter == parameter, "\(wrong)")
            #expect(found?.message.contains("an object") == true, "\(wrong)")
        }
        #expect(service.count == count)
    }

    @Test(arguments: [
        ("create_note", #""title":"t","content":"c""#, "tags"),
        ("create_task", #""title":"t""#, "tags"),
        ("create_comment", #""content":"c","parent_type":"task","parent_uid":"\#(uid)""#, "tags"),
        ("create_chat", #""title":"t""#, "participants"),
        ("create_chat", #""title":"t""#, "tags"),
        ("create_chat_message", #""chat_uid":"\#(uid)","content":"c""#, "tags"),
    ])
    func aListMayComeAsText(_ tool: String, _ others: String, _ parameter: String) async throws {
        let service = CountingService()
        let box = ToolBox(service)
        func error(_ value: String) async throws -> ArgumentError? {
            try await box.argumentError(tool, "{\(others),\"\(parameter)\":\(value)}")
        }
        for good in [#"["a","b"]"#, #""[\"a\",\"b\"]""#, #"" [ \"a\" , \"b\" ] ""#] {
            #expect(try await error(good) == nil, "\(good)")
            #expect(service.payload?.contains(#""\#(parameter)":["a","b"]"#) == true, "\(service.payload ?? "-")")
        }
        let count = service.count
        #expect(count == 3)
        for bad in [#""a,b""#, #""[""#, #""{\"a\":1}""#, #""\"a\"""#, #""[\"a\"] x""#] {
            let found = try await error(bad)
            #expect(found?.message.hasPrefix("Invalid JSON string for \(parameter)") == true, "\(bad): \(found?.message ?? "taken")")
        }
        for wrong in ["7", "true", #"{"a":1}"#, "{}", "[1]", #"["a",null]"#, #"[["a"]]"#] {
            let found = try await error(wrong)
            #expect(found?.parameter == parameter, "\(wrong)")
            #expect(found?.message.contains("string") == true, "\(wrong)")
        }
        // Text that parses to something else than strings is a bad text too.
        let mixed = try await error(#""[1]""#)
        #expect(mixed?.parameter == parameter)
        #expect(mixed?.message.hasPrefix("Invalid JSON string for \(parameter)") == true, "\(mixed?.message ?? "taken")")
        #expect(service.count == count)
    }

    @Test func updatesMustHoldSomethingReadable() async throws {
        let service = CountingService()
        let box = ToolBox(service)
        for (value, message) in [(#""""#, "Invalid JSON string for updates"), ("null", "updates must be an object")] {
            let found = try await box.argumentError("patch_note", #"{"uid":"\#(Self.uid)","updates":\#(value)}"#)
            #expect(found?.message.hasPrefix(message) == true, "\(found?.message ?? "taken")")
        }
        #expect(service.count == 0)
        // Changing nothing is no error: the item's version grows.
        #expect(try await box.argumentError("patch_note", #"{"uid":"\#(Self.uid)","updates":{}}"#) == nil)
        #expect(service.payload == "{}")
    }

    // MARK: Optional ones

    @Test func optionalTextsAndListsThatAreAbsentNullOrEmptyAreLeftOut() async throws {
        let table: [(tool: String, required: String, payload: String, optionals: [(String, [String])])] = [
            (
                "create_note", #""title":"t","content":"""#, #"{"title":"t","content":""}"#,
                [("tags", lists), ("additional_fields", objects)]
            ),
            (
                "create_task", #""title":"t""#, #"{"title":"t"}"#,
                [
                    ("description", texts), ("status", texts), ("priority", texts), ("due_date", texts), ("tags", lists),
                    ("additional_fields", objects),
                ]
            ),
            (
                "create_comment", #""content":"c","parent_type":"task","parent_uid":"\#(Self.uid)""#,
                #"{"content":"c","parentType":"task","parentUid":"\#(Self.uid)"}"#,
                [("author", texts), ("tags", lists), ("additional_fields", objects)]
            ),
            (
                "create_chat", #""title":"""#, #"{"title":"","archived":false}"#,
                [("description", texts), ("participants", lists), ("tags", lists), ("additional_fields", objects)]
            ),
            (
                "create_chat_message", #""chat_uid":"\#(Self.uid)","content":"c""#, #"{"chatUid":"\#(Self.uid)","content":"c"}"#,
                [("sender", texts), ("message_type", texts), ("tags", lists), ("additional_fields", objects)]
            ),
            (
                "update_task", #""uid":"\#(Self.uid)","title":"t""#, #"{"uid":"\#(Self.uid)","title":"t"}"#,
                [("description", texts), ("status", texts), ("if_match", ["null"]), ("additional_fields", objects)]
            ),
            (
                "update_chat", #""uid":"\#(Self.uid)","title":"t""#, #"{"uid":"\#(Self.uid)","title":"t"}"#,
                [("description", texts), ("if_match", ["null"]), ("additional_fields", objects)]
            ),
        ]
        let service = CountingService()
        let box = ToolBox(service)
        for row in table {
            _ = try await box.value(row.tool, "{\(row.required)}")
            #expect(service.payload == row.payload, "\(row.tool)")
            for (name, values) in row.optionals {
                for value in values {
                    _ = try await box.value(row.tool, "{\(row.required),\"\(name)\":\(value)}")
                    #expect(service.payload == row.payload, "\(row.tool) \(name)=\(value)")
                    if case .mutate(_, _, _, let condition) = service.last { #expect(condition == nil) }
                }
            }
        }
    }

    private let texts = ["null", #""""#]
    private let lists = ["null", "[]", #""""#, #""[]""#]
    private let objects = ["null", "{}", #""""#, #""{}""#]

    @Test func optionalParametersOfOtherToolsTakeNullAndEmptyWhereTheirTypeDoes() async throws {
        let service = CountingService()
        let box = ToolBox(service)
        for value in ["null", #""""#] {
            _ = try await box.value("list_notes", #"{"cursor":\#(value)}"#)
            guard case .list(.notes, let query) = service.last else { return #expect(Bool(false), "no list") }
            #expect(query == ListQuery(limit: 50, cursor: nil, direction: .newestChangeFirst, maximumBytes: 40_000))
        }
        for value in objects { _ = try await box.value("process_note", #"{"uid":"\#(Self.uid)","action":"pin","metadata":\#(value)}"#) }
        // A boolean or a number with a default is left out, not nulled.
        for (tool, arguments, name) in [
            ("list_notes", #"{"limit":null}"#, "limit"), ("list_notes", #"{"limit":""}"#, "limit"),
            ("list_notes", #"{"include_deleted":null}"#, "include_deleted"), ("list_notes", #"{"include_deleted":""}"#, "include_deleted"),
            ("create_chat", #"{"title":"t","archived":null}"#, "archived"),
            ("update_note", #"{"uid":"\#(Self.uid)","title":"t","content":"c","if_match":""}"#, "if_match"),
        ] {
            #expect(try await box.argumentError(tool, arguments)?.parameter == name, "\(arguments)")
        }
    }

    @Test func booleansMayComeAsText() async throws {
        let service = CountingService()
        let box = ToolBox(service)
        for (value, expected) in [("true", true), ("false", false), (#""true""#, true), (#""false""#, false)] {
            _ = try await box.value("get_task", #"{"uid":"\#(Self.uid)","include_deleted":\#(value)}"#)
            guard case .item(.tasks, _, let includeDeleted) = service.last else { return #expect(Bool(false), "no read") }
            #expect(includeDeleted == expected)
            _ = try await box.value("create_chat", #"{"title":"t","archived":\#(value)}"#)
            #expect(service.payload == #"{"title":"t","archived":\#(expected)}"#)
        }
        for value in ["1", "0", #""yes""#, #""TRUE""#] {
            #expect(
                try await box.argumentError("get_task", #"{"uid":"\#(Self.uid)","include_deleted":\#(value)}"#)?.parameter
                    == "include_deleted"
            )
        }
    }

    // MARK: Numbers

    @Test(
        arguments: [
            ("0", nil), ("1", 1), ("200", 200), ("201", 200), ("1000", 200), ("1001", nil), (#""5""#, 5), ("1.5", nil), ("5.0", 5),
            ("5e1", 50),
            ("-1", nil), (#""5.5""#, nil), (#""x""#, nil), ("99999999999999999999", nil), ("1e400", nil), ("true", nil), ("[5]", nil),
        ] as [(String, Int?)]
    )
    func aLimitIsAnIntegerFrom1To1000AndAPageHolds200(_ value: String, _ expected: Int?) async throws {
        for kind in ItemTools<Owner>.kinds {
            let service = CountingService()
            let found = try await ToolBox(service).argumentError("list_\(kind.path)", #"{"limit":\#(value)}"#)
            guard let expected else {
                #expect(found?.parameter == "limit")
                #expect(found?.message.contains("from 1 to 1000") == true)
                #expect(service.count == 0)
                continue
            }
            #expect(found == nil)
            guard case .list(kind, let query) = service.last else { return #expect(Bool(false), "no list") }
            #expect(query == ListQuery(limit: expected, direction: .newestChangeFirst, maximumBytes: 40_000))
        }
    }

    @Test(
        arguments: [("1", 1), (#""7""#, 7), ("7.0", 7), ("0", nil), ("-3", nil), ("1.5", nil), (#""*""#, nil), ("1e30", nil)]
            as [(String, Int64?)]
    )
    func ifMatchIsAVersion(_ value: String, _ expected: Int64?) async throws {
        let service = CountingService()
        let arguments = #"{"uid":"\#(Self.uid)","content":"c","if_match":\#(value)}"#
        let found = try await ToolBox(service).argumentError("update_comment", arguments)
        guard let expected else {
            #expect(found?.parameter == "if_match")
            return #expect(service.count == 0)
        }
        guard case .mutate(.comments, _, .replace, let condition) = service.last else { return #expect(Bool(false), "no change") }
        #expect(condition == .exactly(expected))
    }

    // MARK: Uids

    static let badUIDs = [
        "../tasks/\(uid)", "%2e%2e", "", String(repeating: "a", count: 10_240), "c1d9b7dc", "\(uid)/archive", "\(uid)?x=1", "\(uid) ", "*",
        "c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2g", "{\(uid)", "\(uid)\u{0301}",
    ]

    @Test func acraftedUidReachesNoService() async throws {
        let service = CountingService()
        let box = ToolBox(service)
        for uid in Self.badUIDs {
            var writer = JSONWriter()
            writer.string(uid)
            let text = String(decoding: writer.bytes, as: UTF8.self)
            for kind in ItemTools<Owner>.kinds {
                let one = kind.singular
                let content =
                    kind == .notes
                    ? #","title":"t","content":"c""# : kind == .tasks || kind == .chats ? #","title":"t""# : #","content":"c""#
                for (tool, others) in [
                    ("get_\(one)", ""), ("update_\(one)", content), ("patch_\(one)", #","updates":{}"#), ("delete_\(one)", ""),
                    ("archive_\(one)", ""), ("process_\(one)", #","action":"\#(kind.actions[0].name)""#),
                ] {
                    let found = try await box.argumentError(tool, #"{"uid":\#(text)\#(others)}"#)
                    #expect(found?.parameter == "uid", "\(tool) \(uid.prefix(60))")
                    #expect(found?.message.utf8.count ?? 0 < 200)
                }
            }
            for (tool, others, name) in [
                ("create_comment", #""content":"c","parent_type":"note""#, "parent_uid"),
                ("create_chat_message", #""content":"c""#, "chat_uid"),
            ] {
                let found = try await box.argumentError(tool, #"{\#(others),"\#(name)":\#(text)}"#)
                #expect(found?.parameter == name, "\(tool) \(uid.prefix(60))")
            }
        }
        for value in ["null", "7", "[]", "{}"] {
            #expect(try await box.argumentError("get_note", #"{"uid":\#(value)}"#)?.parameter == "uid")
        }
        #expect(service.count == 0)
    }

    @Test func everySpellingOfAUidIsTheSameUid() async throws {
        let service = CountingService()
        let box = ToolBox(service)
        let plain = Self.uid.filter { $0 != "-" }
        for uid in [Self.uid, Self.uid.uppercased(), plain, "{\(Self.uid)}", "urn:uuid:\(Self.uid)", "URN:UUID:\(Self.uid.uppercased())"] {
            _ = try await box.value("get_note", #"{"uid":"\#(uid)"}"#)
            guard case .item(.notes, let found, _) = service.last else { return #expect(Bool(false), "no read") }
            #expect(found.description == Self.uid)
            _ = try await box.value("create_chat_message", #"{"chat_uid":"\#(uid)","content":"c"}"#)
            #expect(service.payload == #"{"chatUid":"\#(Self.uid)","content":"c"}"#)
        }
    }

    // MARK: What is missing or unknown

    @Test func missingAndUnknownParametersAreNamed() async throws {
        let service = CountingService()
        let box = ToolBox(service)
        for tool in box.tools {
            let unknown = try await box.argumentError(tool.name, #"{"colour":1}"#)
            #expect(unknown?.parameter == "colour" && unknown?.message.contains("unknown") == true, "\(tool.name)")
            let whole = try JSONValue(parsing: MinimalArguments.of(tool.name))
            for name in tool.inputSchema["required"]?.elements.compactMap(\.string) ?? [] {
                let rest = whole.members.filter { !$0.keyEquals(name) }
                let text = rest.map { "\"\($0.key)\":" + String(decoding: $0.value.bytes, as: UTF8.self) }.joined(separator: ",")
                let found = try await box.argumentError(tool.name, "{\(text)}")
                #expect(found?.parameter == name && found?.message.contains("missing") == true, "\(tool.name) \(name)")
            }
        }
        #expect(service.count == 0)
        #expect(
            try await box.argumentError("create_comment", MinimalArguments.of("create_comment", "\"parent_type\":\"chat\""))?.parameter
                == "parent_type"
        )
        #expect(service.count == 0)
    }
}
