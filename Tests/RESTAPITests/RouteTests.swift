import JSON
import Testing
import ToolBridge

/// Every route of every kind, when all is well.
@Suite struct RouteTests {
    @Test(arguments: ItemKind.allCases)
    func anItemIsCreatedReadChangedAndDeleted(_ kind: ItemKind) async throws {
        try await TestAPI.run { api in
            let path = "/v1/\(kind.path)"
            let item = "\(path)/\(knownUID)"
            let parent = try await api.parentMember(of: kind)

            let created = try await api.send("POST", path, #"{"uid":"\#(knownUID.uppercased())",\#(parent)"title":"a"}"#)
            #expect(created.status == 201)
            #expect(created.field("ETag") == "\"1\"")
            #expect(created.field("Location") == item)
            #expect(created.field("Content-Type") == "application/json")
            let flat =
                kind == .notes
                ? #","version":1,"isDirty":0,"isDeleted":0,"remoteUpdatedAt":"\#(start)","lastSyncedAt":"\#(start)""# : ""
            #expect(
                created.text
                    == #"{"uid":"\#(knownUID)","version":1,"updatedAt":"\#(start)","payload":{"uid":"\#(knownUID)",\#(parent)"title":"a","#
                    + #""updatedTs":"\#(start)","updateTime":"\#(start)","sync":{"version":1,"isDeleted":false}\#(flat)}}"#
            )

            let read = try await api.send("GET", item)
            #expect(read.status == 200 && read.field("ETag") == "\"1\"" && read.field("Location") == nil)
            #expect(read.body == created.body)
            let list = try await api.send("GET", path)
            #expect(list.status == 200 && list.field("ETag") == nil)
            #expect(list.text == #"{"items":[\#(created.text)]}"#)

            api.clock.advance(1120)
            let replaced = try await api.send("PUT", item, #"{"uid":"00000000-0000-4000-8000-000000000001","b":1}"#)
            #expect(replaced.status == 200 && replaced.field("ETag") == "\"2\"")
            #expect(try replaced.json["updatedAt"]?.string == "2026-03-01T10:00:01.120Z")
            #expect(try replaced.json["uid"]?.string == knownUID)
            #expect(try replaced.json["payload"]?["uid"]?.string == knownUID)
            #expect(try replaced.json["payload"]?["title"] == nil)
            for key in ["parentType", "parentUid", "chatUid"] where parent.contains(key) {
                #expect(try replaced.json["payload"]?[key] == created.json["payload"]?[key])
            }

            let patched = try await api.send("PATCH", item, #"{"c":null,"uid":"x","sync":{"version":77}}"#)
            #expect(patched.status == 200 && patched.field("ETag") == "\"3\"")
            #expect(try patched.json["payload"]?["b"]?.integer == 1)
            #expect(try patched.json["payload"]?["c"]?.isNull == true)
            #expect(
                try patched.json["payload"]?["sync"].map { String(decoding: $0.bytes, as: UTF8.self) }
                    == #"{"version":3,"isDeleted":false}"#
            )
            #expect(try patched.json["payload"]?["uid"]?.string == knownUID)

            let archived = try await api.send("POST", item + "/archive", "not even JSON")
            #expect(archived.status == 200 && archived.field("ETag") == "\"4\"")
            for effect in kind.archiving { try Self.expect(effect, in: archived) }
            var version = 4
            for action in kind.actions {
                for metadata in ["", #","metadata":null"#, #","metadata":{"a":1},"unknown":[1]"#] {
                    let acted = try await api.send("POST", item + "/process", #"{"action":"\#(action.name)"\#(metadata)}"#)
                    version += 1
                    #expect(acted.status == 200 && acted.field("ETag") == "\"\(version)\"", "\(acted.text)")
                    #expect(try acted.json["payload"]?["metadata"] == nil)
                    for effect in action.effects { try Self.expect(effect, in: acted) }
                }
            }

            api.clock.advance(1000)
            let deleted = try await api.send("DELETE", item)
            #expect(deleted.status == 200 && deleted.field("ETag") == "\"\(version + 1)\"")
            let time = try #require(try deleted.json["updatedAt"]?.string)
            #expect(
                deleted.text.hasPrefix(
                    #"{"uid":"\#(knownUID)","version":\#(version + 1),"updatedAt":"\#(time)","deletedAt":"\#(time)","payload":{"#
                )
            )
            let sync = try deleted.json["payload"]?["sync"].map { String(decoding: $0.bytes, as: UTF8.self) }
            #expect(sync == #"{"version":\#(version + 1),"isDeleted":true,"deletedAt":"\#(time)"}"#)
            #expect(try await api.send("GET", item + "?includeDeleted=true").body == deleted.body)
            #expect(try await api.send("GET", path).text == #"{"items":[]}"#)
            #expect(try await api.send("GET", path + "?includeDeleted=true").text == #"{"items":[\#(deleted.text)]}"#)

            api.clock.advance(1000)
            let restored = try await api.send("POST", item + "/restore", "not even JSON", [("If-Match", "\"\(version + 1)\"")])
            #expect(restored.status == 200 && restored.field("ETag") == "\"\(version + 2)\"", "\(restored.text)")
            #expect(try restored.json["deletedAt"] == nil)
            let life = try restored.json["payload"]?["sync"].map { String(decoding: $0.bytes, as: UTF8.self) }
            #expect(life == #"{"version":\#(version + 2),"isDeleted":false}"#)
            #expect(try await api.send("GET", item).body == restored.body)
            // But for what the server writes it is what was deleted.
            for member in try #require(try deleted.json["payload"]).members {
                let isServers = ["updatedTs", "updateTime", "sync", "version", "isDeleted", "remoteUpdatedAt", "lastSyncedAt"].contains(
                    member.key
                )
                #expect(try restored.json["payload"]?[member.key] == member.value || isServers, "\(member.key)")
            }
        }
    }

