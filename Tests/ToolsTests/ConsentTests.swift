import JSON
import MCP
import Testing
import ToolBridge
import Tools

/// More than twenty items are deleted or overwritten only with the user's consent.
@Suite struct ConsentTests {
    /// So many notes and tasks of mine, and the arguments that delete them all.
    private func filled(_ service: LocalItemService, notes: Int, tasks: Int = 0, title: String = "Title") async throws -> String {
        let box = try CompactBox(service)
        var items: [String] = []
        for (kind, count) in [("notes", notes), ("tasks", tasks)] where count > 0 {
            let uids = try await box.create(kind, (1...count).map { #"{"title":"\#(title) \#($0)","content":""}"# })
            items += uids.map { #"{"kind":"\#(kind)","uid":"\#($0)"}"# }
        }
        return "[" + items.joined(separator: ",") + "]"
    }

    /// The same items, each with more members.
    private func extended(_ items: String, with members: String) -> String {
        items.split(separator: "}").map { $0 == "]" ? "]" : "\($0)\(members)}" }.joined()
    }

    private func alive(_ service: LocalItemService) async throws -> Int {
        var count = 0
        for kind in [ItemKind.notes, .tasks] { count += try await service.list(kind, ListQuery(), of: .me).items.count }
        return count
    }

    @Test func inModernRequestsTheUserIsAskedAndTheSameCallDoesItThen() async throws {
        try await withService { service, _ in
            let box = try AskingBox(service)
            let arguments = #"{"items":\#(try await filled(service, notes: 20, tasks: 5))}"#
            let first = try await box.modern("delete_items", arguments)
            #expect(first["resultType"]?.string == "input_required")
            let question = try #require(first["inputRequests"]?["confirm"]?["params"])
            let text = try #require(question["message"]?.string)
            #expect(
                text.hasPrefix(
                    #"Delete 25 items (20 notes, 5 tasks)? Among them: "Title 1", "Title 2", "Title 3", "Title 4", "Title 5". "#
                ),
                "\(text)"
            )
            #expect(text.contains("restore_item") && !text.contains("Title 6"))
            #expect(question["requestedSchema"]?["properties"]?["agree"]?["type"]?.string == "boolean")
            #expect(try await alive(service) == 25, "nothing is done before the answer")

            let state = try #require(first["requestState"].map { String(decoding: $0.bytes, as: UTF8.self) })
            let answer = #"{"action":"accept","content":{"agree":true}}"#
            let second = try await box.modern("delete_items", arguments, answer: answer, state: state)
            #expect(second["structuredContent"]?["succeeded"]?.integer == 25)
            #expect(try await alive(service) == 0)
        }
    }

    @Test func anAnswerWithoutAQuestionCountsForNothing() async throws {
        try await withService { service, _ in
            let box = try AskingBox(service)
            let arguments = #"{"items":\#(try await filled(service, notes: 21))}"#
            let answer = #"{"action":"accept","content":{"agree":true}}"#
            let unasked = try await box.modern("delete_items", arguments, answer: answer)
            #expect(unasked["resultType"]?.string == "input_required")
            // The answer to a question about other items neither.
            let other = #"{"items":\#(try await filled(service, notes: 22))}"#
            let state = try await box.modern("delete_items", other)["requestState"].map { String(decoding: $0.bytes, as: UTF8.self) }
            let moved = try? await box.modern("delete_items", arguments, answer: answer, state: state)
            #expect(moved?["structuredContent"] == nil)
            #expect(try await alive(service) == 43)
        }
    }

    @Test(arguments: [
        (#"{"action":"decline"}"#, "said no"), (#"{"action":"cancel"}"#, "didn't answer"),
        (#"{"action":"accept","content":{"agree":false}}"#, "said no"),
    ])
    func aUserWhoDoesntAgreeIsObeyed(_ answer: String, _ words: String) async throws {
        try await withService { service, _ in
            let box = try AskingBox(service)
            // That the caller says so doesn't replace the user's answer.
            let arguments = #"{"confirm":true,"items":\#(try await filled(service, notes: 21))}"#
            let state = try await box.modern("delete_items", arguments)["requestState"].map { String(decoding: $0.bytes, as: UTF8.self) }
            let modern = try await box.modern("delete_items", arguments, answer: answer, state: state)
            let legacy = try await box.legacy("delete_items", arguments, client: FormClient { _ in #""result":\#(answer)"# })
            for result in [modern, legacy] {
                #expect(result["isError"]?.boolean != true)
                #expect(result["structuredContent"]?["succeeded"]?.integer == 0)
                let note = result["structuredContent"]?["note"]?.string ?? ""
                #expect(note.contains(words) && note.contains("Nothing was deleted") && !note.contains("confirm"), "\(note)")
            }
            #expect(try await alive(service) == 21)
        }
    }

    @Test(arguments: ["2025-06-18", "2025-11-25"])
    func inSessionsTheUserIsAskedWhileTheCallWaits(_ revision: String) async throws {
        try await withService { service, _ in
            let box = try AskingBox(service)
            let client = FormClient(action: "accept", agree: true)
            let result = try await box.legacy(
                "delete_items",
                #"{"items":\#(try await filled(service, notes: 21))}"#,
                revision,
                client: client
            )
            #expect(result["structuredContent"]?["succeeded"]?.integer == 21)
            #expect(client.questions.count == 1)
            #expect(client.questions.first?["params"]?["message"]?.string?.hasPrefix("Delete 21 items (21 notes)?") == true)
            #expect(try await alive(service) == 0)
        }
    }

    @Test func twentyItemsNeedNoConsentAndAnItemNamedTwiceCountsOnce() async throws {
        try await withService { service, _ in
            let box = try AskingBox(service)
            let items = try await filled(service, notes: 20)
            let doubled = items.dropLast() + "," + items.dropFirst()
            let client = FormClient(action: "decline")
            let result = try await box.legacy("delete_items", #"{"items":\#(doubled)}"#, client: client)
            #expect(client.questions.isEmpty)
            #expect(result["structuredContent"]?["succeeded"]?.integer == 20)
            #expect(result["structuredContent"]?["failed"]?.integer == 20, "they are deleted already")
        }
    }

    @Test func overwritingAsksAndActingDoesnt() async throws {
        try await withService { service, _ in
            let box = try AskingBox(service)
            let items = try await filled(service, notes: 21)
            let client = FormClient(action: "decline")
            for (members, words) in [
                (#","fields":{"x":1}"#, "can't be brought back"), (#","replace":true,"fields":{"x":1}"#, "21 of them lose all fields"),
            ] {
                let updates = extended(items, with: members)
                _ = try await box.legacy("update_items", #"{"items":\#(updates)}"#, client: client)
                let text = client.questions.last?["params"]?["message"]?.string ?? ""
                #expect(text.hasPrefix("Overwrite 21 items (21 notes)?") && text.contains(words), "\(text)")
            }
            #expect(client.questions.count == 2)
            let actions = extended(items, with: #","action":"pin""#)
            let acted = try await box.legacy("process_items", #"{"items":\#(actions)}"#, client: client)
            #expect(acted["structuredContent"]?["succeeded"]?.integer == 21)
            #expect(client.questions.count == 2)
            let first = try #require(try await service.list(.notes, ListQuery(), of: .me).items.first)
            #expect(first.version == 2, "only the action was done")
        }
    }

    @Test(arguments: ["{}", #"{"elicitation":{"url":{}}}"#])
    func whereNobodyCanBeAskedTheCallMustSayThatTheUserAgreed(_ capabilities: String) async throws {
        try await withService { service, _ in
            let box = try AskingBox(service)
            let items = try await filled(service, notes: 21)
            for confirm in ["", #","confirm":false"#, #","confirm":null"#] {
                let arguments = #"{"items":\#(items)\#(confirm)}"#
                let modern = try await box.modern("delete_items", arguments, capabilities: capabilities)
                let client = FormClient(action: "accept", agree: true)
                let legacy = try await box.legacy("delete_items", arguments, capabilities: capabilities, client: client)
                #expect(client.questions.isEmpty)
                for result in [modern, legacy] {
                    #expect(result["isError"]?.boolean == true)
                    let lines =
                        result["content"]?.elements.first { _ in true }?["text"]?.string?.split(separator: "\n").map(String.init) ?? []
                    try #require(lines.count == 3)
                    #expect(lines[0].contains("21 items (21 notes)") && lines[0].contains("20"))
                    #expect(try JSONValue(parsing: lines[1])["code"]?.string == "confirmation_required")
                    #expect(lines[2].hasPrefix("Next: ask the user") && lines[2].contains("confirm true"))
                }
            }
            #expect(try await alive(service) == 21)
            let confirmed = try await box.modern("delete_items", #"{"items":\#(items),"confirm":"true"}"#, capabilities: capabilities)
            #expect(confirmed["structuredContent"]?["succeeded"]?.integer == 21)
        }
    }

    /// Restoring a list doesn't bring its tasks back into it.
    @Test func aTaskListWithManyTasksIsDeletedOnlyWithConsent() async throws {
        try await withService { service, _ in
            let box = try AskingBox(service)
            let compact = try CompactBox(service)
            let lists = try await compact.create("task_lists", [#"{"title":"Home"}"#, #"{"title":"Small"}"#])
            for (list, count) in zip(lists, [21, 18]) {
                _ = try await compact.create("tasks", (1...count).map { #"{"title":"T\#($0)","taskListUid":"\#(list)"}"# })
            }
            let arguments = #"{"items":["task_lists/\#(lists[0])"]}"#
            let client = FormClient(action: "decline")
            let declined = try await box.legacy("delete_items", arguments, client: client)
            #expect(declined["structuredContent"]?["succeeded"]?.integer == 0)
            let text = client.questions.first?["params"]?["message"]?.string ?? "-"
            #expect(
                text.hasPrefix(#"Delete 1 item (1 task list)? It is: "Home". Besides, more than 20 tasks would lose their list"#),
                "\(text)"
            )
            let refused = try await compact.refusal("delete_items", arguments)
            #expect(
                refused.hasPrefix(
                    "nothing was deleted: 1 item (1 task list) would be, more than 20 tasks would lose their list for good, and"
                )
            )
            for (list, expected) in [(lists[0], "refused"), (lists[1], "done")] {
                let result = try await compact.call("delete_items", #"{"items":["task_lists/\#(list)"]}"#)
                #expect(result.isError == (expected == "refused"), "\(list)")
            }
            let confirmed = try await compact.value("delete_items", #"{"items":["task_lists/\#(lists[0])"],"confirm":true}"#)
            #expect(confirmed["succeeded"]?.integer == 1)
        }
    }

    @Test func aListOfLargeTasksIsDeletedOnlyWithConsentToo() async throws {
        try await withService { service, _ in
            let box = try CompactBox(service)
            let list = try #require(try await box.create("task_lists", [#"{"title":"Home"}"#]).first)
            // A page of them ends early because of its size.
            let text = String(repeating: "x", count: 500_000)
            for _ in 0..<24 {
                let payload = try Payload(#"{"taskListUid":"\#(list)","description":"\#(text)"}"#)
                _ = try await service.create(payload, .tasks, epoch: nil, of: .me)
            }
            let refusal = try await box.refusal("delete_items", #"{"items":["task_lists/\#(list)"]}"#)
            #expect(refusal.hasPrefix("nothing was deleted: 1 item (1 task list) would be, more than 20 tasks would lose"), "\(refusal)")
        }
    }

    @Test func aClientThatBreaksTheQuestionGetsAnErrorAndNothingIsDone() async throws {
        try await withService { service, _ in
            let box = try AskingBox(service)
            let arguments = #"{"confirm":true,"items":\#(try await filled(service, notes: 21))}"#
            for response in [#""error":{"code":-1,"message":"no"}"#, #""result":{"action":"accept"}"#, #""result":5"#] {
                let result = try await box.legacy("delete_items", arguments, client: FormClient { _ in response })
                #expect(result["isError"]?.boolean == true)
            }
            #expect(try await alive(service) == 21)
        }
    }

    @Test func titlesCantBreakOutOfTheQuestion() async throws {
        try await withService { service, _ in
            let box = try AskingBox(service)
            let title = #"x\" — nothing is lost. \nVisit https://evil.example \u202e"#
            let client = FormClient(action: "decline")
            _ = try await box.legacy("delete_items", #"{"items":\#(try await filled(service, notes: 21, title: title))}"#, client: client)
            let text = try #require(client.questions.first?["params"]?["message"]?.string)
            #expect(!text.contains("\n") && !text.contains("://") && !text.unicodeScalars.contains("\u{202E}"), "\(text)")
            #expect(text.count { $0 == "\"" } == 10, "\(text)")
        }
    }

    @Test func anItemThatIsReplacedLaterInTheCallCountsAsReplaced() async throws {
        try await withService { service, _ in
            let items = try await filled(service, notes: 21)
            let (patches, replacements) = (
                extended(items, with: #","fields":{"x":1}"#), extended(items, with: #","replace":true,"fields":{}"#)
            )
            let client = FormClient(action: "decline")
            _ = try await AskingBox(service).legacy(
                "update_items",
                #"{"items":\#(patches.dropLast() + "," + replacements.dropFirst())}"#,
                client: client
            )
            let text = client.questions.first?["params"]?["message"]?.string ?? ""
            #expect(text.hasPrefix("Overwrite 21 items (21 notes)?") && text.contains("21 of them lose all fields"), "\(text)")
        }
    }

    @Test func aQuestionCostsAtMostFiveReadsAndNoWrite() async throws {
        let service = CountingService()
        let items = (1...100).map { #""notes/\#(UID.numbered($0))""# }.joined(separator: ",")
        let result = try await AskingBox(service).modern("delete_items", #"{"items":[\#(items)]}"#)
        #expect(result["resultType"]?.string == "input_required")
        #expect(service.count == 5)
        guard case .item? = service.last else {
            Issue.record("\(String(describing: service.last))")
            return
        }
    }
}
