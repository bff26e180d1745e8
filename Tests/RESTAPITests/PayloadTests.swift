import JSON
import Testing
import ToolBridge

/// Payloads come back as they were sent, within their limits.
@Suite struct PayloadTests {
    static let verbatim =
        #"{ "a" : 1.0 ,"b":1E2,  "c":123456789012345678901234567890,"d":-0.0,"e":"\u00e9\/\"é😀\ud83d\ude00<>&","f":[ 1 ,{ } , [ ]], "\u0067":null"#

    @Test(arguments: ItemKind.allCases)
    func theBytesOfAPayloadSurvive(_ kind: ItemKind) async throws {
        try await TestAPI.run { api in
            let parent = try await api.parentMember(of: kind)
            let body = Self.verbatim + (parent.isEmpty ? "" : ", " + String(parent.dropLast())) + " }"
            let kept = String(body.dropLast(2))
            let uid = try await api.create(kind, " \n" + body + "\t ")
            let item = "/v1/\(kind.path)/\(uid)"
            let created = try await api.send("GET", item).payload
            // The server's own members follow the last one of the client's, before the space that stood at the end.
            #expect(created.hasPrefix(kept + #","uid":"\#(uid)""#), "\(created)")
            #expect(created.hasSuffix(" }"))
            #expect(try await api.send("PUT", item, body).payload.hasPrefix(kept + #","uid":"#))
            #expect(try await api.send("PATCH", item, #"{"b": 2e0 }"#).payload.hasPrefix(kept.replacing("1E2", with: "2e0") + #","uid":"#))
            #expect(try await api.send("POST", item + "/archive").payload.hasPrefix(kept.replacing("1E2", with: "2e0") + #","uid":"#))
            #expect(try await api.send("DELETE", item).payload.hasPrefix(kept.replacing("1E2", with: "2e0") + #","uid":"#))
        }
    }

