import Auth
import HTTPServer
import HTTPTypes
import JSON
import RESTAPI
import Testing
import ToolBridge

/// What the API says of itself.
@Suite struct DocumentationTests {
    @Test func aRouteOfTheAPIWithoutADescriptionIsFound() {
        let route = Route<Caller>(.only(.get), "/v1/secret", label: "/v1/secret", .open { _ in .empty(.ok) })
        #expect(APIDocument.undescribed([route]) == ["GET /v1/secret"])
        let described = Route<Caller>(
            .only(.get),
            "/v1/known",
            label: "/v1/known",
            describe: { OperationDescription("known", tag: "Server", "Known", answers: []) },
            .open { _ in .empty(.ok) }
        )
        #expect(APIDocument.undescribed([described]).isEmpty)
    }

    @Test func everyRouteOfTheAPIIsDescribed() async throws {
        try await TestAPI.run { api in
            let data = DataRoutes(items: api.service, sync: api.service)
            var routes: [Route<Caller>] = [syncInfoRoute(SyncInfo(rate: nil)), batchRoute(data), searchRoute(data), recentRoute(data)]
            routes += ItemRoutes(data).all + SyncRoutes(data).all
            routes += IdentityRoutes(tenant: Organization(id: "tenant", name: "Personal")).all + ExchangeRoutes().all
            routes += [FeedRoute(data, signals: api.signals, streams: FeedStreams()).route]
            #expect(APIDocument.undescribed(routes).isEmpty)
        }
    }

    @Test func everyCodeOfARefusalIsDescribedWithItsStatus() {
        for code in ItemError.Code.allCases {
            #expect(APIDocument.statusOfRefusal(code.rawValue) == code.status, "\(code.rawValue)")
        }
        #expect(APIDocument.statusOfRefusal("no_such_code") == nil)
    }
}
