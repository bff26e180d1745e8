import HTTPServer
import RESTAPI
import Testing

/// What clients learn before they say who they are.
@Suite struct InfoTests {
    private static let beforeRate: String = {
        let kinds = ["notes", "tasks", "comments", "chats", "chat_messages", "task_lists", "task_list_categories"]
        let entities = kinds.map { #""\#($0)":{"maxLimit":1000,"push":true,"pull":true}"# }.joined(separator: ",")
        return #"{"apiVersion":"1.1","serverTime":"2026-03-01T10:00:00.000Z","entities":{\#(entities)},"#
            + #""locking":{"supported":true,"mode":"session"},"minClientVersion":"0.1.0","#
    }()
    private static let afterRate =
        #""hints":{"recommendedBatch":500,"backoffMsOn429":1500},"#
        + #""limits":{"maxBodyBytes":1048576,"maxPushBytes":8388608,"maxPushItems":1000},"features":"#

    @Test func infoIsAsTheContractSays() async throws {
        let info = SyncInfo(
            rate: RateLimits.Rate(requests: 600, window: .seconds(60), burst: 120),
            features: ["optional-session", "keep-parent", "list-order", "has-more"]
        )
        try await TestAPI.run(info: info) { api in
            let response = try await api.send("GET", "/v1/sync/info", as: nil)
            #expect(response.status == 200 && response.field("Content-Type") == "application/json")
            #expect(
                response.text == Self.beforeRate + #""rateLimit":{"windowSeconds":60,"maxRequests":600,"burst":120},"# + Self.afterRate
                    + #"["optional-session","keep-parent","list-order","has-more"]}"#
            )
            // Whoever asks, and whatever else is sent.
            let bad = [("X-TB-Tenant-ID", "elsewhere"), ("X-Sync-Session", "x"), ("Authorization", "Bearer bad")]
            #expect(try await api.send("GET", "/v1/sync/info", nil, bad).body == response.body)
            #expect(try await api.send("POST", "/v1/sync/info", "{}").status == 405)
        }
    }

    @Test func withoutLimitsThereIsNoRate() async throws {
        try await TestAPI.run(info: SyncInfo(rate: nil)) { api in
            let response = try await api.send("GET", "/v1/sync/info", as: nil)
            #expect(
                response.text.hasPrefix(Self.beforeRate + Self.afterRate + #"["optional-session","keep-parent","list-order","has-more""#)
            )
            #expect(response.field("X-RateLimit-Limit") == nil)
        }
    }
}