    @Test func aMemberThatTheServerWritesKeepsItsPlace() async throws {
        try await TestAPI.run { api in
            let response = try await api.send(
                "POST",
                "/v1/chats",
                #"{"sync":[1],"x":1,"updateTime":7,"uid":"\#(knownUID)","updatedAt":"mine","y":2}"#
            )
            #expect(
                try response.payload
                    == #"{"sync":{"version":1,"isDeleted":false},"x":1,"updateTime":"\#(start)","uid":"\#(knownUID)","updatedAt":"mine","y":2,"updatedTs":"\#(start)"}"#
            )
        }
    }

    @Test func aMergePatchMergesAndRemoves() async throws {
        try await TestAPI.run { api in
            let uid = try await api.create(.chats, #"{"a":{"b":1,"c":{"d":1}},"e":[1],"f":null,"g":1.0}"#)
            let type = [("Content-Type", "application/merge-patch+json; charset=utf-8")]
            let merged = try await api.send(
                "PATCH",
                "/v1/chats/\(uid)",
                #"{"a":{"b":null,"c":{"x":2}},"e":{"n":{"o":null}},"uid":null,"sync":null}"#,
                type
            )
            #expect(merged.status == 200)
            let json = try merged.json["payload"]
            #expect(json?["a"].map { String(decoding: $0.bytes, as: UTF8.self) } == #"{"c":{"d":1,"x":2}}"#)
            #expect(json?["e"].map { String(decoding: $0.bytes, as: UTF8.self) } == #"{"n":{}}"#)
            #expect(json?["f"]?.isNull == true)
            #expect(json?["uid"]?.string == uid && json?["sync"]?["version"]?.integer == 2)
            #expect(try merged.payload.contains(#""g":1.0"#))
            // Any other type replaces members whole.
            for type in ["application/json", "text/plain", "application/merge-patch+jsonx", ""] {
                let patched = try await api.send("PATCH", "/v1/chats/\(uid)", #"{"a":{"z":1},"f":null}"#, [("Content-Type", type)])
                #expect(try patched.json["payload"]?["a"].map { String(decoding: $0.bytes, as: UTF8.self) } == #"{"z":1}"#, "\(type)")
            }
            let removed = try await api.send(
                "PATCH",
                "/v1/chats/\(uid)",
                #"{"f":null}"#,
                [("Content-Type", "Application/Merge-Patch+JSON")]
            )
            #expect(try removed.json["payload"]?["f"] == nil)
        }
    }

    @Test func aMergePatchThatRemovesAParentIsRefused() async throws {
        try await TestAPI.run { api in
            let chat = try await api.create(.chats)
            let message = try await api.create(.chatMessages, #"{"chatUid":"\#(chat)"}"#)
            let type = [("Content-Type", "application/merge-patch+json")]
            let response = try await api.send("PATCH", "/v1/chat_messages/\(message)", #"{"chatUid":null}"#, type)
            #expect(response.status == 422 && response.code == "invalid_parent")
        }
    }

    // MARK: Limits

    @Test func aPayloadMayHaveOneMebibyte() async throws {
        try await TestAPI.run { api in
            func body(_ count: Int) -> String { #"{"a":"\#(String(repeating: "x", count: count - 8))"}"# }
            let over = try await api.send("POST", "/v1/tasks", body(1_048_577))
            #expect(over.status == 413 && over.code == "payload_too_large")
            #expect(try over.json["limit"]?.integer == 1_048_576)
            // The server's own members count too.
            let full = try await api.send("POST", "/v1/tasks", body(1_048_576))
            #expect(full.status == 413 && full.code == "payload_too_large")
            #expect(try await api.send("POST", "/v1/tasks", body(1_048_000)).status == 201)
            let uid = try await api.create(.tasks, body(700_000))
            let merged = try await api.send("PATCH", "/v1/tasks/\(uid)", #"{"b":"\#(String(repeating: "y", count: 400_000))"}"#)
            #expect(merged.status == 413 && merged.code == "payload_too_large")
            #expect(try await api.send("GET", "/v1/tasks/\(uid)").field("ETag") == "\"1\"")
            // Said before the body is read.
            for method in ["POST", "PUT"] {
                let target = method == "POST" ? "/v1/tasks" : "/v1/tasks/\(uid)"
                let early = try await api.send(method, target, "", [("Content-Length", "1073741824")], as: nil)
                #expect(early.status == 413 && early.code == "payload_too_large")
            }
        }
    }

    @Test func aPayloadMayHave64LevelsAnd100000Values() async throws {
        try await TestAPI.run { api in
            func deep(_ levels: Int) -> String {
                #"{"a":"# + String(repeating: "[", count: levels - 1) + String(repeating: "]", count: levels - 1) + "}"
            }
            func many(_ values: Int) -> String { #"{"a":["# + Array(repeating: "1", count: values).joined(separator: ",") + "]}" }
            let rows: [(String, String)] = [
                (deep(64), ""), (deep(65), "too_deep"), (deep(512), "too_deep"), (many(99_000), ""), (many(100_001), "too_many_values"),
            ]
            for (body, reason) in rows {
                for (method, target, status) in [("POST", "/v1/tasks", 201), ("PUT", "/v1/tasks/\(knownUID)", 404)] {
                    let response = try await api.send(method, target, body)
                    #expect(response.status == (reason.isEmpty ? status : 422), "\(body.prefix(20)) \(response.text)")
                    if !reason.isEmpty { #expect(try response.json["reason"]?.string == reason) }
                }
            }
            let abyss = try await api.send("POST", "/v1/tasks", deep(513))
            #expect(abyss.status == 400 && abyss.code == "invalid_json")
            let million = String(repeating: "[", count: 1_000_000)
            #expect(try await api.send("POST", "/v1/tasks", million).code == "invalid_json")
            // A patch may not make more of what is there.
            let uid = try await api.create(.tasks, many(60_000))
            let patch = many(60_000).replacing("\"a\"", with: "\"b\"")
            let response = try await api.send("PATCH", "/v1/tasks/\(uid)", patch)
            #expect(response.status == 422)
            #expect(try response.json["reason"]?.string == "too_many_values")
        }
    }

    // MARK: Uids

    @Test func aUidMayBeSpeltInManyWays() async throws {
        try await TestAPI.run { api in
            let plain = knownUID.filter { $0 != "-" }
            let spellings = [
                knownUID, knownUID.uppercased(), plain, plain.uppercased(), "{\(knownUID)}", "urn:uuid:\(knownUID)", "URN:UUID:\(knownUID)",
            ]
            for (index, uid) in spellings.enumerated() {
                let kind = ItemKind.allCases.filter { ![.comments, .chatMessages].contains($0) }[index % 5]
                let response = try await api.send("POST", "/v1/\(kind.path)", #"{"uid":"\#(uid)"}"#)
                if response.status == 201 {
                    #expect(response.field("Location") == "/v1/\(kind.path)/\(knownUID)")
                } else {
                    #expect(response.status == 409)
                }
                let read = try await api.send("GET", "/v1/\(kind.path)/\(uid)")
                #expect(read.status == 200, "\(uid)")
                #expect(try read.json["uid"]?.string == knownUID)
                #expect(try read.json["payload"]?["uid"]?.string == knownUID)
            }
            // Where a client has none, the server makes one.
            for body in ["{}", #"{"uid":null}"#, #"{"uid":""}"#, #"{"uid":"00000000-0000-0000-0000-000000000000"}"#] {
                let response = try await api.send("POST", "/v1/notes", body)
                let uid = try #require(try response.json["uid"]?.string)
                #expect(response.status == 201 && UID(uid)?.isNil == false)
                #expect(try response.json["payload"]?["uid"]?.string == uid)
            }
        }
    }
}
