import JSON
import Testing
import ToolBridge

/// `POST /v1/batch`.
@Suite struct BatchTests {
    private static let uid = "0b9f9d0a-6d7c-4b44-8a49-4b8f6f8d2a10"

    @Test func everyKindOfWriteInOrderOnItemsOfAnyKind() async throws {
        try await TestAPI.run { api in
            let note = try await api.create(.notes, #"{"title":"a","old":1}"#)
            let task = try await api.create(.tasks)
            let gone = try await api.create(.chats)
            let body = """
                {"operations":[
                 {"op":"create","kind":"notes","payload":{"uid":"\(Self.uid)","title":"new"}},
                 {"op":"create","kind":"comments","payload":{"parentType":"note","parentUid":"\(Self.uid)","content":"on the new note"}},
                 {"op":"patch","kind":"notes","uid":"\(note)","payload":{"title":"b"},"ifMatch":"1"},
                 {"op":"merge_patch","kind":"notes","uid":"\(note)","payload":{"old":null},"ifMatch":2},
                 {"op":"replace","kind":"notes","uid":"\(Self.uid)","payload":{"title":"newer"}},
                 {"op":"process","kind":"tasks","uid":"\(task)","action":"complete"},
                 {"op":"archive","kind":"tasks","uid":"\(task)"},
                 {"op":"delete","kind":"chats","uid":"\(gone)","ifMatch":"*"},
                 {"op":"restore","kind":"chats","uid":"\(gone)","ifMatch":2},
                 {"op":"restore","kind":"chats","uid":"\(gone)"}
                ]}
                """
            let response = try await api.send("POST", "/v1/batch", body)
            #expect(response.status == 200, "\(response.text)")
            let results = try #require(try response.json["results"]).elements.map { $0 }
            #expect(results.map { $0["status"]?.integer } == [201, 201, 200, 200, 200, 200, 200, 200, 200, 409])
            #expect(results.map { $0["version"]?.integer } == [1, 1, 2, 3, 2, 2, 3, 2, 3, 3])
            #expect(results.map { $0["uid"]?.string }[2...] == [note, note, Self.uid, task, task, gone, gone, gone])
            #expect(results[7]["deletedAt"] != nil && results[6]["deletedAt"] == nil && results[8]["deletedAt"] == nil)
            #expect(results[9]["error"]?.string == "chat isn't deleted")
            // What was written is what each item's own route gives, payloads apart.
            let single = try await api.send("GET", "/v1/notes/\(note)").json
            #expect(single["payload"]?["title"]?.string == "b" && single["payload"]?["old"] == nil)
            #expect(results[3]["updatedAt"]?.string == single["updatedAt"]?.string && single["version"]?.integer == 3)
            #expect(try await api.send("GET", "/v1/tasks/\(task)").json["payload"]?["status"]?.string == "archived")
        }
    }

    @Test func inIndependentModeARefusedOperationTouchesNoOther() async throws {
        try await TestAPI.run { api in
            let operations = (0..<100).map { number in
                switch number {
                case 40: #"{"op":"delete","kind":"notes","uid":"\#(Self.uid)"}"#
                case 41: #"{"op":"create","kind":"notes","payload":{"a":{"x":1,"x":2}}}"#
                case 42: #"{"op":"explode","kind":"notes"}"#
                case 43: #"{"op":"create","kind":"comments","payload":{"parentType":"note","parentUid":"\#(Self.uid)"}}"#
                case 44: "17"
                default: #"{"op":"create","kind":"notes","payload":{"n":\#(number)}}"#
                }
            }
            let response = try await api.send(
                "POST",
                "/v1/batch",
                #"{"mode":"independent","operations":[\#(operations.joined(separator: ","))]}"#
            )
            #expect(response.status == 200, "\(response.text.prefix(300))")
            let results = try #require(try response.json["results"]).elements.map { $0 }
            #expect(results.count == 100)
            #expect(results.filter { $0["status"]?.integer == 201 }.count == 95)
            for (index, status, code, field) in [
                (40, 404, "not_found", nil), (41, 422, "invalid_payload", "/payload/a/x"), (42, 400, "invalid_request", "/op"),
                (43, 422, "invalid_parent", "/payload/parentUid"), (44, 400, "invalid_request", ""),
            ] as [(Int, Int64, String, String?)] {
                #expect(results[index]["status"]?.integer == status, "\(index)")
                #expect(results[index]["code"]?.string == code, "\(index)")
                #expect(results[index]["field"]?.string == field, "\(index)")
            }
            let items = try await api.send("GET", "/v1/notes").json["items"]
            #expect(items?.count == 95)
        }
    }

    @Test func inAtomicModeTheFirstRefusalUndoesEverything() async throws {
        try await TestAPI.run { api in
            let note = try await api.create(.notes, #"{"title":"a"}"#)
            let before = try await api.dump()
            let body = """
                {"mode":"atomic","operations":[
                 {"op":"create","kind":"notes","payload":{"title":"new"}},
                 {"op":"patch","kind":"notes","uid":"\(note)","payload":{"title":"b"}},
                 {"op":"patch","kind":"notes","uid":"\(note)","payload":{"title":"c"},"ifMatch":"7"},
                 {"op":"delete","kind":"notes","uid":"\(note)"}
                ]}
                """
            let response = try await api.send("POST", "/v1/batch", body)
            #expect(response.status == 412 && response.code == "version_mismatch", "\(response.text)")
            let json = try response.json
            #expect(json["error"]?.string == "operation 2: version mismatch: expected 7, actual 2")
            #expect(json["field"]?.string == "/operations/2")
            let results = try #require(json["results"]).elements.map { $0 }
            #expect(results.map { $0["status"]?.integer } == [424, 424, 412, 424])
            #expect(results.map { $0["code"]?.string } == ["not_applied", "not_applied", "version_mismatch", "not_applied"])
            #expect(try await api.dump() == before)
            let good = body.replacing(#""7""#, with: #""2""#)
            #expect(try await api.send("POST", "/v1/batch", good).status == 200)
        }
    }

    @Test func aRepeatedBatchIsAppliedOnce() async throws {
        try await TestAPI.run { api in
            let body =
                #"{"mode":"atomic","operations":[{"op":"create","kind":"notes","payload":{}},{"op":"create","kind":"tasks","payload":{}}]}"#
            let first = try await api.send("POST", "/v1/batch", body, [("Idempotency-Key", "k1")])
            let second = try await api.send("POST", "/v1/batch", body, [("Idempotency-Key", "k1")])
            #expect(first.status == 200 && second.status == 200 && first.body == second.body)
            #expect(second.field("Idempotency-Replayed") == "true" && first.field("Idempotency-Replayed") == nil)
            #expect(try await api.send("GET", "/v1/notes").json["items"]?.count == 1)
            let bad = #"{"mode":"atomic","operations":[{"op":"delete","kind":"notes","uid":"\#(Self.uid)"}]}"#
            let refused = try await api.send("POST", "/v1/batch", bad, [("Idempotency-Key", "k2"), ("X-Correlation-ID", "one")])
            let again = try await api.send("POST", "/v1/batch", bad, [("Idempotency-Key", "k2"), ("X-Correlation-ID", "two")])
            #expect(refused.status == 404 && again.status == 404)
            #expect(refused.text.replacing(#""one""#, with: #""two""#) == again.text)
        }
    }

    @Test(
        arguments: [
            ("{}", 400, "invalid_request", "/operations"), (#"{"operations":{}}"#, 400, "invalid_request", "/operations"),
            (#"{"mode":"some","operations":[]}"#, 400, "invalid_request", "/mode"),
            (#"{"operations":[],"operations":[]}"#, 400, "invalid_request", "/operations"), ("[]", 400, "invalid_json", nil),
            (#"{"operations":[}"#, 400, "invalid_json", nil), ("", 400, "invalid_json", nil),
        ] as [(String, Int, String, String?)]
    )
    func aBatchThatCantBeReadIsRefusedWhole(_ body: String, _ status: Int, _ code: String, _ field: String?) async throws {
        try await TestAPI.run { api in
            let response = try await api.send("POST", "/v1/batch", body)
            #expect(response.status == status && response.code == code, "\(response.text)")
            #expect(try response.json["field"]?.string == field)
        }
    }

    @Test func atMost100Operations() async throws {
        try await TestAPI.run { api in
            let operation = #"{"op":"create","kind":"notes","payload":{}}"#
            for (count, status) in [(0, 200), (100, 200), (101, 413)] {
                let body = #"{"operations":[\#(Array(repeating: operation, count: count).joined(separator: ","))]}"#
                let response = try await api.send("POST", "/v1/batch", body)
                #expect(response.status == status)
                if status == 413 { #expect(response.code == "too_many_items" && response.text.contains(#""limit":100"#)) }
            }
        }
    }

    @Test(
        arguments: [
            (#"{"op":"create","op":"delete","kind":"notes","payload":{}}"#, 400, "invalid_request", "/op"),
            (#"{"op":"create","kind":"notes","payload":{"uid":"zz"}}"#, 400, "invalid_uid", "/payload/uid"),
            (#"{"op":"delete","kind":"notes","uid":"zz"}"#, 400, "invalid_uid", "/uid"),
            (#"{"op":"create","kind":"comments","payload":{"parentType":"note"}}"#, 422, "invalid_parent", "/payload/parentUid"),
            (
                #"{"op":"process","kind":"notes","uid":"0b9f9d0a-6d7c-4b44-8a49-4b8f6f8d2a10","action":"pin","metadata":5}"#, 400,
                "invalid_request", "/metadata"
            ),
            (
                #"{"op":"patch","kind":"notes","uid":"0b9f9d0a-6d7c-4b44-8a49-4b8f6f8d2a10","payload":{},"ifMatch":"x"}"#, 400,
                "invalid_if_match", "/ifMatch"
            ),
        ]
    )
    func aRefusedOperationNamesItsFieldWhereItStands(_ operation: String, _ status: Int, _ code: String, _ field: String) async throws {
        try await TestAPI.run { api in
            let one = try await api.send("POST", "/v1/batch", #"{"operations":[\#(operation)]}"#)
            let result = try #require(try one.json["results"]?.elements.first { _ in true })
            #expect(result["status"]?.integer == Int64(status) && result["code"]?.string == code, "\(one.text)")
            #expect(result["field"]?.string == field, "\(one.text)")
            // An atomic batch that can't be read is refused before anything else of it is looked at.
            let unknown = #"{"op":"archive","kind":"chats","uid":"\#(Self.uid)"}"#
            let isReadable = code == "invalid_parent" || field == "/payload/uid"
            let operations = isReadable ? [#"{"op":"create","kind":"notes","payload":{}}"#, operation] : [unknown, operation]
            let all = try await api.send("POST", "/v1/batch", #"{"mode":"atomic","operations":[\#(operations.joined(separator: ","))]}"#)
            #expect(all.status == status && all.code == code, "\(all.text)")
            #expect(try all.json["field"]?.string == "/operations/1\(field)")
        }
    }
}
