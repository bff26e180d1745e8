import APIClient
import Auth
import JSON
import Testing
import ToolBridge

/// The service behind an API does and refuses what the same service does at hand: outcomes and errors are compared whole.
@Suite struct LikenessTests {
    /// A step of a run, which says what became of it.
    private struct Step: Sendable {
        let name: String
        let run: @Sendable (any ItemService, Owner) async throws -> String
    }

    private static let uids = (0..<10).map { "00000000-0000-4000-8000-00000000000\($0)" }

    private static func uid(_ number: Int) throws -> UID { try #require(UID(uids[number])) }

    private static func payload(_ text: String) throws -> Payload { try Payload(parsing: Array(text.utf8)) }

    /// An item without its times, which differ from run to run.
    private static func told(_ item: Item) throws -> String {
        let payload = try JSONValue(parsing: item.payload, limits: .stored)
        let times: Set<String> = ["updatedTs", "updateTime", "remoteUpdatedAt", "lastSyncedAt", "sync"]
        let members = payload.members.filter { !times.contains($0.key) }.map { member in
            "\(member.key)=\(String(decoding: member.value.bytes, as: UTF8.self))"
        }
        return "\(item.kind) \(item.uid) v\(item.version) \(item.deletedAt == nil ? "live" : "dead") \(members.joined(separator: " "))"
    }

    private static func told(_ page: ItemPage) throws -> String {
        try page.items.map { try told($0) }.joined(separator: "; ") + (page.nextCursor == nil ? " end" : " more")
    }

    private static func told(_ error: ItemError) -> String {
        let details = error.details.map { detail in
            // Times differ.
            [ItemError.StaticName.updatedAt, .deletedAt].contains(detail.name) ? "\(detail.name)" : "\(detail.name)=\(detail.value)"
        }
        return "\(error.code): \(error.text) [\(details.joined(separator: ", "))]"
    }

    private static func create(_ kind: ItemKind, _ text: String) -> Step {
        Step(name: "create \(kind) \(text)") { service, owner in
            try told(try await service.create(try payload(text), kind, WriteContext(), of: owner))
        }
    }

    private static func change(_ number: Int, _ kind: ItemKind, _ mutation: Mutation, _ condition: VersionCondition? = nil) -> Step {
        Step(name: "\(mutation) \(kind) \(number)") { service, owner in
            try told(try await service.mutate(try uid(number), kind, mutation, expecting: condition, WriteContext(), of: owner))
        }
    }

    private static func list(_ kind: ItemKind, _ query: ListQuery) -> Step {
        Step(name: "list \(kind) \(query)") { service, owner in try told(try await service.list(kind, query, of: owner)) }
    }

    private static func recent(_ query: RecentQuery) -> Step {
        Step(name: "recent \(query)") { service, owner in try told(try await service.recent(query, of: owner)) }
    }

    private static func read(_ number: Int, _ kind: ItemKind, includeDeleted: Bool = false) -> Step {
        Step(name: "read \(kind) \(number)") { service, owner in
            try told(try await service.item(try uid(number), kind, includeDeleted: includeDeleted, of: owner))
        }
    }

    private static func search(_ text: String, _ kinds: Set<ItemKind> = Set(ItemKind.allCases)) -> Step {
        Step(name: "search \(text)") { service, owner in
            let page = try await service.search(SearchQuery(text, kinds: kinds, limit: 5), of: owner)
            let hits = page.hits.map { hit in
                "\(hit.item.reference) v\(hit.item.version) \(hit.title ?? "-") \(hit.snippet) \(hit.parent.map { "\($0)" } ?? "-")"
            }
            return hits.joined(separator: "; ") + " \(page.hasMore) \(page.isComplete)"
        }
    }

    private static func batch(_ mode: BatchMode, _ operations: [Result<BatchOperation, ItemError>]) -> Step {
        Step(name: "batch \(mode)") { service, owner in
            try await service.write(operations, mode, WriteContext(), of: owner).map { outcome in
                switch outcome {
                case .written(let item):
                    // Only what names it comes back.
                    "\(item.kind) \(item.uid) v\(item.version) \((try? JSONValue(parsing: item.payload))?["title"]?.string ?? "-")"
                case .refused(let refusal): told(refusal)
                case .notApplied: "not applied"
                }
            }.joined(separator: "; ")
        }
    }

    private static func steps() throws -> [Step] {
        let pin = try #require(ItemKind.notes.actions.first { $0.name == "pin" })
        let note = #"{"uid":"\#(uids[0])","title":"Milk & bread","content":"caf\u00e9 <b>", "n":1.00,"tags":["a"],"status":"open"}"#
        let comment = #"{"uid":"\#(uids[1])","parentType":"note","parentUid":"\#(uids[0])","content":"no milk"}"#
        let bad = #"{"uid":"\#(uids[2])","parentType":"note","parentUid":"\#(uids[9])"}"#
        let parent = ItemFilter(parentUID: try uid(0), parentKind: .notes)
        return [
            create(.notes, note), create(.notes, note), create(.comments, comment), create(.comments, bad), create(.comments, "{}"),
            create(.notes, #"{"uid":"x"}"#), create(.tasks, #"{"uid":"\#(uids[3])","title":"Buy"}"#),
            read(0, .notes), read(9, .notes), read(0, .tasks), read(1, .comments),
            change(0, .notes, .patch(try payload(#"{"title":"Bread", "x": null}"#)), .exactly(1)),
            change(0, .notes, .patch(try payload("{}")), .exactly(1)), change(0, .notes, .patch(try payload("{}")), .any),
            change(0, .notes, .patch(try payload("{}")), try VersionCondition(ifMatch: #"W/"3", "4""#)),
            change(0, .notes, .mergePatch(try payload(#"{"x":null,"y":{"z":1}}"#))), change(0, .notes, .process(pin)),
            change(0, .notes, .archive), change(9, .notes, .delete), change(1, .comments, .replace(try payload(#"{"content":"yes"}"#))),
            change(3, .tasks, .delete), change(3, .tasks, .delete), change(3, .tasks, .archive), read(3, .tasks),
            read(3, .tasks, includeDeleted: true), create(.tasks, #"{"uid":"\#(uids[3])"}"#), change(3, .tasks, .restore),
            change(3, .tasks, .restore), change(0, .notes, .replace(try payload(#"{"title":"Milk"}"#))),
            list(.notes, ListQuery()), list(.notes, ListQuery(limit: 1)), list(.comments, ListQuery(filter: parent)),
            list(.comments, ListQuery(filter: ItemFilter(parentUID: try uid(0), parentKind: .tasks))),
            list(.notes, ListQuery(filter: parent)), list(.tasks, ListQuery(cursor: "nonsense")),
            list(.tasks, ListQuery(direction: .newestChangeFirst, includeDeleted: true, filter: ItemFilter(status: "ü&=", tag: "a,b"))),
            list(.notes, ListQuery(maximumBytes: 1)), recent(RecentQuery()), recent(RecentQuery(kinds: [.tasks, .comments], limit: 1)),
            recent(RecentQuery(kinds: [])), recent(RecentQuery(cursor: "x")), recent(RecentQuery(kinds: [.notes], maximumBytes: 1)),
            search("milk"), search("\"no milk\" y", [.comments]), search(""), search("\u{1}\"&?=+%"), search("nothing"),
            batch(
                .independent,
                [
                    .success(BatchOperation(.notes, .create(try payload(#"{"uid":"\#(uids[4])","title":"new"}"#)))),
                    .failure(.invalidUID(field: "/uid")), .success(BatchOperation(.notes, .mutate(try uid(9), .delete, expecting: nil))),
                    .success(BatchOperation(.comments, .create(try payload(bad)))),
                    .success(BatchOperation(.notes, .mutate(try uid(0), .patch(try payload("{}")), expecting: .exactly(1)))),
                    .success(BatchOperation(.notes, .mutate(try uid(0), .process(pin), expecting: nil))),
                    .success(BatchOperation(.tasks, .mutate(try uid(3), .delete, expecting: .any))),
                ]
            ),
            batch(
                .atomic,
                [
                    .success(BatchOperation(.notes, .mutate(try uid(0), .archive, expecting: nil))),
                    .success(BatchOperation(.notes, .mutate(try uid(9), .archive, expecting: nil))),
                ]
            ),
            batch(
                .atomic,
                [.success(BatchOperation(.notes, .mutate(try uid(0), .archive, expecting: nil))), .failure(.invalidUID(field: "x"))]
            ),
            batch(.atomic, [.success(BatchOperation(.notes, .mutate(try uid(0), .archive, expecting: nil)))]), batch(.independent, []),
            read(0, .notes),
        ]
    }

    @Test func `Through the API everything is done and refused as at hand, in one request each`() async throws {
        try await LiveAPI.run { live in
            for step in try Self.steps() {
                let before = live.events.all.count
                var told: [String] = []
                for (service, owner) in [
                    (live.service as any ItemService, Owner(tenant: "tenant", subject: "at hand")), (live.items, LiveAPI.owner),
                ] {
                    do {
                        told.append(try await step.run(service, owner))
                    } catch let error as ItemError {
                        told.append(Self.told(error))
                    }
                }
                #expect(told.first == told.last, "\(step.name)")
                #expect(live.events.all.count - before <= 1, "\(step.name)")
                #expect(live.events.all.allSatisfy { $0.status != nil && $0.attempt == 1 })
            }
        }
    }

    @Test func `Pages lead on through the API as at hand`() async throws {
        try await LiveAPI.run { live in
            for number in 0..<5 { _ = await live.items.makeNoteAtLive(number) }
            var (cursor, titles): (String?, [Int64]) = (nil, [])
            repeat {
                let page = try await live.items.list(.notes, ListQuery(limit: 2, cursor: cursor), of: LiveAPI.owner)
                titles += try page.items.map { try JSONValue(parsing: $0.payload)["n"]?.integer ?? -1 }
                cursor = page.nextCursor
            } while cursor != nil
            #expect(titles == [0, 1, 2, 3, 4])
            #expect(await live.client.health())
        }
    }
}

extension APIItems {
    fileprivate func makeNoteAtLive(_ number: Int) async -> Item? {
        guard let payload = try? Payload(parsing: Array(#"{"n":\#(number)}"#.utf8)) else { return nil }
        return try? await create(payload, .notes, WriteContext(), of: LiveAPI.owner)
    }
}
