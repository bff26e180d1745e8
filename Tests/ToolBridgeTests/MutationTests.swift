import JSON
import Testing
import ToolBridge

@Suite("Mutations")
struct MutationTests {
    let now = Timestamp(milliseconds: 1_772_359_300_000)
    let uid = UID.sample(1)

    private func apply(
        _ mutation: Mutation,
        to stored: StoredItem?,
        _ kind: ItemKind = .notes,
        expecting condition: VersionCondition? = nil
    ) throws(ItemError) -> MutationOutcome {
        try mutation.applied(to: stored, kind, uid, expecting: condition, at: now)
    }

    private func payload(_ text: String) throws(ItemError) -> Payload { try Payload(parsing: Array(text.utf8)) }

    private func text(_ outcome: MutationOutcome) -> String { String(decoding: outcome.item.payload, as: UTF8.self) }

    @Test("a created note gets the server's fields at the end, in order")
    func create() throws {
        let outcome = try apply(.create(payload(#"{"title":"Shopping","content":"Milk"}"#)), to: nil)
        #expect(outcome.item.version == 1)
        #expect(outcome.item.updatedAt == now)
        #expect(
            text(outcome) == #"{"title":"Shopping","content":"Milk","uid":"00000000-0000-4000-8000-000000000001","#
                + #""updatedTs":"2026-03-01T10:01:40.000Z","updateTime":"2026-03-01T10:01:40.000Z","sync":{"version":1,"isDeleted":false},"#
                + #""version":1,"isDirty":0,"isDeleted":0,"remoteUpdatedAt":"2026-03-01T10:01:40.000Z","lastSyncedAt":"2026-03-01T10:01:40.000Z"}"#
        )
    }

    @Test("what a client writes under the server's names is overwritten in place, and its own updatedAt stays")
    func overwrites() throws {
        let outcome = try apply(.create(payload(#"{"sync":{"version":9,"x":1},"updatedAt":"mine","version":"9","uid":null}"#)), to: nil)
        #expect(
            text(outcome).hasPrefix(
                #"{"sync":{"version":1,"isDeleted":false},"updatedAt":"mine","version":1,"uid":"00000000-0000-4000-8000-000000000001","#
            )
        )
    }

    @Test("kinds other than notes get no flat copies")
    func flatFields() throws {
        let outcome = try apply(.create(payload("{}")), to: nil, .chats)
        #expect(try outcome.item.object().members.map(\.key) == ["uid", "updatedTs", "updateTime", "sync"])
    }

    @Test(
        "the names of the server's fields are those that it writes, to whatever kind",
        arguments: [ItemKind.notes, .tasks, .chats, .taskLists]
    )
    func names(_ kind: ItemKind) throws {
        let written = try apply(.create(payload("{}")), to: nil, kind).item.object().members.map(\.key)
        #expect(written == Array(ServerFields.names.prefix(kind == .notes ? ServerFields.names.count : 4)))
    }

    @Test("creating what exists is refused with its version, creating over a tombstone as deleted")
    func createTwice() throws {
        let alive = StoredItem.sample(.notes, payload: "{}")
        let dead = StoredItem.sample(.notes, deletedAt: 1_772_359_200_001, payload: "{}")
        let body = try payload("{}")
        #expect(throws: ItemError.alreadyExists(alive.item)) { try apply(.create(body), to: alive) }
        #expect(throws: ItemError.deleted(dead.item)) { try apply(.create(body), to: dead) }
    }

    @Test("nothing but a push and a restoration brings a tombstone back, and a second delete says so")
    func tombstones() throws {
        let dead = StoredItem.sample(.notes, deletedAt: 1_772_359_200_001, payload: "{}")
        for mutation in [Mutation.replace(try payload("{}")), .patch(try payload("{}")), .archive, .process(ItemKind.notes.actions[0])] {
            #expect(throws: ItemError.deleted(dead.item)) { try apply(mutation, to: dead) }
        }
        #expect(throws: ItemError.alreadyDeleted(dead.item)) { try apply(.delete, to: dead) }
        #expect(ItemError.alreadyDeleted(dead.item).text == "note already deleted")
    }

    @Test("a restored item is the one that was deleted, as a write of the server's")
    func restore() throws {
        let payload = #"{"title":"Shopping","content":"Milk","x":[1.50,null]}"#
        for kind in [ItemKind.notes, .chats, .tasks] {
            let first = try apply(.create(try self.payload(payload)), to: nil, kind)
            let alive = StoredItem(item: first.item, sequence: 1, parent: nil, createdAt: first.createdAt)
            let deleted = try apply(.delete, to: alive, kind)
            let dead = StoredItem(item: deleted.item, sequence: 2, parent: nil, createdAt: first.createdAt)
            let restored = try apply(.restore, to: dead, kind, expecting: .exactly(2))
            #expect(restored.item.version == 3)
            #expect(restored.item.deletedAt == nil)
            #expect(restored.item.updatedAt.milliseconds == now.milliseconds + 2)
            #expect(restored.createdAt == first.createdAt)
            #expect(restored.facets == first.facets)
            #expect(text(restored).hasPrefix(String(payload.dropLast())))
            let sync = try restored.item.object()["sync"].map { String(decoding: $0.bytes, as: UTF8.self) }
            #expect(sync == #"{"version":3,"isDeleted":false}"#)
            #expect(try restored.item.object()["isDeleted"]?.integer == (kind == .notes ? 0 : nil))
            // Apart from versions and times it is what it was.
            let again = try apply(.archive, to: alive, kind).item.object().members.map(\.key)
            #expect(try restored.item.object().members.map(\.key).allSatisfy(Set(again + ["sync"]).contains))
        }
    }

    @Test("only a tombstone can be restored, and only in the version that is meant")
    func restoreRefusals() throws {
        let alive = StoredItem.sample(.chatMessages, payload: "{}")
        #expect(throws: ItemError.notFound(.chatMessages)) { try apply(.restore, to: nil, .chatMessages, expecting: .exactly(1)) }
        #expect { try apply(.restore, to: alive, .chatMessages, expecting: .exactly(1)) } throws: { error in
            let error = error as? ItemError
            return error?.text == "chat message isn't deleted" && error?.code == .alreadyExists
                && error?.details == ItemError.alreadyExists(alive.item).details
        }
        let dead = StoredItem.sample(.notes, deletedAt: 1_772_359_200_001, payload: "{}")
        #expect(throws: ItemError.versionMismatch(dead.item, expected: .exactly(4))) {
            try apply(.restore, to: dead, expecting: .exactly(4))
        }
        #expect(try apply(.restore, to: dead, expecting: .any).item.version == 6)
        let last = StoredItem.sample(.notes, version: .max, deletedAt: 1_772_359_200_001, payload: "{}")
        #expect(throws: ItemError.invalidPayload(.outOfRange, field: "/sync/version")) { try apply(.restore, to: last) }
    }

    @Test("a restored comment has its parent again, which must be looked for; one that was pushed without is refused")
    func restoreParents() throws {
        let parent = #""parentType":"note","parentUid":"00000000-0000-4000-8000-000000000009""#
        let dead = StoredItem.sample(.comments, deletedAt: 1_772_359_200_001, payload: #"{"content":"c",\#(parent)}"#)
        #expect(try apply(.restore, to: dead, .comments).parent == .checked(ItemReference(.notes, .sample(9))))
        let bare = StoredItem.sample(.comments, deletedAt: 1_772_359_200_001, payload: #"{"content":"c"}"#)
        #expect(throws: ItemError.invalidParent(.missing, key: "parentType", "missing parentType")) {
            try apply(.restore, to: bare, .comments)
        }
        let list = #"{"taskListUid":"00000000-0000-4000-8000-000000000007"}"#
        let task = StoredItem.sample(.tasks, deletedAt: 1_772_359_200_001, payload: list)
        #expect(try apply(.restore, to: task, .tasks).parent == .loose(ItemReference(.taskLists, .sample(7))))
    }

    @Test("a missing item is not found before its version is looked at")
    func missing() {
        #expect(throws: ItemError.notFound(.chatMessages)) { try apply(.delete, to: nil, .chatMessages, expecting: .exactly(1)) }
        #expect(ItemError.notFound(.chatMessages).text == "chat message not found")
    }

    @Test("a stale version names both")
    func stale() throws {
        let stored = StoredItem.sample(.notes, version: 5, payload: "{}")
        #expect { try apply(.delete, to: stored, expecting: .exactly(3)) } throws: { error in
            let error = error as? ItemError
            return error?.text == "version mismatch: expected 3, actual 5" && error?.code == .versionMismatch
                && error?.details == [
                    .init(.uid, .string(uid.description)), .init(.expected, .integer(3)), .init(.actual, .integer(5)),
                ]
        }
    }

    @Test("replacing drops what the new payload lacks; patching keeps it; null is a value")
    func replaceAndPatch() throws {
        let stored = StoredItem.sample(.chats, payload: #"{"title":"a","tags":["x"]}"#)
        let replaced = try apply(.replace(payload(#"{"title":"b"}"#)), to: stored, .chats).item
        #expect(try replaced.object()["tags"] == nil)
        let patched = try apply(.patch(payload(#"{"title":null,"uid":"x","sync":5}"#)), to: stored, .chats).item
        #expect(try patched.object()["tags"] == ["x"])
        #expect(try patched.object()["title"]?.isNull == true)
        #expect(try patched.object()["uid"] == JSONValue(stringLiteral: uid.description))
        #expect(patched.version == 6)
    }

    @Test("time and version grow strictly, even if the clock stands still or runs back")
    func strictlyGrowing() throws {
        let stored = StoredItem.sample(.notes, updatedAt: now.milliseconds + 5000, payload: "{}")
        let outcome = try apply(.archive, to: stored)
        #expect(outcome.item.updatedAt.milliseconds == now.milliseconds + 5001)
        #expect(outcome.createdAt == stored.createdAt)
    }

    @Test("deleting keeps the payload, marks it, and asks no parent")
    func delete() throws {
        let stored = StoredItem.sample(
            .comments,
            payload: #"{"content":"c","parentType":"note","parentUid":"00000000-0000-4000-8000-000000000009"}"#
        )
        let outcome = try apply(.delete, to: stored, .comments)
        #expect(outcome.item.deletedAt == now)
        #expect(outcome.parent == .loose(ItemReference(.notes, .sample(9))))
        #expect(text(outcome).contains(#""sync":{"version":6,"isDeleted":true,"deletedAt":"2026-03-01T10:01:40.000Z"}"#))
        let note = try apply(.delete, to: .sample(.notes, payload: "{}"))
        #expect(text(note).contains(#""isDeleted":1"#))
    }

    @Test("every action of every kind writes what the table says, and archiving too")
    func actions() throws {
        let table: [(ItemKind, String, String)] = [
            (.notes, "pin", #""pinned":true"#), (.notes, "unpin", #""pinned":false"#), (.notes, "archive", #""status":"archived""#),
            (.notes, "unarchive", #""status":"active""#), (.tasks, "start", #""status":"in_progress","done":false"#),
            (.tasks, "complete", #""status":"completed","done":true"#), (.tasks, "reopen", #""status":"open","done":false"#),
            (.comments, "resolve", #""status":"resolved""#), (.comments, "reopen", #""status":"open""#),
            (.chats, "resolve", #""status":"resolved""#), (.chats, "reopen", #""status":"active""#),
            (.chatMessages, "mark_read", #""read":true"#), (.chatMessages, "mark_delivered", #""delivered":true"#),
            (.taskLists, "unarchive", #""archived":false"#), (.taskListCategories, "unarchive", #""archived":false"#),
        ]
        #expect(table.count == ItemKind.allCases.reduce(0) { $0 + $1.actions.count })
        let archiving: [ItemKind: String] = [
            .notes: #""status":"archived""#, .tasks: #""status":"archived","done":true"#, .comments: #""status":"archived""#,
            .chats: #""archived":true"#, .chatMessages: #""archived":true"#, .taskLists: #""archived":true"#,
            .taskListCategories: #""archived":true"#,
        ]
        let parents =
            #""parentType":"note","parentUid":"00000000-0000-4000-8000-000000000009","chatUid":"00000000-0000-4000-8000-000000000009""#
        for (kind, name, effect) in table {
            let action = try #require(kind.actions.first { $0.name == name })
            let outcome = try apply(.process(action), to: .sample(kind, payload: "{\(parents)}"), kind)
            #expect(text(outcome).contains(effect), "\(kind) \(name)")
        }
        for kind in ItemKind.allCases {
            let outcome = try apply(.archive, to: .sample(kind, payload: "{\(parents)}"), kind)
            #expect(text(outcome).contains(archiving[kind] ?? "?"), "\(kind)")
        }
    }

    @Test("parents are read strictly, and each fault has its text, member and reason")
    func parents() throws {
        let note = "00000000-0000-4000-8000-000000000009"
        let cases: [(ItemKind, String, String, String, String)] = [
            (.comments, "{}", "missing parentType", "/parentType", "missing"),
            (.comments, #"{"parentUid":"\#(note)"}"#, "missing parentType", "/parentType", "missing"),
            (.comments, #"{"parentType":"note"}"#, "missing parentUid", "/parentUid", "missing"),
            (.comments, #"{"parentType":"note","parentUid":null}"#, "missing parentUid", "/parentUid", "missing"),
            (.comments, #"{"parentType":"note","parentUid":""}"#, "missing parentUid", "/parentUid", "missing"),
            (.comments, #"{"parentType":"note","parentUid":"x"}"#, "invalid parentUid", "/parentUid", "invalid"),
            (.comments, #"{"parentType":"note","parentUid":5}"#, "invalid parentUid", "/parentUid", "invalid"),
            (
                .comments, #"{"parentType":"chat","parentUid":"\#(note)"}"#, "invalid parent_type: chat (must be 'note' or 'task')",
                "/parentType",
                "wrong_kind"
            ),
            (.chatMessages, "{}", "missing chatUid", "/chatUid", "missing"),
            (.chatMessages, #"{"chatUid":"abc"}"#, "invalid chatUid: abc", "/chatUid", "invalid"),
        ]
        for (kind, body, text, field, reason) in cases {
            let body = try payload(body)
            #expect(throws: ItemError(.invalidParent, text, [.init(.field, .string(field)), .init(.reason, .string(reason))])) {
                try apply(.create(body), to: nil, kind)
            }
        }
        let good = try apply(.create(payload(#"{"parentType":"task","parentUid":"\#(note.uppercased())"}"#)), to: nil, .comments)
        #expect(good.parent == .checked(ItemReference(.tasks, .sample(9))))
        let task = try apply(.create(payload(#"{"taskListUid":"nonsense"}"#)), to: nil, .tasks)
        #expect(task.parent == .none)
        #expect(
            ItemKind.comments.parentRule.notFound(ItemReference(.notes, .sample(9))).text == "parent note not found: \(note)"
        )
    }

    @Test("a replaced comment keeps its parent if the new payload names none, and must name it whole otherwise")
    func keepsParent() throws {
        let note = "00000000-0000-4000-8000-000000000009"
        let stored = StoredItem.sample(.comments, payload: #"{"content":"a","parentType":"note","parentUid":"\#(note)"}"#)
        let kept = try apply(.replace(payload(#"{"content":"b"}"#)), to: stored, .comments)
        #expect(text(kept).hasPrefix(#"{"content":"b","parentType":"note","parentUid":"\#(note)","uid":"#))
        #expect(kept.parent == .checked(ItemReference(.notes, .sample(9))))
        let half = try payload(#"{"content":"b","parentType":"task"}"#)
        #expect { try apply(.replace(half), to: stored, .comments) } throws: { ($0 as? ItemError)?.text == "missing parentUid" }
    }

    @Test("a deleted list lets its tasks go, as a change of the server's")
    func detachment() throws {
        let list = "00000000-0000-4000-8000-000000000007"
        let task = StoredItem.sample(.tasks, payload: #"{"title":"t","taskListUid":"\#(list)","sync":{"version":3},"updatedTs":"x"}"#)
        let detached = try task.detached(at: now)
        #expect(detached.item.version == 6)
        #expect(detached.parent == nil)
        let time = #""2026-03-01T10:01:40.000Z""#
        #expect(
            String(decoding: detached.item.payload, as: UTF8.self)
                == #"{"title":"t","sync":{"version":6,"updatedAt":\#(time)},"updatedTs":\#(time),"updateTime":\#(time),"updatedAt":\#(time)}"#
        )
    }

    @Test("a patch that makes the whole too large, too deep or too full is refused")
    func mergedLimits() throws {
        let half = String(repeating: "x", count: Limits.payloadBytes / 2)
        let stored = StoredItem.sample(.notes, payload: #"{"a":"\#(half)"}"#)
        let patch = try payload(#"{"b":"\#(half)"}"#)
        #expect { try apply(.patch(patch), to: stored) } throws: { ($0 as? ItemError)?.code == .payloadTooLarge }
        let many = try payload(#"{"b":["# + Array(repeating: "0", count: 60_000).joined(separator: ",") + "]}")
        let full = StoredItem.sample(.notes, payload: #"{"a":["# + Array(repeating: "0", count: 60_000).joined(separator: ",") + "]}")
        #expect { try apply(.patch(many), to: full) } throws: { ($0 as? ItemError)?.code == .invalidPayload }
    }

    @Test("what a push brought up to the limits can still be patched in place, deleted and restored")
    func atTheLimit() throws {
        let longest = #"{"a":"\#(String(repeating: "x", count: Limits.payloadBytes - 8))"}"#
        let stored = StoredItem.sample(.notes, payload: longest)
        let deleted = try apply(.delete, to: stored)
        #expect(deleted.item.deletedAt == now)
        let dead = StoredItem(item: deleted.item, sequence: 1, parent: nil, createdAt: now)
        #expect(try apply(.restore, to: dead).item.version == 7)
        let pushed = StoredItem.sample(.notes, deletedAt: 1_772_359_200_001, payload: longest)
        #expect(try apply(.restore, to: pushed).item.version == 6)
        #expect(throws: ItemError.payloadTooLarge(limit: Limits.payloadBytes)) { try apply(.archive, to: stored) }
        let most = #"{"t":0,"a":["# + Array(repeating: "0", count: Limits.payloadValues - 3).joined(separator: ",") + "]}"
        let full = try apply(.create(payload(most)), to: nil)
        let patched = try payload(#"{"t":1}"#)
        let again = StoredItem(item: full.item, sequence: 1, parent: nil, createdAt: now)
        #expect(try apply(.patch(patched), to: again).item.version == 2)
        #expect(try apply(.mergePatch(patched), to: again).item.version == 2)
    }

    @Test("a patch of fifty thousand members doesn't cost their square", .timeLimit(.minutes(1)))
    func manyMembers() throws {
        let members = (0..<45_000).map { "\"key\($0)\":{}" }.joined(separator: ",")
        let stored = StoredItem.sample(.notes, payload: "{\(members)}")
        let patch = try payload("{\(members)}")
        #expect(try apply(.patch(patch), to: stored).item.version == 6)
        #expect(try apply(.mergePatch(patch), to: stored).item.version == 6)
    }
}
