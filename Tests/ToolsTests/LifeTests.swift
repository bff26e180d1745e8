import JSON
import MCP
import Testing
import ToolBridge
import Tools

/// One item of each kind from its creation to its tombstone, over a real database.
@Suite struct LifeTests {
    @Test(arguments: ItemTools<Owner>.kinds)
    func anItemLives(_ kind: ItemKind) async throws {
        try await withService { service, clock in
            let box = ToolBox(service)
            let one = kind.singular
            let (creating, replacing, parent) = try await Self.arguments(kind, box)

            let created = try await box.value("create_\(one)", creating)
            #expect(created["version"]?.integer == 1)
            let uid = try #require(created["uid"]?.string)
            #expect(UID(uid)?.description == uid)
            clock.advance(1000)

            #expect(try await box.value("get_\(one)", #"{"uid":"\#(uid)"}"#) == created)
            #expect(try await Self.uids(box, kind) == [uid])

            let patched = try await box.value("patch_\(one)", #"{"uid":"\#(uid)","updates":{"color":"red","uid":"x","sync":7}}"#)
            #expect(patched["version"]?.integer == 2)
            #expect(patched["payload"]?["color"]?.string == "red")
            #expect(patched["payload"]?["uid"]?.string == uid)
            #expect(patched["payload"]?["sync"]?["version"]?.integer == 2)
            for member in created["payload"]?.members.map({ $0 }) ?? [] where !Self.serverFields.contains(member.key) {
                #expect(patched["payload"]?[member.key] == member.value, "\(member.key)")
            }

            let update = #"{"uid":"\#(uid)","if_match":2,\#(replacing)}"#
            let updated = try await box.value("update_\(one)", update)
            #expect(updated["version"]?.integer == 3)
            #expect(updated["payload"]?["color"] == nil)
            #expect(updated["payload"]?["tags"] == nil)
            for (key, value) in parent { #expect(updated["payload"]?[key]?.string == value) }

            let stale = try await box.refusal("update_\(one)", update)
            #expect(stale.text == "version mismatch: expected 2, actual 3")
            #expect(stale.line == #"{"code":"version_mismatch","status":412,"uid":"\#(uid)","expected":2,"actual":3}"#)

            let archived = try await box.value("archive_\(one)", #"{"uid":"\#(uid)"}"#)
            #expect(archived["version"]?.integer == 4)
            #expect(archived["deletedAt"]?.isNull == true)
            for assignment in kind.archiving { #expect(archived["payload"]?[assignment.key].map(Self.text) == Self.text(assignment.value)) }

            let deleted = try await box.value("delete_\(one)", #"{"uid":"\#(uid)"}"#)
            #expect(deleted["version"]?.integer == 5)
            #expect(deleted["deletedAt"]?.string == deleted["updatedAt"]?.string)
            let gone = try await box.refusal("get_\(one)", #"{"uid":"\#(uid)"}"#)
            #expect(gone.text == "\(kind.noun) deleted")
            #expect(gone.code == "deleted")
            #expect(gone.json["status"]?.integer == 410)
            let again = try await box.refusal("delete_\(one)", #"{"uid":"\#(uid)"}"#)
            #expect(again.text == "\(kind.noun) already deleted")
            #expect(again.code == "deleted")
            #expect(try await box.value("get_\(one)", #"{"uid":"\#(uid)","include_deleted":true}"#) == deleted)
            #expect(try await Self.uids(box, kind).isEmpty)
            #expect(try await Self.uids(box, kind, #"{"include_deleted":true}"#) == [uid])
        }
    }

    @Test(arguments: ItemTools<Owner>.kinds)
    func everyActionOfAKindWrites(_ kind: ItemKind) async throws {
        try await withService { service, _ in
            let box = ToolBox(service)
            let created = try await box.value("create_\(kind.singular)", try await Self.arguments(kind, box).creating)
            let uid = try #require(created["uid"]?.string)
            for (index, action) in kind.actions.enumerated() {
                let arguments = #"{"uid":"\#(uid)","action":"\#(action.name)","metadata":{"why":"test"}}"#
                let acted = try await box.value("process_\(kind.singular)", arguments)
                #expect(acted["version"]?.integer == Int64(index + 2))
                #expect(acted["payload"]?["metadata"] == nil)
                for effect in action.effects { #expect(acted["payload"]?[effect.key].map(Self.text) == Self.text(effect.value)) }
            }
            let unknown = try await box.argumentError("process_\(kind.singular)", #"{"uid":"\#(uid)","action":"explode"}"#)
            #expect(unknown?.parameter == "action")
            #expect(unknown?.message.contains(kind.actions[0].name) == true)
        }
    }

    private static let serverFields = [
        "uid", "updatedTs", "updateTime", "sync", "version", "isDirty", "isDeleted", "remoteUpdatedAt", "lastSyncedAt",
    ]

    private static func uids(_ box: ToolBox, _ kind: ItemKind, _ arguments: String = "{}") async throws -> [String] {
        let page = try await box.value("list_\(kind.path)", arguments)
        #expect(page["nextCursor"]?.isNull == true)
        return page["items"]?.elements.compactMap { $0["uid"]?.string } ?? []
    }

    private static func text(_ value: JSONValue) -> String { String(decoding: value.bytes, as: UTF8.self) }

    private static func text(_ value: Assignment.Value) -> String {
        switch value {
        case .string(let text): "\"\(text)\""
        case .boolean(let flag): "\(flag)"
        }
    }

    /// Arguments of creating and replacing, and the members that must stay although the replacing ones don't have them.
    private static func arguments(
        _ kind: ItemKind,
        _ box: ToolBox
    ) async throws -> (creating: String, replacing: String, parent: [(String, String)]) {
        switch kind {
        case .comments:
            let note = try await box.value("create_note", #"{"title":"parent","content":""}"#)
            let uid = try #require(note["uid"]?.string)
            return (
                #"{"content":"a","parent_type":"note","parent_uid":"\#(uid.uppercased())","tags":["x"]}"#, #""content":"b""#,
                [("parentType", "note"), ("parentUid", uid)]
            )
        case .chatMessages:
            let chat = try await box.value("create_chat", #"{"title":"parent"}"#)
            let uid = try #require(chat["uid"]?.string)
            return (#"{"content":"a","chat_uid":"\#(uid.uppercased())","tags":["x"]}"#, #""content":"b""#, [("chatUid", uid)])
        case .notes:
            return (#"{"title":"a","content":"c","tags":["x"]}"#, #""title":"b","content":"""#, [])
        default:
            return (#"{"title":"a","tags":["x"]}"#, #""title":"b""#, [])
        }
    }
}
