import JSON
import RESTAPI
import Testing
import ToolBridge

/// `GET /v1/sync/changes`: pages and the live stream.
@Suite struct FeedTests {
    private static let changes = "/v1/sync/changes"

    @Test func oneFeedOverAllKindsInTheOrderOfTheChangeSequence() async throws {
        try await TestAPI.run { api in
            let empty = try await api.send("GET", Self.changes)
            #expect(try empty.json["changes"]?.count == 0)
            #expect(try empty.json["hasMore"]?.boolean == false && empty.json["epoch"]?.integer == 1)
            let start = try #require(try empty.json["checkpoint"]?.string)
            let note = try await api.create(.notes, #"{"title":"a"}"#)
            let task = try await api.create(.tasks, #"{"title":"b"}"#)
            try await api.send("PATCH", "/v1/notes/\(note)", #"{"title":"c"}"#)
            try await api.send("DELETE", "/v1/tasks/\(task)")
            let page = try await api.send("GET", "\(Self.changes)?cursor=\(start)").json
            let found = try #require(page["changes"]).elements.map { $0 }
            #expect(found.map { $0["kind"]?.string } == ["notes", "tasks"])
            #expect(found.map { $0["uid"]?.string } == [note, task])
            #expect(found[0]["payload"]?["title"]?.string == "c" && found[0]["deletedAt"] == nil && found[0]["version"]?.integer == 2)
            #expect(found[1]["payload"] == nil && found[1]["deletedAt"]?.string != nil && found[1]["version"]?.integer == 2)
            let checkpoint = try #require(page["checkpoint"]?.string)
            #expect(try await api.send("GET", "\(Self.changes)?cursor=\(checkpoint)").json["changes"]?.count == 0)
        }
    }

    @Test func pagesByLimitAndKinds() async throws {
        try await TestAPI.run { api in
            for number in 0..<7 { _ = try await api.create(number % 3 == 0 ? .chats : .notes, #"{"n":\#(number)}"#) }
            for (query, expected) in [("", Array(0..<7)), ("&kinds=chats", [0, 3, 6]), ("&kinds=notes,tasks", [1, 2, 4, 5])] {
                var (found, cursor, hasMore): ([Int64], String, Bool) = ([], "", true)
                while hasMore {
                    let page = try await api.send("GET", "\(Self.changes)?limit=2&cursor=\(cursor)\(query)").json
                    found += page["changes"]?.elements.compactMap { $0["payload"]?["n"]?.integer } ?? []
                    cursor = try #require(page["checkpoint"]?.string)
                    hasMore = page["hasMore"]?.boolean == true
                }
                #expect(found == expected.map { Int64($0) }, "\(query)")
                // It belongs to its kinds and its owner.
                for (other, subject) in [(query == "" ? "&kinds=notes" : "", "me"), (query, "other")] {
                    let response = try await api.send("GET", "\(Self.changes)?cursor=\(cursor)\(other)", as: subject)
                    #expect(response.status == 400 && response.code == "invalid_cursor", "\(query) \(other) \(subject)")
                }
            }
            let unknown = try await api.send("GET", "\(Self.changes)?kinds=notes,birds")
            #expect(unknown.status == 400 && unknown.code == "invalid_parameter" && unknown.text.contains(#""field":"kinds""#))
        }
    }

    @Test func aCursorFromBeforeAWipeIsAnEpochMismatchWhateverTheHeaders() async throws {
        try await TestAPI.run { api in
            _ = try await api.create(.notes)
            let cursor = try #require(try await api.send("GET", Self.changes).json["checkpoint"]?.string)
            _ = try await api.service.wipe(epoch: nil, of: TestAPI.owner)
            for target in ["\(Self.changes)?cursor=\(cursor)", Self.changes] {
                let headers = target == Self.changes ? [("Accept", "text/event-stream"), ("Last-Event-ID", cursor)] : []
                let response = try await api.send("GET", target, nil, headers)
                #expect(response.status == 409 && response.code == "epoch_mismatch", "\(response.text)")
                #expect(response.field("X-Sync-Epoch") == "2")
                #expect(try response.json["epoch"]?.integer == 2)
            }
            #expect(try await api.send("GET", Self.changes).json["epoch"]?.integer == 2)
            #expect(try await api.send("GET", Self.changes, nil, [("X-Sync-Epoch", "1")]).status == 409)
        }
    }

    @Test func aStreamSendsWhatThereIsThenEachChangeAsItIsCommitted() async throws {
        try await TestAPI.run { api in
            let first = try await api.create(.notes, "{\n \"title\":\r\n \"a\"\n}")
            try await EventStreamClient.run(port: api.port, Self.changes) { head, events in
                #expect(head.first == "HTTP/1.1 200 OK", "\(head)")
                #expect(head.contains("Content-Type: text/event-stream") && head.contains("Cache-Control: no-store"))
                let change = try #require(await events.next())
                #expect(change.name == "change")
                #expect(try change.json["uid"]?.string == first)
                #expect(try change.json["payload"]?["title"]?.string == "a")
                let ready = try #require(await events.next())
                #expect(ready.name == "ready" && ready.id == change.id)
                #expect(try ready.json["epoch"]?.integer == 1)
                var (seen, last): ([String?], String?) = ([], nil)
                let task = try await api.create(.tasks)
                try await api.send("PATCH", "/v1/notes/\(first)", "{}")
                try await api.send("DELETE", "/v1/tasks/\(task)")
                // Another owner's changes are nobody's business here.
                _ = try await api.create(.tasks, as: "other")
                while seen.last != "tasks 2" {
                    let event = try #require(await events.next())
                    let json = try event.json
                    #expect(event.name == "change")
                    seen.append("\(json["kind"]?.string ?? "") \(json["version"]?.integer ?? 0)")
                    last = event.id
                }
                #expect(seen == ["tasks 1", "notes 2", "tasks 2"])
                // A later connection reads on behind the last event.
                let note = try await api.create(.notes)
                try await EventStreamClient.run(port: api.port, Self.changes, [("Last-Event-ID", last ?? "")]) { _, events in
                    let missed = try #require(await events.next())
                    #expect(try missed.json["uid"]?.string == note)
                    #expect(await events.next()?.name == "ready")
                }
            }
        }
    }

    @Test func aStreamBeatsEndsAtItsAgeAndEndsWithAnErrorAfterAWipe() async throws {
        try await TestAPI.run(streams: FeedStreams(heartbeat: .zero)) { api in
            try await EventStreamClient.run(port: api.port, Self.changes) { _, events in
                #expect(await events.next()?.name == "ready")
                api.signals.tick()
                let note = try await api.create(.notes)
                let change = try #require(await events.next())
                #expect(try change.json["uid"]?.string == note)
                #expect(events.comments == 1)
                _ = try await api.service.wipe(epoch: nil, of: TestAPI.owner)
                let end = try #require(await events.next())
                #expect(end.name == "refused" && end.id == nil)
                #expect(try end.json["code"]?.string == "epoch_mismatch" && end.json["epoch"]?.integer == 2)
                #expect(await events.next() == nil)
            }
        }
        try await TestAPI.run(streams: FeedStreams(maximumAge: .zero)) { api in
            try await EventStreamClient.run(port: api.port, Self.changes) { _, events in
                #expect(await events.next()?.name == "ready")
                api.signals.tick()
                #expect(await events.next() == nil)
            }
        }
    }

    @Test func streamsAreLimitedAndGiveTheirPlacesBack() async throws {
        try await TestAPI.run(streams: FeedStreams(maximum: 3, maximumOfOwner: 2)) { api in
            try await EventStreamClient.run(port: api.port, Self.changes) { _, first in
                #expect(await first.next()?.name == "ready")
                try await EventStreamClient.run(port: api.port, Self.changes) { _, second in
                    #expect(await second.next()?.name == "ready")
                    let refused = try await api.send("GET", Self.changes, nil, [("Accept", "text/event-stream")])
                    #expect(refused.status == 503 && refused.code == "unavailable" && refused.field("Retry-After") == "1")
                    try await EventStreamClient.run(port: api.port, Self.changes, as: "other") { _, third in
                        #expect(await third.next()?.name == "ready")
                        let full = try await api.send("GET", Self.changes, nil, [("Accept", "text/event-stream")], as: "third")
                        #expect(full.status == 503)
                    }
                }
            }
            // The server learns of the ends by itself.
            while true {
                var status = ""
                try await EventStreamClient.run(port: api.port, Self.changes) { head, _ in status = head.first ?? "" }
                if status == "HTTP/1.1 200 OK" { break }
            }
        }
    }

    @Test func followersBesideWritersSeeEveryChangeOnce() async throws {
        try await TestAPI.run(streams: FeedStreams(maximumOfOwner: nil)) { api in
            // Writers and followers at once; each follower's events are the change sequence, without gap or repetition.
            try await withThrowingTaskGroup(of: [Int64].self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        var versions: [Int64] = []
                        try await EventStreamClient.run(port: api.port, Self.changes) { _, events in
                            while versions.filter({ $0 == 1 }).count < 50, let event = await events.next() {
                                if event.name == "change" { versions.append(try event.json["version"]?.integer ?? 0) }
                            }
                        }
                        return versions
                    }
                }
                group.addTask {
                    for _ in 0..<50 { _ = try await api.create(.notes) }
                    return []
                }
                for try await versions in group where !versions.isEmpty {
                    #expect(versions == Array(repeating: 1, count: 50))
                }
            }
        }
    }
}
