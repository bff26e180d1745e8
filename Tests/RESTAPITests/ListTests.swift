import JSON
import Testing
import ToolBridge

/// Lists: order, pages and parameters.
@Suite struct ListTests {
    private static func page(_ api: TestAPI, _ target: String) async throws -> (numbers: [Int64], next: String?) {
        let response = try await api.send("GET", target)
        #expect(response.status == 200, "\(response.text)")
        let json = try response.json
        return (json["items"]?.elements.compactMap { $0["payload"]?["n"]?.integer } ?? [], json["nextCursor"]?.string)
    }

    @Test(arguments: ["", "&order=desc"])
    func pagesFollowOneAnother(_ order: String) async throws {
        try await TestAPI.run { api in
            for number in 1...7 { _ = try await api.create(.taskLists, #"{"n":\#(number)}"#) }
            var (found, cursor, sizes): ([Int64], String?, [Int]) = ([], "", [])
            while let position = cursor, sizes.count < 9 {
                let page = try await Self.page(api, "/v1/task_lists?limit=3&cursor=\(position)\(order)")
                found += page.numbers
                sizes.append(page.numbers.count)
                cursor = page.next
            }
            #expect(sizes == [3, 3, 1])
            #expect(found == (order.isEmpty ? Array(1...7) : Array(1...7).reversed()))
            // A cursor belongs to its direction and kind.
            let next = try #require(try await Self.page(api, "/v1/task_lists?limit=3\(order)").next)
            for target in ["/v1/task_lists?cursor=\(next)\(order.isEmpty ? "&order=desc" : "")", "/v1/tasks?cursor=\(next)\(order)"] {
                let response = try await api.send("GET", target)
                #expect(response.status == 400 && response.code == "invalid_cursor", "\(target)")
            }
            let foreign = try await api.send("GET", "/v1/task_lists?cursor=\(next)\(order)", as: "other")
            #expect(foreign.status == 400 && foreign.code == "invalid_cursor")
        }
    }

    @Test func parametersAreDecodedAndUnknownOnesIgnored() async throws {
        try await TestAPI.run { api in
            for number in 1...3 { _ = try await api.create(.chats, #"{"n":\#(number)}"#) }
            try await api.send("DELETE", "/v1/chats/\(api.create(.chats, #"{"n":4}"#))")
            for (query, expected) in [
                ("", [1, 2, 3]), ("?", [1, 2, 3]), ("?limit=2", [1, 2]), ("?%6Cimit=2", [1, 2]), ("?limit=%32", [1, 2]),
                ("?Limit=2", [1, 2, 3]),
                ("?limit=00002", [1, 2]), ("?limit=1001", [1, 2, 3]), ("?limit=99999999999999999999999", [1, 2, 3]),
                ("?cursor=", [1, 2, 3]),
                ("?unknown=1&unknown=2", [1, 2, 3]), ("?limit=2&unknown=%zz", [1, 2]), ("?includeDeleted=true", [1, 2, 3, 4]),
                ("?includeDeleted=%74rue&order=desc", [4, 3, 2, 1]), ("?includeDeleted=1", [1, 2, 3]), ("?includeDeleted=True", [1, 2, 3]),
                ("?includeDeleted=", [1, 2, 3]), ("?includeDeleted", [1, 2, 3]), ("?includedeleted=true", [1, 2, 3]),
                ("?cursor=MHwwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDA", [1, 2, 3]),
                ("?cursor=MTczMDYzNTIwMDAwMHxjMWQ5YjdkYy1hMWIyLTRjM2QtOWU4Zi03YTZiNWM0ZDNlMmY", [1, 2, 3]),
            ] as [(String, [Int64])] {
                #expect(try await Self.page(api, "/v1/chats\(query)").numbers == expected, "\(query)")
            }
            let many = try await api.send("GET", "/v1/chats?" + Array(repeating: "a=1", count: 101).joined(separator: "&"))
            #expect(many.status == 400 && many.code == "invalid_parameter")
            let long = try await api.send("GET", "/v1/chats?a=" + String(repeating: "x", count: 8192))
            #expect(long.status == 414 && long.code == "uri_too_long")
        }
    }

    @Test func aPageHas500ItemsUnlessAskedOtherwise() async throws {
        try await TestAPI.run { api in
            let changes = (1...1001).map { number in
                Result<Change, ItemError>.success(
                    Change(uid: .random(), kind: .notes, updatedAt: nil, payload: Array(#"{"n":\#(number)}"#.utf8))
                )
            }
            _ = try await api.service.push(Array(changes.prefix(1000)), .notes, epoch: 1, of: TestAPI.owner)
            _ = try await api.service.push(Array(changes.suffix(1)), .notes, epoch: 1, of: TestAPI.owner)
            for (query, count) in [("", 500), ("?limit=1000", 1000), ("?limit=1001", 1000), ("?limit=5000", 1000)] {
                let page = try await Self.page(api, "/v1/notes\(query)")
                #expect(page.numbers == Array(1...Int64(count)) && page.next != nil, "\(query)")
            }
            let first = try #require(try await Self.page(api, "/v1/notes?limit=1000").next)
            let last = try await Self.page(api, "/v1/notes?limit=1000&cursor=\(first)")
            #expect(last.numbers == [1001] && last.next == nil)
        }
    }
}