    @Test func ofTwoWhoRestoreOneFindsItDone() async throws {
        try await TestAPI.run { api in
            for kind in ItemKind.allCases {
                let uid = try await api.create(kind, #"{\#(try await api.parentMember(of: kind))"a":1}"#)
                for _ in 1...5 {
                    #expect(try await api.send("DELETE", "/v1/\(kind.path)/\(uid)").status == 200)
                    async let first = api.send("POST", "/v1/\(kind.path)/\(uid)/restore")
                    async let second = api.send("POST", "/v1/\(kind.path)/\(uid)/restore")
                    let statuses = [try await first.status, try await second.status]
                    #expect(statuses.sorted() == [200, 409], "\(kind)")
                }
            }
        }
    }

    private static func expect(_ effect: Assignment, in response: Response) throws {
        let value = try response.json["payload"]?[effect.key]
        switch effect.value {
        case .string(let text): #expect(value?.string == text)
        case .boolean(let flag): #expect(value?.boolean == flag)
        }
    }

    @Test func theServerSaysWhatItIs() async throws {
        try await TestAPI.run { api in
            let json = try await api.send("GET", "/", as: nil)
            #expect(json.status == 200 && json.field("Content-Type") == "application/json")
            #expect(
                json.text
                    == #"{"name":"ToolBridge","version":"1.2.3","role":"serve","documentation":"/docs","openapi":"/openapi.json","mcp":{"endpoints":["/mcp"],"revisions":["2026-07-28"]}}"#
            )
            #expect(try await api.send("GET", "/", nil, [("Accept", "*/*")], as: nil).body == json.body)
            let page = try await api.send("GET", "/", nil, [("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")], as: nil)
            #expect(page.status == 200 && page.field("Content-Type") == "text/html; charset=utf-8")
            #expect(page.field("Content-Security-Policy")?.hasPrefix("default-src 'none'") == true)
            #expect(page.text.contains("1.2.3"))
        }
    }

    @Test func deletingATaskListAnswersWithTheListAndDetachesItsTasks() async throws {
        try await TestAPI.run { api in
            let list = try await api.create(.taskLists)
            let task = try await api.create(.tasks, #"{"a":1,"taskListUid":"\#(list)","b":2}"#)
            api.clock.advance(5)
            let deleted = try await api.send("DELETE", "/v1/task_lists/\(list)")
            #expect(try deleted.json["uid"]?.string == list)
            let detached = try await api.send("GET", "/v1/tasks/\(task)")
            #expect(detached.field("ETag") == "\"2\"")
            #expect(try detached.payload.hasPrefix(#"{"a":1,"b":2,"#))
        }
    }

    @Test func aCorrelationIdIsEchoedOrReplaced() async throws {
        try await TestAPI.run { api in
            for id in ["a", "A-Z_0.9", String(repeating: "x", count: 64)] {
                #expect(try await api.send("GET", "/v1/notes", nil, [("X-Correlation-ID", id)]).field("X-Correlation-ID") == id)
                #expect(try await api.send("GET", "/v1/notes/x", nil, [("X-Correlation-ID", id)]).field("X-Correlation-ID") == id)
            }
            for id in ["", "a b", "é", "a\"b", String(repeating: "x", count: 65)] {
                let made = try #require(try await api.send("GET", "/v1/notes/x", nil, [("X-Correlation-ID", id)]).field("X-Correlation-ID"))
                #expect(made.utf8.count == 36 && UID(made) != nil)
            }
        }
    }

    @Test func aUidInThePathIsReadAsLenientlyAsElsewhere() async throws {
        try await TestAPI.run { api in
            let uid = try await api.create(.notes)
            let bare = uid.replacing("-", with: "")
            for spelling in [
                uid.uppercased(), bare, "urn:uuid:\(uid)", "urn%3Auuid%3a\(uid)", "%7B\(uid)%7d", "{\(uid)}",
                "%\(String(uid.utf8.first ?? 0, radix: 16))\(uid.dropFirst())",
            ] {
                let response = try await api.send("GET", "/v1/notes/\(spelling)")
                #expect(response.status == 200, "\(spelling): \(response.text)")
            }
            for spelling in ["\(uid)%", "\(uid)%2", "%2e%2e", "\(uid)%20", "\(uid)+"] {
                let response = try await api.send("GET", "/v1/notes/\(spelling)")
                #expect(response.status == 400 && response.code == "invalid_uid", "\(spelling): \(response.text)")
            }
        }
    }
}
