import JSON
import Testing
import ToolBridge

/// The envelope of a push, its acknowledgements, and what one bad item does to its neighbours.
@Suite struct PushTests {
    @Test func theContractsExample() async throws {
        try await TestAPI.run { api in
            let body = """
                {"items":[{"uid":"c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f","title":"Shopping","content":"Milk",
                           "updatedTs":"2026-03-01T10:00:00.000Z","sync":{"version":1,"isDeleted":false}},{}]}
                """
            let response = try await api.send("POST", "/v1/sync/notes/push", body, api.device())
            #expect(response.status == 200 && response.field("Content-Type") == "application/json" && response.field("ETag") == nil)
            #expect(
                response.text
                    == #"[{"uid":"c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f","version":1,"updatedAt":"2026-03-01T10:00:00.000Z"},"#
                    + #"{"uid":"","version":0,"updatedAt":"","error":"missing or invalid uid","code":"invalid_uid","field":"/uid"}]"#
            )
        }
    }

    @Test(arguments: ItemKind.allCases)
    func everyKindIsPushedPulledAndDeleted(_ kind: ItemKind) async throws {
        try await TestAPI.run { api in
            let device = try await api.device()
            let item =
                #"{ "uid" : "\#(knownUID.uppercased())", \#(try await api.parentMember(of: kind)) "n":1.0, "big":123456789012345678901234567890 }"#
            let (push, pull) = ("/v1/sync/\(kind.path)/push", "/v1/sync/\(kind.path)/pull")
            let pushed = try await api.send("POST", push, #"{"items":[\#(item)]}"#, device)
            #expect(pushed.text == #"[{"uid":"\#(knownUID)","version":1,"updatedAt":"\#(start)"}]"#)
            let pulled = try await api.send("GET", pull, nil, device)
            let cursor = try #require(try pulled.json["nextCursor"]?.string)
            #expect(
                pulled.text == #"{"upserts":[\#(item)],"deletes":[],"nextCursor":"\#(cursor)","hasMore":false,"checkpoint":"\#(cursor)"}"#
            )
            let deletion = #"{"uid":"\#(knownUID)","updatedTs":"2026-03-01T10:00:01Z","sync":{"isDeleted":true}}"#
            #expect(try await api.push([deletion], kind, device)[0]["version"]?.integer == 2)
            let after = try await api.send("GET", pull + "?cursor=\(cursor)", nil, device)
            let next = try #require(try after.json["nextCursor"]?.string)
            #expect(
                after.text
                    == #"{"upserts":[],"deletes":[{"deletedAt":"2026-03-01T10:00:01.000Z","uid":"\#(knownUID)"}],"nextCursor":"\#(next)","hasMore":false,"checkpoint":"\#(next)"}"#
            )
            let end = try await api.send("GET", pull + "?cursor=\(next)", nil, device)
            #expect(end.text == #"{"upserts":[],"deletes":[],"hasMore":false,"checkpoint":"\#(next)"}"#)
        }
    }

    // MARK: The envelope

    @Test func whatIsNoPushIsRefusedAsAWhole() async throws {
        let good = #"{"uid":"\#(knownUID)"}"#
        let deep = String(repeating: "[", count: 510) + String(repeating: "]", count: 510)
        let deeper = String(repeating: "[", count: 511) + String(repeating: "]", count: 511)
        let rows: [(body: [UInt8], status: Int, answer: String)] =
            [
                ("", 400, #"{"error":"invalid JSON","code":"invalid_json","position":0"#),
                ("null", 400, #"{"error":"invalid JSON","code":"invalid_json","position":0"#),
                (" [\(good)]", 400, #"{"error":"invalid JSON","code":"invalid_json","position":1"#),
                (#"{"items":[\#(good),]}"#, 400, #"{"error":"invalid JSON","code":"invalid_json","position":57"#),
                (#"{"items":[\#(good)]} {}"#, 400, #"{"error":"invalid JSON","code":"invalid_json","position":59"#),
                ("\u{feff}{\"items\":[\(good)]}", 400, #"{"error":"invalid JSON","code":"invalid_json","position":0"#),
                (#"{"items":[\#(good),{"a":\#(deeper)}]}"#, 400, #"{"error":"invalid JSON","code":"invalid_json","position":"#),
                (#"{"items":{}}"#, 400, #"{"error":"items must be an array","code":"invalid_request","field":"/items""#),
                (#"{"items":"x"}"#, 400, #"{"error":"items must be an array","code":"invalid_request","field":"/items""#),
                (#"{"items":0}"#, 400, #"{"error":"items must be an array","code":"invalid_request","field":"/items""#),
                (#"{"items":false}"#, 400, #"{"error":"items must be an array","code":"invalid_request","field":"/items""#),
                (
                    #"{"items":[\#(good)],"\u0069tems":[]}"#, 422,
                    #"{"error":"invalid payload: a key occurs twice in one object","code":"invalid_payload","field":"/items","reason":"duplicate_key""#
                ),
            ].map { (Array($0.0.utf8), $0.1, $0.2) } + [
                (
                    Array(#"{"items":[\#(good),{"a":""#.utf8) + [0xff] + Array(#""}]}"#.utf8), 400,
                    #"{"error":"invalid JSON","code":"invalid_json","position":"#
                ),
                (Array(#"{"items":[]}"#.utf16).flatMap { [UInt8(truncatingIfNeeded: $0), 0] }, 400, #"{"error":"invalid JSON""#),
            ]
        try await TestAPI.run { api in
            let device = try await api.device()
            let before = try await api.dump()
            for row in rows {
                let response = try await api.send("POST", "/v1/sync/notes/push", bytes: row.body, device)
                #expect(response.status == row.status, "\(response.text)")
                #expect(response.text.hasPrefix(row.answer), "\(response.text)")
            }
            #expect(try await api.dump() == before)
            for body in ["{}", #"{"items":null}"#, #"{"items":[]}"#, #"{"Items":[{}],"items":[]}"#] {
                #expect(try await api.send("POST", "/v1/sync/notes/push", body, device).text == "[]", "\(body)")
            }
            // 512 levels are JSON, and so the item's own business.
            let response = try await api.send("POST", "/v1/sync/notes/push", #"{"items":[{"a":\#(deep.dropFirst().dropLast())}]}"#, device)
            #expect(response.status == 200 && response.text.contains("too deep") == false)
            #expect(try response.json.elements.first { _ in true }?["code"]?.string == "invalid_payload")
        }
    }

    @Test func whatElseIsInTheEnvelopeIsIgnored() async throws {
        try await TestAPI.run { api in
            let body =
                #"{"a":1,"a":"\u0000","\ud800":"\udfff","items":[{"uid":"\#(knownUID)"}],"deep":\#(String(repeating: "[", count: 100) + String(repeating: "]", count: 100))}"#
            let response = try await api.send("POST", "/v1/sync/notes/push", body, api.device())
            #expect(response.text == #"[{"uid":"\#(knownUID)","version":1,"updatedAt":"\#(start)"}]"#)
        }
    }

    // MARK: One bad item

    struct Fault: Sendable, CustomTestStringConvertible {
        var kind = ItemKind.notes
        let name: String
        /// What follows the uid.
        var rest = ""
        /// The whole item, if the fault is not behind a good uid.
        var item: String?
        let error: String
        let code: String
        let field: String
        var version = 0

        var testDescription: String { "\(kind.path): \(name)" }
    }

    static let faults: [Fault] = {
        let (open, close) = (String(repeating: "[", count: 64), String(repeating: "]", count: 64))
        let payload = "invalid payload: "
        var faults: [Fault] = [
            Fault(
                name: "a duplicate key",
                rest: #","a":{"b":1,"b":2}"#,
                error: payload + "a key occurs twice in one object",
                code: "invalid_payload",
                field: "/a/b"
            ),
            Fault(
                name: "a duplicate uid",
                rest: #","uid":"x""#,
                error: payload + "a key occurs twice in one object",
                code: "invalid_payload",
                field: "/uid"
            ),
            Fault(
                name: "NUL",
                rest: #","tags":["a","\u0000"]"#,
                error: payload + "text must not contain U+0000",
                code: "invalid_payload",
                field: "/tags/1"
            ),
            Fault(
                name: "a lone surrogate",
                rest: #","a~b":"\ud800""#,
                error: payload + "text must be valid Unicode without lone surrogates",
                code: "invalid_payload",
                field: "/a~0b"
            ),
            Fault(
                name: "65 levels",
                rest: #","a":\#(open)\#(close)"#,
                error: payload + "nested deeper than 64 levels",
                code: "invalid_payload",
                field: "/a" + String(repeating: "/0", count: 63)
            ),
            Fault(
                name: "100,001 values",
                rest: #","a":[\#(String(repeating: "0,", count: 99_998))0]"#,
                error: payload + "more than 100000 values",
                code: "invalid_payload",
                field: "/a/99996"
            ),
            Fault(
                name: "more than 1 MiB",
                rest: #","a":"\#(String(repeating: "x", count: 1_048_576 - 51))""#,
                error: "payload too large: at most 1048576 bytes",
                code: "payload_too_large",
                field: ""
            ),
            Fault(
                name: "a great version",
                rest: #","sync":{"version":2147483648}"#,
                error: payload + "number out of range",
                code: "invalid_payload",
                field: "/sync/version",
                version: 2_147_483_648
            ),
            Fault(
                name: "an endless version",
                rest: #","sync":{"version":1e999}"#,
                error: payload + "number out of range",
                code: "invalid_payload",
                field: "/sync/version"
            ),
        ]
        for item in ["7", "null", "true", #""x""#, "[{}]"] {
            faults.append(
                Fault(name: item, item: item, error: payload + "wrong type", code: "invalid_payload", field: "")
            )
        }
        for uid in ["7", "null", #""""#, #""x""#, #""00000000-0000-0000-0000-000000000000""#, #"["\#(knownUID)"]"#] {
            faults.append(
                Fault(
                    name: "uid \(uid)",
                    item: #"{"uid":\#(uid),"updatedTs":"\#(start)","sync":{"version":3}}"#,
                    error: "missing or invalid uid",
                    code: "invalid_uid",
                    field: "/uid"
                )
            )
        }
        let parents: [(ItemKind, String, String, String)] = [
            (.comments, #","parentUid":"\#(knownUID)""#, "missing parentType", "/parentType"),
            (.comments, #","parentType":"note""#, "missing parentUid", "/parentUid"),
            (.comments, #","parentType":"note","parentUid":"x""#, "invalid parentUid", "/parentUid"),
            (
                .comments, #","parentType":"chat","parentUid":"\#(knownUID)""#, "invalid parent_type: chat (must be 'note' or 'task')",
                "/parentType"
            ),
            (.comments, #","parentType":"note","parentUid":"\#(knownUID)""#, "parent note not found: \(knownUID)", "/parentUid"),
            (.comments, #","parentType":"task","parentUid":"\#(knownUID)""#, "parent task not found: \(knownUID)", "/parentUid"),
            (.chatMessages, "", "missing chatUid", "/chatUid"),
            (.chatMessages, #","chatUid":"x""#, "invalid chatUid: x", "/chatUid"),
            (.chatMessages, #","chatUid":"\#(knownUID)""#, "parent chat not found: \(knownUID)", "/chatUid"),
        ]
        for (kind, rest, error, field) in parents {
            faults.append(
                Fault(
                    kind: kind,
                    name: error,
                    rest: rest + #","sync":{"version":7.9}"#,
                    error: error,
                    code: "invalid_parent",
                    field: field,
                    version: 7
                )
            )
        }
        return faults
    }()

    @Test(arguments: faults)
    func oneBadItemOf100Is1ErrorAnd99AreApplied(_ fault: Fault) async throws {
        try await TestAPI.run { api in
            let uid = "aaaaaaaa-0000-4000-8000-00000000000f"
            let time = "2026-03-01T09:59:59.120Z"
            let parent = try await api.parentMember(of: fault.kind)
            var items = (0..<99).map { #"{\#(parent)"uid":"\#(UID.random())","n":\#($0)}"# }
            items.insert(fault.item ?? #"{"uid":"\#(uid)","updateTime":"\#(time)"\#(fault.rest)}"#, at: 41)
            let device = try await api.device()
            let acks = try await api.push(items, fault.kind, device)
            #expect(acks.count == 100)
            let claim =
                fault.item == nil
                ? #""uid":"\#(uid)","version":\#(fault.version),"updatedAt":"\#(time)""# : #""uid":"","version":0,"updatedAt":"""#
            #expect(
                acks[41].text == #"{\#(claim),"error":"\#(fault.error)","code":"\#(fault.code)","field":"\#(fault.field)"}"#
            )
            #expect(acks.filter { $0["error"] != nil }.count == 1)
            let pulled = try await api.send("GET", "/v1/sync/\(fault.kind.path)/pull", nil, device).json
            let numbers = pulled["upserts"]?.elements.compactMap { $0["n"]?.integer }
            #expect(numbers == (0..<99).map { Int64($0) })
        }
    }

    // MARK: Sizes

    @Test func aPushHas1000ItemsAtMost() async throws {
        try await TestAPI.run { api in
            let device = try await api.device()
            let items = (0...1000).map { _ in #"{"uid":"\#(UID.random())"}"# }
            let before = try await api.dump()
            let response = try await api.send("POST", "/v1/sync/notes/push", #"{"items":[\#(items.joined(separator: ","))]}"#, device)
            #expect(response.status == 413)
            #expect(
                response.text == #"{"error":"too many items: at most 1000","code":"too_many_items","limit":1000,"correlation_id":"t-1"}"#
            )
            #expect(try await api.dump() == before)
            let acks = try await api.push(Array(items.prefix(1000)), .notes, device)
            #expect(acks.count == 1000 && acks.allSatisfy { $0["version"]?.integer == 1 })
        }
    }

    @Test func aPushHasAMillionValuesAtMost() async throws {
        try await TestAPI.run { api in
            let device = try await api.device()
            let many = String(repeating: "0,", count: 1_000_100)
            for body in [#"{"items":[\#(many)0]}"#, #"{"items":[{"uid":"\#(knownUID)","a":[\#(many)0]}]}"#] {
                let response = try await api.send("POST", "/v1/sync/notes/push", body, device)
                #expect(response.status == 413 && response.code == "payload_too_large", "\(response.text)")
                #expect(try response.json["limit"]?.integer == 1_000_000)
            }
        }
    }

    @Test func aPushHas8MebibytesAtMost() async throws {
        try await TestAPI.run { api in
            let device = try await api.device()
            let head = Array(#"{"items":[{"uid":"\#(knownUID)"}]}"#.utf8)
            for (size, status) in [(8_388_607, 200), (8_388_608, 200), (8_388_609, 413)] {
                let body = head + [UInt8](repeating: 0x20, count: size - head.count)
                let response = try await api.send("POST", "/v1/sync/notes/push", bytes: body, device)
                #expect(response.status == status, "\(size)")
                if status == 413 {
                    #expect(
                        response.text
                            == #"{"error":"body over 8388608 bytes","code":"payload_too_large","limit":8388608,"correlation_id":"t-1"}"#
                    )
                }
            }
            // A payload of exactly 1 MiB is one.
            let frame = #"{"uid":"\#(knownUID)","updatedTs":"2026-03-01T10:00:01Z","a":""}"#.utf8.count
            let item =
                #"{"uid":"\#(knownUID)","updatedTs":"2026-03-01T10:00:01Z","a":"\#(String(repeating: "x", count: 1_048_576 - frame))"}"#
            #expect(try await api.push([item], .notes, device)[0]["version"]?.integer == 2)
        }
    }

    // MARK: Last write wins

    @Test func ofTwoChangesTheLaterWins() async throws {
        try await TestAPI.run { api in
            let device = try await api.device()
            func push(_ rest: String) async throws -> String {
                try await api.push([#"{"uid":"\#(knownUID)"\#(rest)}"#], .notes, device)[0].text
            }
            func ack(_ version: Int, _ time: String) -> String { #"{"uid":"\#(knownUID)","version":\#(version),"updatedAt":"\#(time)"}"# }
            #expect(try await push(#","a":1,"updatedTs":"\#(start)","sync":{"version":500.7}"#) == ack(500, start))
            #expect(try await push(#","a":2,"updatedTs":"\#(start)","sync":{"version":9}"#) == ack(500, start))
            #expect(try await push(#","a":3,"updatedTs":"2026-03-01T09:00:00Z""#) == ack(500, start))
            let later = "2026-03-01T10:00:00.001Z"
            #expect(try await push(#","a":4,"updatedTs":"\#(later)","sync":{"version":1}"#) == ack(501, later))
            // A clock that runs ahead by more than five minutes is the server's.
            api.clock.advance(2000)
            let now = "2026-03-01T10:00:02.000Z"
            #expect(try await push(#","a":5,"updatedTs":"2027-01-01T00:00:00Z""#) == ack(502, now))
            api.clock.advance(2000)
            #expect(try await push(#","a":5,"updatedTs":"2027-01-01T00:00:00Z""#) == ack(502, now))
            let ahead = "2026-03-01T10:05:04.000Z"
            #expect(try await push(#","a":6,"updatedTs":"\#(ahead)""#) == ack(503, ahead))
        }
    }

    @Test func aUidThatOccursTwiceIsAppliedInOrder() async throws {
        try await TestAPI.run { api in
            let items = [3, 1, 4].map { #"{"uid":"\#(knownUID)","n":\#($0),"updatedTs":"2026-03-01T10:00:0\#($0).000Z"}"# }
            let acks = try await api.push(items, .chats)
            #expect(acks.map { $0["version"]?.integer } == [1, 1, 2])
            #expect(try await api.send("GET", "/v1/chats/\(knownUID)").payload == items[2])
        }
    }

    @Test func theVectorsOfTimes() async throws {
        try await TestAPI.run { api in
            let device = try await api.device()
            api.clock.advance(7)
            for (text, expected) in [
                (#""2026-03-01T10:00:00Z""#, start), (#""2026-03-01T11:00:00+01:00""#, start),
                (#""2026-03-01T10:00:00.000000000Z""#, start),
                (#""1772359200000""#, start), (#""1730635200120""#, "2024-11-03T12:00:00.120Z"), (#""""#, nil), (#""0""#, nil),
                (#""-5""#, nil), ("1772359200000", nil), (#""2026-03-01""#, nil), (#""yesterday""#, nil), (#""1e12""#, nil),
            ] as [(String, String?)] {
                let ack = try await api.push([#"{"uid":"\#(UID.random())","updatedTs":\#(text)}"#], .tasks, device)[0]
                #expect(ack["updatedAt"]?.string == expected ?? "2026-03-01T10:00:00.007Z", "\(text)")
            }
            // The first of three that can be used.
            let ack = try await api.push(
                [#"{"uid":"\#(knownUID)","updateTime":"\#(start)","updatedAt":"1","updatedTs":"x"}"#],
                .tasks,
                device
            )
            #expect(ack[0]["updatedAt"]?.string == "1970-01-01T00:00:00.001Z")
        }
    }
}
