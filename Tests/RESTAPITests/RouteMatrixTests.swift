import JSON
import Testing
import ToolBridge

/// The contract's table of routes (rest-and-sync.md § 4): what each demands of session and epoch, sent every way.
@Suite struct RouteMatrixTests {
    enum Rule: Sendable { case required, optional, sent, ignored }

    struct Row: Sendable, CustomTestStringConvertible {
        let method: String
        let path: String
        var body: String?
        var session = Rule.optional
        var epoch = Rule.optional

        var testDescription: String { "\(method) \(path)" }
    }

    static let rows: [Row] = {
        var rows: [Row] = [
            Row(method: "POST", path: "/v1/sync/sessions", session: .ignored, epoch: .ignored),
            Row(method: "GET", path: "/v1/sync/sessions/\(knownUID)", session: .ignored, epoch: .ignored),
            Row(method: "DELETE", path: "/v1/sync/sessions/\(knownUID)", session: .ignored, epoch: .ignored),
            Row(method: "POST", path: "/v1/sync/wipe", body: #"{"confirm":"WIPE"}"#, session: .required, epoch: .sent),
            Row(method: "GET", path: "/v1/sync/state", session: .required, epoch: .ignored),
        ]
        for kind in ItemKind.allCases {
            let (list, item) = ("/v1/\(kind.path)", "/v1/\(kind.path)/\(knownUID)")
            let action = #"{"action":"\#(kind.actions[0].name)"}"#
            rows.append(Row(method: "POST", path: "/v1/sync/\(kind.path)/push", body: "{}", session: .required, epoch: .required))
            rows.append(Row(method: "GET", path: "/v1/sync/\(kind.path)/pull", session: .required, epoch: .required))
            rows.append(Row(method: "GET", path: list))
            rows.append(Row(method: "POST", path: list, body: "{}"))
            for (method, suffix, body) in [
                ("GET", "", nil), ("PUT", "", "{}"), ("PATCH", "", "{}"), ("DELETE", "", nil), ("POST", "/restore", nil),
                ("POST", "/archive", nil), ("POST", "/process", action),
            ] as [(String, String, String?)] {
                rows.append(Row(method: method, path: item + suffix, body: body))
            }
        }
        return rows
    }()

    enum Session: CaseIterable { case none, good, malformed, unknown, expired, foreign }
    enum Epoch: CaseIterable { case missing, good, larger, smaller, unparsable, empty }

    @Test(arguments: rows)
    func sessionAndEpochSentEveryWay(_ row: Row) async throws {
        try await TestAPI.run { api in
            for session in Session.allCases {
                for epoch in Epoch.allCases {
                    let (headers, current) = try await Self.headers(api, session, epoch)
                    let response = try await api.send(row.method, row.path, row.body, headers)
                    let expected = Self.refusal(row, session, epoch)
                    let context: Comment = "\(row.testDescription) \(session) \(epoch): \(response.text)"
                    if let expected {
                        #expect(response.code == expected, context)
                        #expect(response.status == ["session_forbidden": 403, "epoch_mismatch": 409][expected] ?? 428, context)
                        #expect(response.field("X-Sync-Epoch") == (expected == "epoch_mismatch" ? "\(current)" : nil), context)
                    } else {
                        #expect(![401, 403, 409, 428, 429, 500, 503].contains(response.status), context)
                    }
                }
            }
        }
    }

    /// The code that the contract demands; `nil` where session and epoch are good.
    private static func refusal(_ row: Row, _ session: Session, _ epoch: Epoch) -> String? {
        switch (row.session, session) {
        case (.ignored, _), (_, .good), (.optional, .none), (.sent, _): break
        case (.required, .none): return "session_required"
        case (_, .malformed), (_, .unknown), (_, .expired): return "session_invalid"
        case (_, .foreign): return "session_forbidden"
        }
        switch (row.epoch, epoch) {
        case (.ignored, _), (_, .good), (.optional, .missing), (.sent, .missing): return nil
        default: return "epoch_mismatch"
        }
    }

    private static func headers(_ api: TestAPI, _ session: Session, _ epoch: Epoch) async throws -> ([(String, String)], Int64) {
        let device = try await api.device()
        let current = try #require(Int64(device[1].1))
        var headers: [(String, String)] = []
        switch session {
        case .none: break
        case .good: headers.append(device[0])
        case .malformed: headers.append(("X-Sync-Session", "x"))
        case .unknown: headers.append(("X-Sync-Session", "\(UID.random())"))
        case .expired:
            headers.append(device[0])
            api.clock.advance(1_800_000)
        case .foreign: headers.append(try await api.device(as: "other")[0])
        }
        switch epoch {
        case .missing: break
        case .good: headers.append(device[1])
        case .larger: headers.append(("X-Sync-Epoch", "\(current + 1)"))
        case .smaller: headers.append(("X-Sync-Epoch", "\(current - 1)"))
        case .unparsable: headers.append(("X-Sync-Epoch", "\(current)x"))
        case .empty: headers.append(("X-Sync-Epoch", ""))
        }
        return (headers, current)
    }

    @Test func everyRouteNeedsACallerAndItsTenant() async throws {
        try await TestAPI.run { api in
            for row in Self.rows {
                let nobody = try await api.send(row.method, row.path, row.body, as: nil)
                #expect(nobody.status == 401 && nobody.field("WWW-Authenticate") == "Bearer", "\(row.testDescription)")
                #expect(nobody.text == #"{"error":"unauthorized","code":"unauthorized","correlation_id":"t-1"}"#)
                let elsewhere = try await api.send(row.method, row.path, row.body, [("X-TB-Tenant-ID", "elsewhere")])
                #expect(elsewhere.status == 403, "\(row.testDescription)")
                #expect(
                    elsewhere.text
                        == #"{"error":"Unauthorized: not authorized for requested tenant","code":"tenant_forbidden","correlation_id":"t-1"}"#
                )
                let twice = [("X-Sync-Session", "x"), ("X-Sync-Session", "x")]
                #expect(try await api.send(row.method, row.path, row.body, twice, as: nil).code == "duplicate_header")
            }
        }
    }

    @Test func whatIsMissingIsSaidWithTheWayOut() async throws {
        try await TestAPI.run { api in
            let response = try await api.send("GET", "/v1/sync/notes/pull?limit=x")
            #expect(response.status == 428)
            #expect(
                response.text
                    == #"{"error":"sync session required: POST /v1/sync/sessions","code":"session_required","correlation_id":"t-1"}"#
            )
        }
    }
}
