import JSON
import Testing
import ToolBridge

/// What a client learns when something of ours fails: that, and nothing else.
@Suite struct FaultTests {
    /// Every item route of a kind, with its body.
    private static func requests(_ kind: ItemKind) -> [(String, String, String?)] {
        let (list, item) = ("/v1/\(kind.path)", "/v1/\(kind.path)/\(knownUID)")
        let body = #"{"parentType":"note","parentUid":"\#(knownUID)","chatUid":"\#(knownUID)","secret":"canary"}"#
        return [
            ("GET", list, nil), ("POST", list, body), ("GET", item, nil), ("PUT", item, body), ("PATCH", item, body), ("DELETE", item, nil),
            ("POST", item + "/restore", nil), ("POST", item + "/archive", nil),
            ("POST", item + "/process", #"{"action":"\#(kind.actions[0].name)"}"#),
        ]
    }

    @Test func withoutADatabaseEveryRouteSaysTryAgain() async throws {
        try await TestAPI.run { api in
            await api.closeDatabase()
            for kind in ItemKind.allCases {
                for (method, target, body) in Self.requests(kind) {
                    let session = [("X-Sync-Session", knownUID)]
                    for headers in [[], session, [("X-Sync-Epoch", "1")]] {
                        let response = try await api.send(method, target, body, headers)
                        #expect(response.status == 503 && response.field("Retry-After") == "1", "\(method) \(target)")
                        #expect(
                            response.text
                                == #"{"error":"temporarily unavailable, try again","code":"unavailable","correlation_id":"t-1"}"#
                        )
                    }
                    // What needs no database is still said first.
                    if method == "PUT" { #expect(try await api.send(method, target, "bad").code == "invalid_json") }
                }
            }
        }
    }

    @Test func syncingToo() async throws {
        try await TestAPI.run { api in
            let device = try await api.device()
            await api.closeDatabase()
            for row in RouteMatrixTests.rows {
                for headers in [device, device + [("Idempotency-Key", "k")]] {
                    let response = try await api.send(row.method, row.path, row.body, headers)
                    #expect(response.status == 503 && response.field("Retry-After") == "1", "\(row.testDescription)")
                    #expect(
                        response.text == #"{"error":"temporarily unavailable, try again","code":"unavailable","correlation_id":"t-1"}"#
                    )
                }
            }
            #expect(try await api.send("GET", "/v1/sync/info").status == 200)
        }
    }

    @Test func aFaultOfOursTellsNothing() async throws {
        let cause = RawExchange.Failed(description: "SELECT secret FROM https://internal/canary")
        try await TestAPI.run(items: FailingService(error: .internalError(cause))) { api in
            for kind in ItemKind.allCases {
                for (method, target, body) in Self.requests(kind) {
                    let response = try await api.send(method, target, body)
                    #expect(response.status == 500 && response.field("Retry-After") == nil, "\(method) \(target)")
                    #expect(response.text == #"{"error":"internal error","code":"internal_error","correlation_id":"t-1"}"#)
                }
            }
        }
    }

    @Test(arguments: ItemError.Code.allCases)
    func everyCodeHasItsStatus(_ code: ItemError.Code) async throws {
        let details: [ItemError.Detail] = [.init(.uid, .string("\"")), .init(.epoch, .integer(7)), .init(.allowed, .strings(["a", "b"]))]
        let error = ItemError(code, "the text", details, underlying: RawExchange.Failed(description: "canary"))
        try await TestAPI.run(items: FailingService(error: error)) { api in
            let response = try await api.send("GET", "/v1/notes")
            #expect(response.status == code.status)
            guard code != .internalError else { return }
            #expect(
                response.text
                    == #"{"error":"the text","code":"\#(code.rawValue)","uid":"\"","epoch":7,"allowed":["a","b"],"correlation_id":"t-1"}"#
            )
            #expect(response.field("X-Sync-Epoch") == "7")
            #expect(response.field("Retry-After") == (code == .unavailable || code == .idempotencyInProgress ? "1" : nil))
        }
    }
}

/// Refuses every call.
private struct FailingService: ItemService {
    let error: ItemError

    func list(_ kind: ItemKind, _ query: ListQuery, of owner: Owner) async throws(ItemError) -> ItemPage { throw error }

    func recent(_ query: RecentQuery, of owner: Owner) async throws(ItemError) -> ItemPage { throw error }

    func item(_ uid: UID, _ kind: ItemKind, includeDeleted: Bool, of owner: Owner) async throws(ItemError) -> Item { throw error }

    func create(
        _ payload: Payload,
        _ kind: ItemKind,
        _ context: WriteContext<Item>,
        of owner: Owner
    ) async throws(ItemError) -> Item { throw error }

    func mutate(
        _ uid: UID,
        _ kind: ItemKind,
        _ mutation: Mutation,
        expecting condition: VersionCondition?,
        _ context: WriteContext<Item>,
        of owner: Owner
    ) async throws(ItemError) -> Item { throw error }

    func write(
        _ operations: [Result<BatchOperation, ItemError>],
        _ mode: BatchMode,
        _ context: WriteContext<[BatchOutcome]>,
        of owner: Owner
    ) async throws(ItemError) -> [BatchOutcome] { throw error }

    func search(_ query: SearchQuery, of owner: Owner) async throws(ItemError) -> SearchPage { throw error }

    func recordedAnswer(to request: RepeatableRequest, of owner: Owner) async throws(ItemError) -> RecordedAnswer? { throw error }
}
