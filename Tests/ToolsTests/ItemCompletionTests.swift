import JSON
import MCP
import Testing
import ToolBridge
import Tools

/// What is proposed for a title or a uid that is being typed.
@Suite struct ItemCompletionTests {
    @Test func nothingTypedProposesTheLatest() async throws {
        try await withService { service, clock in
            let notes = try await service.fill(.notes, (0..<150).map { #"{"title":"note \#($0)"}"# })
            clock.advance(1)
            let task = try await service.fill(.tasks, [#"{"title":"task"}"#])[0]
            try await service.fill(.notes, [#"{"title":"theirs"}"#], of: .other)
            let completion = ItemCompletion(OwnedItems(service, of: .me))
            let uids = try await completion.uids(matching: "", of: [.notes])
            #expect(uids == notes.suffix(100).reversed().map(\.uid))
            #expect(try await completion.uids(matching: " ", of: [.notes, .tasks]).prefix(2) == [task.uid, notes[149].uid])
            #expect(try await completion.uids(matching: "", of: [.chats]) == [])
            #expect(try await completion.uids(matching: "", of: []) == [])
        }
    }

    @Test func theBeginningOfAUidProposesThoseThatBeginSo() async throws {
        try await withService { service, _ in
            let uids = [
                "c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f", "c1d90000-a1b2-4c3d-9e8f-7a6b5c4d3e2f", "d1d90000-a1b2-4c3d-9e8f-7a6b5c4d3e2f",
            ]
            try await service.fill(.notes, uids.map { #"{"uid":"\#($0)","title":"x"}"# })
            try await service.fill(.notes, [#"{"uid":"c1d91111-a1b2-4c3d-9e8f-7a6b5c4d3e2f"}"#], of: .other)
            let completion = ItemCompletion(OwnedItems(service, of: .me))
            for (typed, found) in [
                ("c1d9", [uids[1], uids[0]]), ("C1D9B7DC-a1", [uids[0]]), ("c1d9b7dca1", [uids[0]]), (uids[2], [uids[2]]), ("e", []),
                ("c1d9b7dcx", []),
                (String(repeating: "c1d9", count: 20), []),
            ] {
                #expect(try await completion.uids(matching: typed, of: [.notes]).map(\.description) == found, "\(typed)")
                #expect(try await completion.uids(matching: typed, of: [.tasks]) == [])
            }
        }
    }

    @Test func wordsProposeWhatHoldsThemTitlesFirst() async throws {
        try await withService { service, _ in
            let notes = try await service.fill(
                .notes,
                [
                    #"{"title":"x","content":"the budget, the budget, the budget"}"#, #"{"title":"Our budget"}"#,
                    #"{"title":"Budget 2026","content":"y"}"#,
                    #"{"title":"cafe"}"#, #"{"title":"other"}"#, #"{"title":"Budget, deleted"}"#,
                ]
            )
            try await service.mutate(notes[5], .delete)
            try await service.fill(.notes, [#"{"title":"Budget of others"}"#], of: .other)
            let completion = ItemCompletion(OwnedItems(service, of: .me))
            #expect(try await completion.uids(matching: "budg", of: [.notes]) == [2, 1, 0].map { notes[$0].uid })
            #expect(try await completion.uids(matching: "BUDGET 20", of: [.notes]) == [notes[2].uid])
            // What may be the beginning of a uid is also a word.
            #expect(try await completion.uids(matching: "cafe", of: [.notes]).first == notes[3].uid)
            #expect(try await completion.uids(matching: "budget", of: [.tasks]) == [])
            #expect(try await completion.uids(matching: "\"*^(", of: [.notes]) == [])
        }
    }

    @Test("C1 C2 a prompt's argument proposes titles that name one item, else uids, of the caller's own")
    func prompts() async throws {
        try await withService { service, clock in
            let notes = try await service.fill(
                .notes,
                [
                    #"{"title":"Standup"}"#, #"{"title":"Retro \u202e one"}"#, #"{"title":"retro"}"#, #"{"title":"Retro"}"#,
                    #"{"content":"untitled"}"#,
                ]
            )
            try await service.fill(.notes, [#"{"title":"Standup of others"}"#], of: .other)
            let box = try PromptBox(service, clock)
            #expect(
                try await box.proposals("meeting_notes_to_tasks", "note", "")
                    == ["\(notes[4].uid)", "\(notes[3].uid)", "\(notes[2].uid)", "Retro \\u{202E} one", "Standup"]
            )
            #expect(try await box.proposals("meeting_notes_to_tasks", "note", "stand") == ["Standup"])
            #expect(try await box.proposals("meeting_notes_to_tasks", "list", "stand") == [])
            // Each of them is taken.
            for name in try await box.proposals("meeting_notes_to_tasks", "note", "") {
                #expect(try await box.get("meeting_notes_to_tasks", ["note": name]).resources.count == 1, "\(name)")
            }
        }
    }

    @Test(
        "C2 at most 100 values; days are proposed from today on",
        arguments: [
            (
                "plan_my_day", "",
                ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06", "2026-03-07", "today", "tomorrow"]
            ),
            ("plan_my_day", "To", ["today", "tomorrow"]),
            ("plan_my_day", "2026-03-07", ["2026-03-07"]),
            ("plan_my_day", "2027", []),
            ("review_my_week", "2026-02-2", ["2026-02-28", "2026-02-27", "2026-02-26", "2026-02-25", "2026-02-24", "2026-02-23"]),
            ("review_my_week", "y", ["yesterday"]),
        ]
    )
    func days(_ prompt: String, _ typed: String, _ values: [String]) async throws {
        try await withService { service, clock in
            let proposals = try await PromptBox(service, clock).proposals(prompt, "date", typed)
            #expect(proposals == values)
        }
    }

    @Test("C2 says that there are more than 100")
    func moreThanAHundred() async throws {
        try await withService { service, clock in
            try await service.fill(.chats, (0..<120).map { #"{"title":"chat \#($0)"}"# })
            let answer = try await PromptBox(service, clock).send(
                "completion/complete",
                #"{"ref":{"type":"ref/prompt","name":"summarise_chat"},"argument":{"name":"chat","value":""}}"#
            )
            let completion = try #require(answer["result"]?["completion"])
            #expect(completion["values"]?.count == 100)
            #expect(completion["hasMore"]?.boolean == true)
        }
    }

    @Test("C3 an unknown prompt or argument is -32602; what can't be read is said in plain words")
    func unknown() async throws {
        let box = try PromptBox(CountingService(refusing: .unavailable(Unexpected(description: "host db-7"))))
        for (prompt, argument, code) in [
            ("no_such", "note", -32602), ("summarise_chat", "nope", -32602), ("summarise_chat", "chat", -32603),
        ] {
            let answer = try await box.send(
                "completion/complete",
                #"{"ref":{"type":"ref/prompt","name":"\#(prompt)"},"argument":{"name":"\#(argument)","value":""}}"#
            )
            #expect(answer["error"]?["code"]?.integer == Int64(code), "\(answer)")
            #expect(answer["error"]?["message"]?.string?.contains("db-7") == false)
        }
    }
}
