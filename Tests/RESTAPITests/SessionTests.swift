import JSON
import Testing
import ToolBridge

/// The routes about sessions themselves, and what state and info tell.
@Suite struct SessionTests {
    @Test func aSessionIsOpenedReadAndEnded() async throws {
        try await TestAPI.run { api in
            let opened = try await api.send("POST", "/v1/sync/sessions")
            #expect(opened.status == 201 && opened.field("X-Sync-Epoch") == "1")
            let (id, user) = (try #require(try opened.json["id"]?.string), try #require(try opened.json["userId"]?.string))
            #expect(UID(id)?.description == id && UID(user)?.description == user)
            #expect(
                opened.text
                    == #"{"id":"\#(id)","userId":"\#(user)","createdAt":"2026-03-01T10:00:00.000Z","expiresAt":"2026-03-01T10:30:00.000Z","epoch":1}"#
            )
            api.clock.advance(1000)
            for spelling in [id, id.uppercased(), "%7B\(id)%7D", "urn:uuid:\(id)"] where !spelling.contains("%") {
                let read = try await api.send("GET", "/v1/sync/sessions/\(spelling)")
                #expect(read.status == 200 && read.body == opened.body)
            }
            // Any number of them, and one owner has one UUID.
            let second = try await api.send("POST", "/v1/sync/sessions", "any body is ignored")
            #expect(second.status == 201 && second.body != opened.body)
            #expect(try second.json["userId"]?.string == user)
            #expect(try await api.send("POST", "/v1/sync/sessions", as: "other").json["userId"]?.string != user)

            let ended = try await api.send("DELETE", "/v1/sync/sessions/\(id)")
            #expect(ended.status == 204 && ended.body.isEmpty && ended.field("Content-Type") == nil)
            for method in ["GET", "DELETE"] {
                let gone = try await api.send(method, "/v1/sync/sessions/\(id)")
                #expect(gone.status == 404)
                #expect(gone.text == #"{"error":"session not found or expired","code":"session_not_found","correlation_id":"t-1"}"#)
            }
            #expect(try await api.send("GET", "/v1/tasks", nil, [("X-Sync-Session", id)]).code == "session_invalid")
        }
    }

    @Test func onlyItsOwnerSeesASessionAndOnlyForHalfAnHour() async throws {
        try await TestAPI.run { api in
            let id = try #require(try await api.send("POST", "/v1/sync/sessions").json["id"]?.string)
            for method in ["GET", "DELETE"] {
                let foreign = try await api.send(method, "/v1/sync/sessions/\(id)", as: "other")
                #expect(foreign.status == 403)
                #expect(foreign.text == #"{"error":"forbidden","code":"session_forbidden","correlation_id":"t-1"}"#)
                for unknown in ["x", "00000000-0000-0000-0000-000000000000", "\(UID.random())", "\(id)0", "%7B\(id)"] {
                    let response = try await api.send(method, "/v1/sync/sessions/\(unknown)")
                    #expect(response.status == 404 && response.code == "session_not_found", "\(unknown)")
                }
            }
            api.clock.advance(1_799_999)
            #expect(try await api.send("GET", "/v1/sync/sessions/\(id)").status == 200)
            api.clock.advance(1)
            for method in ["GET", "DELETE"] {
                #expect(try await api.send(method, "/v1/sync/sessions/\(id)").code == "session_not_found")
            }
        }
    }

    /// They are about sessions and epochs, so they take whatever a client sends of either.
    @Test func theSessionRoutesIgnoreSessionAndEpochHeaders() async throws {
        try await TestAPI.run { api in
            let headers = [("X-Sync-Session", "nonsense"), ("X-Sync-Epoch", "99")]
            let opened = try await api.send("POST", "/v1/sync/sessions", nil, headers)
            #expect(opened.status == 201)
            let id = try #require(try opened.json["id"]?.string)
            #expect(try await api.send("GET", "/v1/sync/sessions/\(id)", nil, headers).status == 200)
            #expect(try await api.send("DELETE", "/v1/sync/sessions/\(id)", nil, headers).status == 204)
        }
    }

    @Test func stateTellsTheEpochToWhoeverHasFallenBehind() async throws {
        try await TestAPI.run { api in
            let device = try await api.device()
            let first = try await api.send("GET", "/v1/sync/state", nil, device)
            #expect(first.status == 200 && first.text == #"{"epoch":1}"#)
            for epoch in ["2", "x", ""] {
                #expect(try await api.send("GET", "/v1/sync/state", nil, [device[0], ("X-Sync-Epoch", epoch)]).body == first.body)
            }
            api.clock.advance(3_600_000)
            let user = try #require(try await api.send("POST", "/v1/sync/sessions").json["userId"]?.string)
            #expect(try await api.send("POST", "/v1/sync/wipe", #"{"confirm":"WIPE"}"#, api.device()).status == 200)
            let wiped = try await api.send("GET", "/v1/sync/state", nil, api.device())
            #expect(wiped.text == #"{"epoch":2,"lastWipeAt":"2026-03-01T11:00:00.000Z","lastWipeBy":"\#(user)"}"#)
            #expect(try await api.send("GET", "/v1/sync/state", nil, api.device(as: "other"), as: "other").text == #"{"epoch":1}"#)
        }
    }
}
