import JSON
import MCP
import Testing
import ToolBridge

/// What creating and replacing tools hand to the service: keys, their order, and who wins.
@Suite struct PayloadTests {
    private static let uid = "c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f"
    private static let fields = #""additional_fields":{"z":[1.0,1E2],"a":null}"#
    private static let tail = #""z":[1.0,1E2],"a":null}"#

    @Test(arguments: [
        (
            "create_note", #"{\#(fields),"tags":["x","é"],"content":"c","title":"t"}"#,
            #"{"title":"t","content":"c","tags":["x","é"],\#(tail)"#
        ),
        (
            "update_note", #"{\#(fields),"if_match":3,"content":"c","title":"t","uid":"\#(uid)"}"#,
            #"{"uid":"\#(uid)","title":"t","content":"c",\#(tail)"#
        ),
        (
            "create_task",
            #"{\#(fields),"tags":["x"],"due_date":"2026-03-01","priority":"high","status":"todo","description":"d","title":"t"}"#,
            #"{"title":"t","description":"d","status":"todo","priority":"high","dueDate":"2026-03-01","tags":["x"],\#(tail)"#
        ),
        (
            "update_task", #"{\#(fields),"status":"done","description":"d","title":"t","uid":"\#(uid)"}"#,
            #"{"uid":"\#(uid)","title":"t","description":"d","status":"done",\#(tail)"#
        ),
        (
            "create_comment", #"{\#(fields),"tags":["x"],"author":"me","parent_uid":"\#(uid)","parent_type":"task","content":"c"}"#,
            #"{"content":"c","parentType":"task","parentUid":"\#(uid)","author":"me","tags":["x"],\#(tail)"#
        ),
        ("update_comment", #"{\#(fields),"content":"c","uid":"\#(uid)"}"#, #"{"uid":"\#(uid)","content":"c",\#(tail)"#),
        (
            "create_chat", #"{\#(fields),"tags":["x"],"archived":true,"participants":["a","b"],"description":"d","title":"t"}"#,
            #"{"title":"t","description":"d","participants":["a","b"],"archived":true,"tags":["x"],\#(tail)"#
        ),
        ("create_chat", #"{"tags":["x"],"title":"t"}"#, #"{"title":"t","archived":false,"tags":["x"]}"#),
        (
            "update_chat", #"{\#(fields),"description":"d","title":"t","uid":"\#(uid)"}"#,
            #"{"uid":"\#(uid)","title":"t","description":"d",\#(tail)"#
        ),
        (
            "create_chat_message", #"{\#(fields),"tags":["x"],"message_type":"text","sender":"me","content":"c","chat_uid":"\#(uid)"}"#,
            #"{"chatUid":"\#(uid)","content":"c","sender":"me","messageType":"text","tags":["x"],\#(tail)"#
        ),
        ("update_chat_message", #"{\#(fields),"content":"c","uid":"\#(uid)"}"#, #"{"uid":"\#(uid)","content":"c",\#(tail)"#),
    ])
    func keysComeInTheOrderOfTheTableWhateverTheOrderOfTheArguments(_ tool: String, _ arguments: String, _ payload: String) async throws {
        let service = CountingService()
        _ = try await ToolBox(service).value(tool, arguments)
        #expect(service.payload == payload)
    }

    @Test func theExampleOfACommentIsCreatedAsPublished() async throws {
        let service = CountingService()
        let arguments = #"{"content":"Looks good","parent_type":"note","parent_uid":"\#(Self.uid.uppercased())","tags":"[\"review\"]"}"#
        _ = try await ToolBox(service).value("create_comment", arguments)
        #expect(service.payload == #"{"content":"Looks good","parentType":"note","parentUid":"\#(Self.uid)","tags":["review"]}"#)
        guard case .create(.comments, _) = service.last else { return #expect(Bool(false), "no creation") }
    }

    @Test func furtherFieldsTakeThePlaceOfNamedOnes() async throws {
        let service = CountingService()
        let box = ToolBox(service)
        _ = try await box.value("create_note", #"{"title":"t","content":"c","additional_fields":{"content":{"rich":true},"title":null}}"#)
        #expect(service.payload == #"{"title":null,"content":{"rich":true}}"#)
        _ = try await box.value("create_chat", #"{"title":"t","additional_fields":"{\"archived\":\"no\"}"}"#)
        #expect(service.payload == #"{"title":"t","archived":"no"}"#)
    }

    @Test func furtherFieldsChooseTheUidOfANewItemAndNotOfAnother() async throws {
        let taken = UID.numbered(7)
        try await withService { service, _ in
            let box = ToolBox(service)
            let creating = #"{"title":"t","additional_fields":{"uid":"\#(taken.description.uppercased())"}}"#
            #expect(try await box.value("create_task", creating)["uid"]?.string == taken.description)
            let refusal = try await box.refusal("create_task", creating)
            #expect(refusal.text == "task already exists")
            #expect(refusal.code == "already_exists")
            #expect(refusal.json["uid"]?.string == taken.description)
            #expect(try await box.refusal("create_task", #"{"title":"t","additional_fields":{"uid":"x"}}"#).code == "invalid_uid")

            let other = try #require(try await box.value("create_task", #"{"title":"other"}"#)["uid"]?.string)
            let updated = try await box.value(
                "update_task",
                #"{"uid":"\#(other)","title":"new","additional_fields":{"uid":"\#(taken)","a":1}}"#
            )
            #expect(updated["uid"]?.string == other)
            #expect(updated["payload"]?["uid"]?.string == other)
            #expect(updated["payload"]?["a"]?.integer == 1)
            #expect(try await box.value("get_task", #"{"uid":"\#(taken)"}"#)["version"]?.integer == 1)
        }
    }

    @Test func aReplacingToolPassesOnTheUidThatIsMeant() async throws {
        let service = CountingService()
        let fields = #"{"uid":"\#(UID.numbered(7))","a":1}"#
        _ = try await ToolBox(service).value("update_task", #"{"uid":"\#(Self.uid)","title":"t","additional_fields":\#(fields)}"#)
        #expect(service.payload == #"{"uid":"\#(Self.uid)","title":"t","a":1}"#)
        guard case .mutate(.tasks, let uid, .replace, nil) = service.last else { return #expect(Bool(false), "no change") }
        #expect(uid.description == Self.uid)
    }

    @Test func theServersOwnFieldsAreOverwritten() async throws {
        try await withService { service, _ in
            let fields = #"{"sync":{"version":99},"updatedTs":"x","version":99,"isDeleted":1,"updatedAt":"mine"}"#
            let note = try await ToolBox(service).value("create_note", #"{"title":"t","content":"c","additional_fields":\#(fields)}"#)
            #expect(note["version"]?.integer == 1)
            #expect(note["payload"]?["sync"]?["version"]?.integer == 1)
            #expect(note["payload"]?["updatedTs"]?.string == note["updatedAt"]?.string)
            #expect(note["payload"]?["version"]?.integer == 1)
            #expect(note["payload"]?["isDeleted"]?.integer == 0)
            #expect(note["payload"]?["updatedAt"]?.string == "mine")
        }
    }

    @Test func replacingACommentOrAMessageKeepsItsParentUnlessItNamesAnother() async throws {
        try await withService { service, _ in
            let box = ToolBox(service)
            func create(_ tool: String, _ arguments: String) async throws -> String {
                try #require(try await box.value(tool, arguments)["uid"]?.string)
            }
            let note = try await create("create_note", #"{"title":"t","content":"c"}"#)
            let task = try await create("create_task", #"{"title":"t"}"#)
            let comment = try await create("create_comment", #"{"content":"c","parent_type":"note","parent_uid":"\#(note)"}"#)
            let kept = try await box.value("update_comment", #"{"uid":"\#(comment)","content":"new"}"#)
            #expect(kept["payload"]?["parentType"]?.string == "note")
            #expect(kept["payload"]?["parentUid"]?.string == note)
            let moving = #"{"uid":"\#(comment)","content":"new","additional_fields":{"parentType":"task","parentUid":"\#(task)"}}"#
            let moved = try await box.value("update_comment", moving)
            #expect(moved["payload"]?["parentType"]?.string == "task")
            #expect(moved["payload"]?["parentUid"]?.string == task)
            let half = try await box.refusal(
                "update_comment",
                #"{"uid":"\#(comment)","content":"n","additional_fields":{"parentType":"note"}}"#
            )
            #expect(half.line == #"{"code":"invalid_parent","status":422,"field":"/parentUid","reason":"missing"}"#)

            let chat = try await create("create_chat", #"{"title":"t"}"#)
            let second = try await create("create_chat", #"{"title":"t"}"#)
            let message = try await create("create_chat_message", #"{"chat_uid":"\#(chat)","content":"c"}"#)
            let same = try await box.value("update_chat_message", #"{"uid":"\#(message)","content":"new"}"#)
            #expect(same["payload"]?["chatUid"]?.string == chat)
            let other = try await box.value(
                "update_chat_message",
                #"{"uid":"\#(message)","content":"new","additional_fields":{"chatUid":"\#(second)"}}"#
            )
            #expect(other["payload"]?["chatUid"]?.string == second)
        }
    }

    @Test func rulesForPayloadsHoldForToolsToo() async throws {
        let service = CountingService()
        let box = ToolBox(service)
        let deep = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        let large = String(repeating: "x", count: 1_048_576)
        for (tool, arguments, code) in [
            ("create_note", #"{"title":"t","content":"c","additional_fields":{"a":\#(deep)}}"#, "invalid_payload"),
            ("patch_note", #"{"uid":"\#(Self.uid)","updates":{"a":\#(deep)}}"#, "invalid_payload"),
            ("create_note", #"{"title":"t","content":"\#(large)"}"#, "payload_too_large"),
            ("update_note", #"{"uid":"\#(Self.uid)","title":"t","content":"\#(large)"}"#, "payload_too_large"),
            ("patch_note", #"{"uid":"\#(Self.uid)","updates":{"a":"\#(large)"}}"#, "payload_too_large"),
        ] {
            let tool = try #require(box.tools.first { $0.name == tool })
            let value = try JSONValue(parsing: Array(arguments.utf8), limits: .message)
            let refusal = try Refusal(try await tool.call(.init(caller: .me), arguments: value))
            #expect(refusal.code == code, "\(tool.name)")
        }
        #expect(service.count == 0)
    }
}
