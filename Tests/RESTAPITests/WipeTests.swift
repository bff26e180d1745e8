import JSON
import Testing
import ToolBridge

/// Wipe, and what other devices see of it.
@Suite struct WipeTests {
    private static let confirm = #"{"confirm":"WIPE","mode":"hard"}"#

    @Test func everythingOfTheOwnerIsGoneAndCounted() async throws {
        try await TestAPI.run { api in
            let note = try await api.create(.notes)
            for _ in 1...11 { _ = try await api.create(.notes) }
            _ = try await api.create(.comments, #"{"parentType":"note","parentUid":"\#(note)"}"#)
            for _ in 1...3 { _ = try await api.create(.tasks) }
            let list = try await api.create(.taskLists)
            try await api.send("DELETE", "/v1/task_lists/\(list)")
            _ = try await api.create(.notes, as: "other")
            let response = try await api.send("POST", "/v1/sync/wipe", Self.confirm, api.device())
            #expect(response.status == 200)
            #expect(
                response.text
                    == #"{"epoch":2,"deleted":{"chat_message":0,"comment":1,"chat":0,"task":3,"task_list":1,"task_list_category":0,"note":12}}"#
            )
            for kind in ItemKind.allCases {
                #expect(try await api.send("GET", "/v1/\(kind.path)?includeDeleted=true").text == #"{"items":[]}"#)
            }
            #expect(try await api.send("GET", "/v1/notes", as: "other").json["items"]?.count == 1)
        }
    }

    @Test func theFirstWipeOfAnOwnerWithoutARowGives2() async throws {
        try await TestAPI.run { api in
            let response = try await api.send("POST", "/v1/sync/wipe", Self.confirm, api.device(as: "new"), as: "new")
            #expect(try response.json["epoch"]?.integer == 2)
        }
    }

    @Test func itMustBeConfirmed() async throws {
        try await TestAPI.run { api in
            _ = try await api.create(.notes)
            let device = try await api.device()
            let before = try await api.dump()
            let unconfirmed =
                #"{"error":"to wipe, send {\"confirm\":\"WIPE\"}","code":"confirmation_required","field":"/confirm","correlation_id":"t-1"}"#
            for body in ["{}", #"{"confirm":"wipe"}"#, #"{"confirm":true}"#, #"{"confirm":null}"#, #"{"confirm":"WIPE "}"#] {
                let response = try await api.send("POST", "/v1/sync/wipe", body, device)
                #expect(response.status == 400 && response.text == unconfirmed, "\(body)")
            }
            for body in ["", "null", #""WIPE""#, #"{"confirm":"WIPE"} x"#] {
                let response = try await api.send("POST", "/v1/sync/wipe", body, device)
                #expect(response.status == 400 && response.code == "invalid_json", "\(body)")
            }
            #expect(try await api.dump() == before)
            #expect(try await api.send("POST", "/v1/sync/wipe", #"{"unknown":[1],"mode":7,"confirm":"\u0057IPE"}"#, device).status == 200)
        }
    }

    @Test func otherDevicesSee428AndThen409() async throws {
        try await TestAPI.run { api in
            let mine = try await api.device()
            let theirs = try await api.device()
            #expect(try await api.send("POST", "/v1/sync/wipe", Self.confirm, mine).status == 200)
            let item = #"{"items":[{"uid":"\#(knownUID)"}]}"#
            for device in [theirs, mine] {
                for (method, path, body) in [
                    ("POST", "/v1/sync/notes/push", item), ("GET", "/v1/sync/notes/pull", nil), ("POST", "/v1/sync/wipe", Self.confirm),
                    ("GET", "/v1/sync/state", nil),
                ] as [(String, String, String?)] {
                    let response = try await api.send(method, path, body, device)
                    #expect(response.status == 428 && response.code == "session_invalid", "\(path)")
                }
            }
            let opened = try await api.device()
            #expect(opened[1].1 == "2")
            for (method, path, body) in [("POST", "/v1/sync/notes/push", item), ("GET", "/v1/sync/notes/pull", nil)]
                as [(String, String, String?)]
            {
                let response = try await api.send(method, path, body, [opened[0], theirs[1]])
                #expect(response.status == 409 && response.field("X-Sync-Epoch") == "2", "\(path)")
                #expect(response.text == #"{"error":"epoch_mismatch","code":"epoch_mismatch","epoch":2,"correlation_id":"t-1"}"#)
                #expect(try await api.send(method, path, body, opened).status == 200)
            }
        }
    }

    @Test func aWipeThatIsSentAgainWipesOnce() async throws {
        try await TestAPI.run { api in
            _ = try await api.create(.notes)
            let device = try await api.device() + [("Idempotency-Key", "wipe-1")]
            let first = try await api.send("POST", "/v1/sync/wipe", Self.confirm, device)
            #expect(try first.json["epoch"]?.integer == 2)
            _ = try await api.create(.notes)
            // Its session went with the first one.
            for _ in 1...3 {
                let again = try await api.send("POST", "/v1/sync/wipe", Self.confirm, device)
                #expect(again.status == 200 && again.body == first.body && again.field("Idempotency-Replayed") == "true")
            }
            #expect(try await api.send("GET", "/v1/notes").json["items"]?.count == 1)
            #expect(try await api.send("GET", "/v1/sync/state", nil, api.device()).json["epoch"]?.integer == 2)
        }
    }
}
