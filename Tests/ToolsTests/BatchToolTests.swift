import JSON
import MCP
import Testing
import ToolBridge
import Tools

/// Changing many items in one call.
@Suite struct BatchToolTests {
    private func tasks(_ count: Int) -> String {
        (1...count).map { #"{"kind":"tasks","payload":{"title":"T\#($0)"}}"# }.joined(separator: ",")
    }

    @Test func aHundredItemsAreOneCallOfTheService() async throws {
        let counting = CountingService()
        _ = try await CompactBox(counting).call("create_items", #"{"items":[\#(tasks(100))]}"#)
        #expect(counting.count == 1)
        guard case .write(100, .independent)? = counting.last else {
            Issue.record("\(String(describing: counting.last))")
            return
        }
        try await withService { service, _ in
            let answer = try await CompactBox(service).value("create_items", #"{"items":[\#(tasks(100))]}"#)
            #expect(answer["succeeded"]?.integer == 100 && answer["failed"]?.integer == 0)
            #expect(answer.texts("results", "title") == (1...100).map { "T\($0)" })
            #expect(answer["results"]?.elements.map { $0["index"]?.integer } == (0..<100).map { $0 })
            #expect(answer["results"]?.elements.allSatisfy { $0["version"]?.integer == 1 && $0["ok"]?.boolean == true } == true)
        }
    }

    @Test func noneOrTooManyIsAnArgumentErrorThatSaysSo() async throws {
        let service = CountingService()
        let box = try CompactBox(service)
        for tool in ["create_items", "update_items", "delete_items", "process_items"] {
            #expect(try await box.argumentError(tool, #"{"items":[]}"#)?.message == "items is empty: give 1 to 100 items")
            #expect(
                try await box.argumentError(tool, #"{"items":[\#(tasks(101))]}"#)?.message.contains("holds 101 items: at most 100") == true
            )
            for items in ["5", "null", #""""#, #""[]""#, #""[1""#, #""5""#, "true"] {
                #expect(try await box.argumentError(tool, #"{"items":\#(items)}"#)?.parameter == "items", "\(items)")
            }
            #expect(try await box.argumentError(tool, "{}")?.message == "items is missing, but required")
        }
        #expect(service.count == 0)
    }

    @Test func whatIsBadInOneItemIsThatItemsErrorAlone() async throws {
        try await withService { service, _ in
            let box = try CompactBox(service)
            let note = try await box.create("notes", [#"{"title":"N","content":""}"#])[0]
            let answer = try await box.value(
                "update_items",
                """
                {"items":[
                    {"kind":"notes","uid":"\(note)","fields":{"a":1}}, 5, {"kind":"potatoes","uid":"\(note)","fields":{}}, {"uid":"\(note)","fields":{}},
                    {"kind":"notes","fields":{}}, {"kind":"notes","uid":"x","fields":{}}, {"kind":"notes","uid":"\(note)"},
                    {"kind":"notes","uid":"\(note)","fields":"{"}, {"kind":"notes","uid":"\(note)","fields":[]},
                    {"kind":"notes","uid":"\(note)","fields":{},"if_match":0}, {"kind":"notes","uid":"\(note)","fields":{},"if_match":1},
                    {"kind":"notes","uid":"\(note)","fields":{},"replace":"maybe"}, {"kind":"notes","uid":"\(UID.numbered(7))","fields":{}},
                    {"kind":"tasks","id":"notes/\(note)","fields":{}}, {"kind":"notes","uid":"\(note)","fields":{"b":2},"if_match":"2"}
                ]}
                """
            )
            let results = Array(try #require(answer["results"]).elements)
            let codes = results.map { $0["code"]?.string ?? "ok" }
            let bad = "invalid_request"
            #expect(codes == ["ok", bad, bad, bad, bad, bad, bad, bad, bad, bad, "version_mismatch", bad, "not_found", bad, "ok"])
            #expect(answer["succeeded"]?.integer == 2 && answer["failed"]?.integer == 13)
            let words = [
                "", "must be an object", "kind must be one of notes, tasks", "kind is missing", "uid is missing", "uid must be a UUID",
                "fields is missing",
                "Invalid JSON string for fields", "fields must be an object", "if_match must be an integer", "expected 1, actual 2",
                "replace must be true or false", "note not found", "kind is tasks, but the id is of notes", "",
            ]
            for (index, (result, words)) in zip(results, words).enumerated() {
                #expect(result["index"]?.integer == Int64(index))
                if words.isEmpty { continue }
                #expect(result["error"]?.string?.contains(words) == true, "\(index): \(result["error"]?.string ?? "-")")
            }
            #expect(results[10]["next"]?.string?.contains("if_match") == true)
            #expect(results[12]["next"]?.string == "find it with search or list_items")
            let item = try await service.item(try #require(UID(note)), .notes, includeDeleted: false, of: .me)
            #expect(item.version == 3)
            let payload = try JSONValue(parsing: item.payload)
            #expect(payload["a"]?.integer == 1 && payload["b"]?.integer == 2 && payload["title"]?.string == "N")
        }
    }

    @Test func callsOfWhichNothingCanBeReadDontReachTheService() async throws {
        let service = CountingService()
        let answer = try await CompactBox(service).value("delete_items", #"{"items":["x",null,[]]}"#)
        #expect(answer["failed"]?.integer == 3 && answer["succeeded"]?.integer == 0)
        #expect(service.count == 0)
    }

    @Test func itemsAreTakenAsModelsWriteThem() async throws {
        try await withService { service, _ in
            let box = try CompactBox(service)
            for items in [
                #"[{"kind":"notes","payload":{"title":"N","content":""}}]"#,
                #"[{"kind":"note","payload":"{\"title\":\"N\",\"content\":\"\"}"}]"#,
                #""[{\"kind\":\"Notes\",\"payload\":{\"title\":\"N\",\"content\":\"\"}}]""#,
                #"{"kind":"notes","payload":{"title":"N","content":""}}"#,
                #"["{\"kind\":\"notes\",\"payload\":{\"title\":\"N\",\"content\":\"\"}}"]"#,
                #"[{"kind":"notes","fields":{"title":"N","content":""}}]"#,
            ] {
                let answer = try await box.value("create_items", #"{"items":\#(items)}"#)
                #expect(answer["succeeded"]?.integer == 1, "\(items)")
                let uid = try #require(answer.texts("results", "uid").first ?? nil)
                let spellings = [
                    #"{"kind":"notes","uid":"\#(uid.uppercased())"}"#, #"{"id":"notes/\#(uid)"}"#, #"{"uid":"toolbridge://notes/\#(uid)"}"#,
                    #"{"kind":"note","id":"\#(uid)"}"#, #"{"kind":"notes","uid":"{\#(uid)}","version":9,"title":"N"}"#,
                ]
                let elements = spellings.map { $0.dropLast() + #","action":"archive"}"# }.joined(separator: ",")
                #expect(try await box.value("process_items", #"{"items":[\#(elements)]}"#)["succeeded"]?.integer == Int64(spellings.count))
                #expect(try await box.value("delete_items", #"{"items":"notes/\#(uid)"}"#)["succeeded"]?.integer == 1)
            }
        }
    }

    @Test func anItemNamedTwiceIsChangedTwiceInOrder() async throws {
        try await withService { service, _ in
            let box = try CompactBox(service)
            let uid = try await box.create("tasks", [#"{"title":"T"}"#])[0]
            let update = { (title: String) in #"{"kind":"tasks","uid":"\#(uid)","fields":{"title":"\#(title)"}}"# }
            let answer = try await box.value("update_items", #"{"items":[\#(update("A")),\#(update("B"))]}"#)
            #expect(answer.texts("results", "title") == ["A", "B"])
            #expect(answer["results"]?.elements.map { $0["version"]?.integer } == [2, 3])
            #expect(try await box.value("fetch", #"{"id":"tasks/\#(uid)"}"#)["title"]?.string == "B")
        }
    }

    @Test func replacingRemovesAndSettingKeeps() async throws {
        try await withService { service, _ in
            let box = try CompactBox(service)
            let uid = try await box.create("tasks", [#"{"title":"T","status":"todo","tags":["a"]}"#])[0]
            func payload() async throws -> JSONValue {
                try #require(try await box.value("fetch", #"{"id":"tasks/\#(uid)","detail":"full"}"#)["payload"])
            }
            _ = try await box.value("update_items", #"{"items":[{"kind":"tasks","uid":"\#(uid)","fields":{"status":null}}]}"#)
            #expect(try await payload()["status"]?.isNull == true)
            #expect(try await payload()["title"]?.string == "T")
            _ = try await box.value("update_items", #"{"items":[{"kind":"tasks","uid":"\#(uid)","replace":true,"fields":{"title":"U"}}]}"#)
            #expect(try await payload()["tags"] == nil)
            #expect(try await payload()["title"]?.string == "U")
        }
    }

    @Test func hintsSayWhatToDoAndNameOnlyToolsThatAreOffered() async throws {
        try await withService { service, _ in
            let box = try CompactBox(service)
            let uid = try await box.create("notes", [#"{"title":"N","content":""}"#])[0]
            _ = try await box.value("delete_items", #"{"items":["notes/\#(uid)"]}"#)
            let taken = try await box.create("notes", [#"{"title":"N","content":""}"#])[0]
            let calls: [(tool: String, item: String, next: String?)] = [
                ("delete_items", #""notes/\#(uid)""#, "restore_item brings it back"),
                ("delete_items", #""notes/\#(UID.numbered(3))""#, "find it with search or list_items"),
                (
                    "create_items", #"{"kind":"notes","payload":{"uid":"\#(taken)"}}"#,
                    "change it with update_items, or leave uid out to create another"
                ),
                (
                    "create_items", #"{"kind":"comments","payload":{"content":"c"}}"#,
                    "set parentType to note or task and parentUid to its uid"
                ),
                ("create_items", #"{"kind":"chat_messages","payload":{"content":"c"}}"#, "set chatUid to the uid of one of the chats"),
                (
                    "process_items", #"{"kind":"notes","uid":"\#(taken)","action":"fly"}"#,
                    "use one of pin, unpin, archive, unarchive, restore"
                ),
                ("process_items", #"{"kind":"chats","uid":"\#(taken)","action":"fly"}"#, "use one of resolve, reopen, archive, restore"),
            ]
            for call in calls {
                let answer = try await box.value(call.tool, #"{"items":[\#(call.item)]}"#)
                #expect(answer.texts("results", "next") == [call.next], "\(call.item)")
            }
            let few = try CompactBox(service, offers: ["update_items", "list_notes"])
            #expect(try await few.value("delete_items", #"{"items":["notes/\#(uid)"]}"#).texts("results", "next") == [nil])
            let other = try await few.value("delete_items", #"{"items":["notes/\#(UID.numbered(3))","tasks/\#(UID.numbered(3))"]}"#)
            #expect(other.texts("results", "next") == ["find it with list_notes", nil])
            for tool in few.tools { #expect(!tool.description.contains("restore_item"), "\(tool.name)") }
        }
    }

    @Test func whatIsQuotedInErrorsIsShownAndShort() async throws {
        try await withService { service, _ in
            let box = try CompactBox(service)
            let uid = try await box.create("notes", [#"{"title":"N","content":""}"#])[0]
            let action = #"\u202e\n"# + String(repeating: "x", count: 5_000)
            let answer = try await box.value("process_items", #"{"items":[{"kind":"notes","uid":"\#(uid)","action":"\#(action)"}]}"#)
            let error = try #require(answer.texts("results", "error").first ?? nil)
            #expect(error.utf8.count < 200 && !error.contains("\n") && !error.unicodeScalars.contains("\u{202E}"), "\(error)")
        }
    }

    @Test func aServiceThatIsAwayRefusesTheCall() async throws {
        struct Away: Error {}
        let box = try CompactBox(CountingService(refusing: .unavailable(Away())))
        let text = try await box.refusal("create_items", #"{"items":[\#(tasks(2))]}"#)
        #expect(text.hasPrefix("temporarily unavailable, try again\n{\"code\":\"unavailable\",\"status\":503"))
    }

    @Test func restoringUndoesADeletion() async throws {
        try await withService { service, _ in
            let box = try CompactBox(service)
            let uid = try await box.create("tasks", [#"{"title":"T"}"#])[0]
            for arguments in [
                #""id":"tasks/\#(uid)""#, #""kind":"task","uid":"\#(uid.uppercased())""#, #""uid":"tasks/\#(uid)""#,
                #""kind":"tasks","id":"\#(uid)""#,
            ] {
                _ = try await box.value("delete_items", #"{"items":["tasks/\#(uid)"]}"#)
                let item = try await box.value("restore_item", "{\(arguments)}")
                #expect(item.members.map(\.key) == ["uid", "version", "updatedAt", "deletedAt", "payload"])
                #expect(item["deletedAt"]?.isNull == true && item["payload"]?["title"]?.string == "T")
                #expect(
                    try await box.refusal("restore_item", "{\(arguments)}").hasPrefix("task isn't deleted\n{\"code\":\"already_exists\"")
                )
            }
            for (arguments, parameter) in [
                ("{}", "id"), (#"{"id":"x"}"#, "id"), (#"{"uid":"\#(uid)"}"#, "kind"), (#"{"kind":"potato","uid":"\#(uid)"}"#, "kind"),
                (#"{"kind":"tasks","uid":"x"}"#, "uid"), (#"{"kind":"notes","id":"tasks/\#(uid)"}"#, "kind"), (#"{"kind":"tasks"}"#, "id"),
            ] {
                #expect(try await box.argumentError("restore_item", arguments)?.parameter == parameter, "\(arguments)")
            }
        }
    }

    @Test(
        "the version that is meant counts, however its name is spelt",
        arguments: ["if_match", "ifMatch", "If-Match", "IF_MATCH", "ifmatch"]
    )
    func versions(_ name: String) async throws {
        try await withService { service, _ in
            let box = try CompactBox(service)
            let uid = try #require(try await box.create("notes", [#"{"title":"a"}"#]).first)
            let element = #"{"kind":"notes","uid":"\#(uid)","\#(name)":7,"fields":{"title":"b"},"action":"pin"}"#
            for tool in ["update_items", "delete_items", "process_items"] {
                let answer = try await box.value(tool, #"{"items":[\#(element)]}"#)
                #expect(answer.texts("results", "code") == ["version_mismatch"], "\(tool)")
            }
        }
    }

    @Test func aBatchOfDeletionsIsUndoneInOneCall() async throws {
        try await withService { service, _ in
            let box = try CompactBox(service)
            let uids = try await box.create("tasks", (1...20).map { #"{"title":"T\#($0)"}"# })
            let elements = uids.map { #"{"kind":"tasks","uid":"\#($0)","action":"restore"}"# }.joined(separator: ",")
            #expect(try await box.value("delete_items", #"{"items":[\#(elements)]}"#)["succeeded"]?.integer == 20)
            let answer = try await box.value("process_items", #"{"items":[\#(elements)]}"#)
            #expect(answer.texts("results", "title") == (1...20).map { "T\($0)" })
            for uid in uids { #expect(try await box.value("fetch", #"{"id":"tasks/\#(uid)"}"#)["metadata"]?["version"]?.integer == 3) }
            // Nothing is wrong with an item that is there, and there is nothing to do.
            let again = try await box.value("process_items", #"{"items":[\#(elements)]}"#)
            #expect(again["failed"]?.integer == 20 && again.texts("results", "code").allSatisfy { $0 == "already_exists" })
            #expect(again.texts("results", "next").allSatisfy { $0 == nil })
            let tools = box.tools.filter { ["delete_items", "process_items"].contains($0.name) }
            #expect(tools.allSatisfy { $0.description.contains("restore") })
        }
    }

    @Test(
        "what was surely meant for another field is stored as it was sent, and told",
        arguments: [
            ("tasks", #"{"title":"T","due_date":"2026-03-01"}"#, "due_date is stored, but a task has dueDate"),
            (
                "tasks", #"{"title":"T","DueDate":"x","task_list_uid":"y"}"#,
                "DueDate is stored, but a task has dueDate; task_list_uid is stored"
            ),
            ("tasks", #"{"title":"T","dueDate":"x","due_date":"y"}"#, nil),
            ("tasks", #"{"name":"T"}"#, "name is stored, but a task has title"),
            ("tasks", #"{"title":"T","name":"x","due":"y","my_own":1}"#, nil),
            ("notes", #"{"payload":{"title":"N"}}"#, "payload is stored as a field"),
            ("notes", #"{"title":"N","payload":"text"}"#, nil),
            ("task_list_categories", #"{"title":"C"}"#, "title is stored, but a task list category has name"),
            ("task_list_categories", #"{"name":"C","parent-uid":null}"#, "parent-uid is stored, but a task list category has parentUid"),
        ] as [(String, String, String?)]
    )
    func misnamedFields(_ kind: String, _ payload: String, _ note: String?) async throws {
        try await withService { service, _ in
            let box = try CompactBox(service)
            let created = try await box.value("create_items", #"{"items":[{"kind":"\#(kind)","payload":\#(payload)}]}"#)
            let uid = try #require(created.texts("results", "uid").first ?? nil)
            let updated = try await box.value("update_items", #"{"items":[{"kind":"\#(kind)","uid":"\#(uid)","fields":\#(payload)}]}"#)
            for answer in [created, updated] {
                let told = try #require(answer.texts("results", "note").first)
                #expect(note.map { told?.hasPrefix($0) == true } ?? (told == nil), "\(told ?? "-")")
                #expect(answer["succeeded"]?.integer == 1)
            }
            let stored = try #require(try await box.value("fetch", #"{"id":"\#(kind)/\#(uid)","detail":"full"}"#)["payload"])
            for member in try JSONValue(parsing: payload).members { #expect(stored[member.key] == member.value) }
        }
    }

    @Test func whateverIsSentEachElementHasItsResult() async throws {
        var generator = Seeded(for: "whateverIsSentEachElementHasItsResult")
        let uid = UID.numbered(1)
        let names = ["kind", "uid", "id", "payload", "fields", "replace", "if_match", "action", "x"]
        let texts = [
            "notes", "Task", "notes/\(uid)", "\(uid)", "{", "{}", "[]", "true", "9223372036854775808", "archive", "", "\\u202e", "/", "é",
        ]
        func value(_ depth: Int) -> String {
            switch Int.random(in: 0..<(depth > 2 ? 5 : 7), using: &generator) {
            case 0: "null"
            case 1: Bool.random(using: &generator) ? "true" : "false"
            case 2: ["0", "-1", "1e400", "1.5", "9223372036854775808", "5.0"].randomElement(using: &generator) ?? "0"
            case 3, 4: "\"\(texts.randomElement(using: &generator) ?? "")\""
            case 5: "[" + (0..<Int.random(in: 0...3, using: &generator)).map { _ in value(depth + 1) }.joined(separator: ",") + "]"
            default:
                "{"
                    + names.shuffled(using: &generator).prefix(Int.random(in: 0...6, using: &generator))
                    .map { "\"\($0)\":\(value(depth + 1))" }.joined(separator: ",") + "}"
            }
        }
        let box = try CompactBox(CountingService())
        for tool in ["create_items", "update_items", "delete_items", "process_items"] {
            for _ in 0..<200 {
                let elements = (0..<Int.random(in: 1...4, using: &generator)).map { _ in value(0) }
                let answer = try await box.value(tool, #"{"items":[\#(elements.joined(separator: ","))]}"#)
                #expect(answer["results"]?.count == elements.count, "\(generator) \(elements)")
            }
        }
    }
}
