import JSON
import Testing
import ToolBridge

/// The contract's run through (rest-and-sync.md § 13), line by line, and its examples of item routes (§ 9).
@Suite struct RunThroughTests {
    @Test func oneRunThrough() async throws {
        try await TestAPI.run { api in
            let note = knownUID
            func item(_ time: Int, _ rest: String) -> String {
                #"{"items":[{"uid":"\#(note)","updatedTs":"2026-03-01T09:00:0\#(time)Z",\#(rest)}]}"#
            }
            let opened = try await api.send("POST", "/v1/sync/sessions")
            #expect(opened.status == 201)
            #expect(try opened.json["epoch"]?.integer == 1)
            let session = ("X-Sync-Session", try #require(try opened.json["id"]?.string))
            let device = [session, ("X-Sync-Epoch", "1")]
            func push(_ body: String, _ kind: String = "notes") async throws -> Response {
                let response = try await api.send("POST", "/v1/sync/\(kind)/push", body, device)
                #expect(response.status == 200)
                return response
            }
            func ack(_ version: Int, _ time: String) -> String { #"[{"uid":"\#(note)","version":\#(version),"updatedAt":"\#(time)"}]"# }
            #expect(try await push(item(1, #""title":"a""#)).text == ack(1, "2026-03-01T09:00:01.000Z"))
            #expect(try await push(item(1, #""title":"a""#)).text == ack(1, "2026-03-01T09:00:01.000Z"))
            #expect(try await push(item(2, #""title":"b""#)).text == ack(2, "2026-03-01T09:00:02.000Z"))

            let stale = try await api.send("PATCH", "/v1/notes/\(note)", "{}", [("If-Match", "\"1\"")])
            #expect(stale.status == 412 && stale.code == "version_mismatch")
            #expect(try stale.json["actual"]?.integer == 2)
            let patched = try await api.send("PATCH", "/v1/notes/\(note)", "{}", [("If-Match", "\"2\"")])
            #expect(patched.status == 200 && patched.field("ETag") == "\"3\"")
            #expect(try patched.json["version"]?.integer == 3)

            let pull = try await api.send("GET", "/v1/sync/notes/pull?limit=1", nil, device).json
            #expect(pull["upserts"]?.count == 1 && pull["deletes"]?.count == 0 && pull["hasMore"]?.boolean == false)
            let first = try #require(pull["nextCursor"]?.string)

            api.clock.advance(1000)
            let deletion = #"{"items":[{"uid":"\#(note)","updatedTs":"2026-03-01T10:00:01Z","sync":{"isDeleted":true}}]}"#
            #expect(try await push(deletion).text == ack(4, "2026-03-01T10:00:01.000Z"))
            let second = try await api.send("GET", "/v1/sync/notes/pull?cursor=\(first)", nil, device).json
            #expect(second["upserts"]?.count == 0 && second["deletes"]?.count == 1)
            #expect(try #require(second["nextCursor"]?.string) != first)

            let gone = try await api.send("GET", "/v1/notes/\(note)")
            #expect(gone.status == 410)
            #expect(
                gone.text
                    == #"{"error":"note deleted","code":"deleted","deletedAt":"2026-03-01T10:00:01.000Z","uid":"\#(note)","version":4,"correlation_id":"t-1"}"#
            )
            #expect(try await api.send("GET", "/v1/notes/\(note)?includeDeleted=true").status == 200)
            #expect(try await api.send("POST", "/v1/notes", #"{"uid":"\#(note)"}"#).code == "deleted")

            api.clock.advance(1000)
            let revival = #"{"items":[{"uid":"\#(note)","updatedTs":"2026-03-01T10:00:02Z","sync":{"isDeleted":false}}]}"#
            #expect(try await push(revival).text == ack(5, "2026-03-01T10:00:02.000Z"))
            #expect(try await api.send("GET", "/v1/notes/\(note)").status == 200)

            let unknown = "00000000-0000-4000-8000-000000000001"
            let comment = #"{"items":[{"uid":"\#(note)","parentType":"note","parentUid":"\#(unknown)"}]}"#
            #expect(
                try await push(comment, "comments").text
                    == #"[{"uid":"\#(note)","version":0,"updatedAt":"","error":"parent note not found: \#(unknown)","code":"invalid_parent","field":"/parentUid"}]"#
            )

            let wiped = try await api.send("POST", "/v1/sync/wipe", #"{"confirm":"WIPE"}"#, device)
            #expect(wiped.status == 200)
            #expect(try wiped.json["epoch"]?.integer == 2)
            let after = try await api.send("GET", "/v1/sync/notes/pull", nil, device)
            #expect(after.status == 428 && after.code == "session_invalid")
            let fresh = try await api.device()
            let mismatch = try await api.send("GET", "/v1/sync/notes/pull", nil, [fresh[0], ("X-Sync-Epoch", "1")])
            #expect(mismatch.status == 409 && mismatch.code == "epoch_mismatch")
        }
    }

    @Test func theExamplesOfItemRoutes() async throws {
        try await TestAPI.run { api in
            let created = try await api.send("POST", "/v1/notes", #"{"uid":"\#(knownUID)","title":"Shopping","content":"Milk"}"#)
            #expect(created.status == 201)
            api.clock.advance(1123)
            let patched = try await api.send("PATCH", "/v1/notes/\(knownUID)", "{}")
            #expect(
                patched.text
                    == #"{"uid":"c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f","version":2,"updatedAt":"2026-03-01T10:00:01.123Z","payload":"#
                    + #"{"uid":"c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f","title":"Shopping","content":"Milk","#
                    + #""updatedTs":"2026-03-01T10:00:01.123Z","updateTime":"2026-03-01T10:00:01.123Z","#
                    + #""sync":{"version":2,"isDeleted":false},"version":2,"isDirty":0,"isDeleted":0,"#
                    + #""remoteUpdatedAt":"2026-03-01T10:00:01.123Z","lastSyncedAt":"2026-03-01T10:00:01.123Z"}}"#
            )
            try await api.send("PATCH", "/v1/notes/\(knownUID)", "{}")
            let again = try await api.send("POST", "/v1/notes", #"{"uid":"\#(knownUID)"}"#)
            #expect(again.status == 409)
            #expect(
                again.text
                    == #"{"error":"note already exists","code":"already_exists","uid":"\#(knownUID)","version":3,"updatedAt":"2026-03-01T10:00:01.124Z","correlation_id":"t-1"}"#
            )
        }
    }

    @Test func ofTwoPatchesOfOneVersionExactlyOneIsTakenIn1000Rounds() async throws {
        try await TestAPI.run { api in
            let uid = try await api.create(.notes)
            var splits = 0
            for round in 1...1000 {
                async let one = api.send("PATCH", "/v1/notes/\(uid)", #"{"by":1}"#, [("If-Match", "\"\(round)\"")])
                async let two = api.send("PATCH", "/v1/notes/\(uid)", #"{"by":2}"#, [("If-Match", "\"\(round)\"")])
                let answers = [try await one, try await two]
                if answers.map(\.status).sorted() == [200, 412] { splits += 1 }
                let winner = answers[0].status == 200 ? 1 : 2
                #expect(try answers[winner - 1].json["payload"]?["by"]?.integer == Int64(winner))
            }
            #expect(splits == 1000)
            #expect(try await api.send("GET", "/v1/notes/\(uid)").field("ETag") == "\"1001\"")
        }
    }
}
