import JSON
import Testing
import ToolBridge

/// Pages of changes and their cursors.
@Suite struct PullTests {
    private static let pull = "/v1/sync/notes/pull"

    @Test func theContractsExample() async throws {
        try await TestAPI.run { api in
            let device = try await api.device()
            let item = """
                {"uid":"c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f","title":"Shopping","content":"Milk",
                             "updatedTs":"2026-03-01T10:00:00.000Z","sync":{"version":1,"isDeleted":false}}
                """
            let gone = "0b9f9d0a-6d7c-4b44-8a49-4b8f6f8d2a10"
            let deletion = #"{"uid":"\#(gone)","updatedTs":"2026-03-01T10:05:00Z","sync":{"isDeleted":true}}"#
            _ = try await api.push([deletion, item], .notes, device)
            let response = try await api.send("GET", Self.pull, nil, device)
            let cursor = try #require(try response.json["nextCursor"]?.string)
            #expect(
                response.text
                    == #"{"upserts":[\#(item)],"deletes":[{"deletedAt":"2026-03-01T10:05:00.000Z","uid":"\#(gone)"}],"nextCursor":"\#(cursor)","hasMore":false,"checkpoint":"\#(cursor)"}"#
            )
        }
    }

    @Test func pagesFollowOneAnotherAndCountDeletionsToo() async throws {
        try await TestAPI.run { api in
            let device = try await api.device()
            let items = (1...7).map { #"{"uid":"\#(UID.random())","n":\#($0),"sync":{"isDeleted":\#($0.isMultiple(of: 3))}}"# }
            _ = try await api.push(items, .notes, device)
            var (cursor, sizes, more): (String, [[Int]], [Bool]) = ("", [], [])
            while sizes.count < 9 {
                let page = try await api.send("GET", Self.pull + "?limit=3&cursor=\(cursor)", nil, device).json
                sizes.append([page["upserts"]?.count ?? -1, page["deletes"]?.count ?? -1])
                more.append(page["hasMore"]?.boolean == true)
                #expect(page["checkpoint"]?.string == page["nextCursor"]?.string ?? cursor)
                guard let next = page["nextCursor"]?.string else { break }
                cursor = next
            }
            #expect(sizes == [[2, 1], [2, 1], [1, 0], [0, 0]])
            #expect(more == [true, true, false, false])
        }
    }

    @Test func anEmptyFeedHasAStart() async throws {
        try await TestAPI.run { api in
            let device = try await api.device()
            let response = try await api.send("GET", Self.pull, nil, device)
            let start = try #require(try response.json["checkpoint"]?.string)
            #expect(response.text == #"{"upserts":[],"deletes":[],"hasMore":false,"checkpoint":"\#(start)"}"#)
            _ = try await api.push([#"{"uid":"\#(knownUID)"}"#], .notes, device)
            #expect(try await api.send("GET", Self.pull + "?cursor=\(start)", nil, device).json["upserts"]?.count == 1)
        }
    }

    @Test func theVectorsOfCursors() async throws {
        try await TestAPI.run { api in
            let device = try await api.device()
            _ = try await api.push([#"{"uid":"\#(knownUID)"}"#], .notes, device)
            let all = try await api.send("GET", Self.pull, nil, device)
            let old = [
                "MTczMDYzNTIwMDAwMHxjMWQ5YjdkYy1hMWIyLTRjM2QtOWU4Zi03YTZiNWM0ZDNlMmY",
                "MHwwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDA",
            ]
            for cursor in old + [""] {
                #expect(try await api.send("GET", Self.pull + "?cursor=\(cursor)", nil, device).body == all.body)
            }
            let mine = try #require(try all.json["nextCursor"]?.string)
            let foreign = try await api.device(as: "other")
            let descending = try await api.create(.notes)
            _ = descending
            let down = try #require(try await api.send("GET", "/v1/notes?order=desc&limit=1").json["nextCursor"]?.string)
            let bad: [(String, String, [(String, String)], String)] = [
                ("not%20base64!", Self.pull, device, "me"), ("Zm9v", Self.pull, device, "me"), ("MTJ8", Self.pull, device, "me"),
                ("fHw", Self.pull, device, "me"), (mine + "A", Self.pull, device, "me"), (String(mine.dropLast()), Self.pull, device, "me"),
                (mine, "/v1/sync/tasks/pull", device, "me"), (mine, Self.pull, foreign, "other"), (down, Self.pull, device, "me"),
            ]
            for (cursor, path, headers, subject) in bad {
                let response = try await api.send("GET", path + "?cursor=\(cursor)", nil, headers, as: subject)
                #expect(response.status == 400, "\(cursor) \(path)")
                #expect(response.text.hasSuffix(#","code":"invalid_cursor","field":"cursor","correlation_id":"t-1"}"#))
            }
        }
    }

    @Test func parametersAreCheckedAsThoseOfLists() async throws {
        try await TestAPI.run { api in
            let device = try await api.device()
            for (query, code) in [
                ("limit=0", "invalid_limit"), ("limit=x", "invalid_limit"), ("limit=", "invalid_limit"),
                ("limit=1&limit=1", "invalid_parameter"),
                ("cursor=&cursor=", "invalid_parameter"), ("cursor=%zz", "invalid_parameter"),
            ] {
                let response = try await api.send("GET", Self.pull + "?" + query, nil, device)
                #expect(response.status == 400 && response.code == code, "\(query)")
            }
            for query in ["limit=1001", "limit=99999999999999999999", "unknown=1&unknown=2", "order=x"] {
                #expect(try await api.send("GET", Self.pull + "?" + query, nil, device).status == 200, "\(query)")
            }
        }
    }

    @Test func aPageHas500RowsUnlessAskedOtherwise() async throws {
        try await TestAPI.run { api in
            let device = try await api.device()
            for _ in 0..<2 { _ = try await api.push((0..<1000).map { _ in #"{"uid":"\#(UID.random())"}"# }, .notes, device) }
            for (query, count) in [("", 500), ("?limit=1000", 1000), ("?limit=1001", 1000), ("?limit=1", 1)] {
                let page = try await api.send("GET", Self.pull + query, nil, device).json
                #expect(page["upserts"]?.count == count && page["hasMore"]?.boolean == true, "\(query)")
            }
        }
    }
}
