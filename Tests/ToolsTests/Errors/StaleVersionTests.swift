import JSON
import MCP
import Testing
import ToolBridge
import Tools

/// What a caller learns who changed an older version.
@Suite struct StaleVersionTests {
    @Test func theItemComesAsItIsWithWhatDiffers() async throws {
        try await withService { service, _ in
            let box = ToolBox(service)
            let uid = try #require(
                try await box.value(
                    "create_note",
                    #"{"title":"a","content":"b","tags":["x"],"additional_fields":{"we\"ird\u202e":1,"same":[1,2]}}"#
                )[
                    "uid"
                ]?.string
            )
            _ = try await box.value("patch_note", #"{"uid":"\#(uid)","updates":{"content":"new"}}"#)
            let stale = try await box.refusal(
                "update_note",
                #"{"uid":"\#(uid)","title":"a","content":"mine","if_match":1,"additional_fields":{"same":[1.0,2],"extra":true}}"#
            )
            #expect(stale.text == "version mismatch: expected 1, actual 2")
            let difference = #"content, extra, tags, "we'ird\u{202E}""#
            let advice = "decide what to keep, then call update_note again with if_match 2."
            let expected =
                "Next: the note is at version 2; these differ from what you sent: \(difference); \(advice) "
                + "The item as it is now, with what the user stored:"
            #expect(stale.hints[0] == expected)
            #expect(stale.hints.count == 2)
            #expect(try JSONValue(parsing: stale.hints[1]) == (try await box.value("get_note", #"{"uid":"\#(uid)"}"#)))
            // What it says works.
            _ = try await box.value("update_note", #"{"uid":"\#(uid)","title":"a","content":"mine","if_match":2}"#)
        }
    }

    @Test func aPayloadOfManyLinesComesOnOne() async throws {
        try await withService { service, _ in
            let uid = UID.numbered(1)
            let payload = Array("{\n\t\"title\" :\r\n\"a\\nb\",\n \"content\":\"\"}".utf8)
            _ = try await service.push(
                [.success(Change(uid: uid, kind: .notes, updatedAt: nil, payload: payload))],
                .notes,
                epoch: 1,
                of: .me
            )
            let box = ToolBox(service)
            let stale = try await box.refusal("update_note", #"{"uid":"\#(uid)","title":"a\nb","content":"","if_match":9}"#)
            #expect(stale.hints.count == 2)
            #expect(!stale.hints[0].contains("differ"))
            #expect(try JSONValue(parsing: stale.hints[1]) == (try await box.value("get_note", #"{"uid":"\#(uid)"}"#)))
        }
    }

    @Test func aLongItemIsToBeRead() async throws {
        try await withService { service, _ in
            let box = ToolBox(service)
            let content = String(repeating: "x", count: 8000)
            let uid = try #require(try await box.value("create_note", #"{"title":"a","content":"\#(content)"}"#)["uid"]?.string)
            let arguments = #"{"uid":"\#(uid)","title":"a","content":"b","if_match":7}"#
            let expected =
                "Next: the note is at version 1; these differ from what you sent: content; decide what to keep, then call update_note again "
                + "with if_match 1. get_note shows the item as it is now."
            #expect(try await box.refusal("update_note", arguments).hints == [expected])
            // Without the item, its version is told.
            let failing = ToolBox(CountedReads(service, failingAfter: 1))
            #expect(
                try await failing.refusal("update_note", arguments).hints
                    == ["Next: read it with get_note, then call update_note again with if_match 1."]
            )
        }
    }

    @Test func manyMembersAreNotCounted() async throws {
        try await withService { service, _ in
            let box = ToolBox(service)
            let fields = (0..<40).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
            let uid = try #require(
                try await box.value("create_note", #"{"title":"a","content":"","additional_fields":{\#(fields)}}"#)["uid"]?.string
            )
            let hint = try await box.refusal("update_note", #"{"uid":"\#(uid)","title":"a","content":"","if_match":7}"#).hints[0]
            #expect(hint.contains("k19;") && !hint.contains("k20"), "\(hint)")
        }
    }
}
