import JSON
import MCP
import MCPServer
import Synchronization
import Testing

@Suite("subscriptions/listen over HTTP", .timeLimit(.minutes(2)))
struct ListenTests {
    private static let key = "io.modelcontextprotocol/subscriptionId"

    private func subscription(_ event: StreamClient.Event?) -> JSONValue? { event?.json?["params"]?["_meta"]?[Self.key] }

    @Test(
        "SB1 SB2 SB3 SB4 the acknowledgement comes first, with what is honoured and the request's id",
        arguments: ["0", "7", #""""#, #""a""#]
    )
    func acknowledgement(id: String) async throws {
        try await StreamServer.run { server in
            let filter =
                #""toolsListChanged":true,"promptsListChanged":true,"resourcesListChanged":false,"#
                + #""resourceSubscriptions":["test://me/1","test://you/1"],"taskIds":[]"#
            try await server.listen(filter, id: id) { client, first in
                #expect(first.method == "notifications/subscriptions/acknowledged")
                #expect(first.id == nil)
                let value = try JSONValue(parsing: id)
                #expect(subscription(first) == value)
                #expect(first.json?["params"]?["notifications"] == ["toolsListChanged": true, "resourceSubscriptions": ["test://me/1"]])
                let changes = server.server.changes
                changes.post(ChangeNotice(.promptList))
                changes.post(ChangeNotice(.resourceList))
                changes.post(ChangeNotice(.resource(uri: "test://you/1")))
                changes.post(ChangeNotice(.toolList, of: Principal(issuer: "test", subject: "you")))
                changes.post(ChangeNotice(.resource(uri: "test://me/1")))
                let second = try await client.next()
                #expect(second?.method == "notifications/resources/updated")
                #expect(second?.json?["params"]?["uri"] == "test://me/1")
                #expect(subscription(second) == value)
                changes.post(ChangeNotice(.toolList, of: Principal(issuer: "test", subject: "me")))
                let third = try await client.next()
                #expect(third?.method == "notifications/tools/list_changed")
                #expect(subscription(third) == value)
            }
            try await server.untilNothingIsHeld()
        }
    }

    @Test("SB8 nothing that was asked for can be watched: an empty acknowledgement; nothing at all can: -32601")
    func nothing() async throws {
        try await StreamServer.run { server in
            try await server.listen(#""promptsListChanged":true"#) { _, first in
                #expect(first.json?["params"]?["notifications"] == [:])
            }
            let plain = StreamServer.modern("subscriptions/listen").merging(["Accept": "application/json"]) { $1 }
            #expect(try await server.exchange("POST", plain, TalkingServer.listen("")).status == 406, "H3")
        }
        try await StreamServer.run(server: Server(try Fixtures.definition())) { server in
            let answer = try await server.exchange("POST", StreamServer.modern("subscriptions/listen"), TalkingServer.listen(""))
            #expect(answer.status == 404)
            #expect(answer.json?["error"]?["code"] == -32601)
        }
    }

    @Test("SB9 notices of 100 ms become one of each type and address")
    func coalescing() async throws {
        try await StreamServer.run { server in
            try await server.listen(#""toolsListChanged":true,"resourceSubscriptions":["test://me/1"]"#) { client, _ in
                for _ in 0..<50 { server.server.changes.post(ChangeNotice(.toolList)) }
                #expect(try await client.next()?.method == "notifications/tools/list_changed")
                for _ in 0..<50 {
                    server.server.changes.post(ChangeNotice(.toolList))
                    server.server.changes.post(ChangeNotice(.resource(uri: "test://me/1")))
                }
                // On a busy machine the posting itself takes several times of 100 ms.
                var methods: [String?] = []
                while !methods.contains("notifications/resources/updated") { methods.append(try await client.next()?.method) }
                server.stop()
                methods += try await client.rest().map(\.method)
                #expect(methods.contains("notifications/tools/list_changed"))
                #expect(methods.last == .some(nil), "its end")
                #expect(methods.count < 40, "of 150")
            }
        }
    }

    @Test("SB7 T14 rights are checked again for each event, by what is offered at that moment")
    func rights() async throws {
        let mayWatch = Mutex(true)
        func definition(_ more: String?) throws -> ServerDefinition<String> {
            try ServerDefinition(
                info: Implementation(name: "t", version: "1"),
                tools: [TalkingServer.tool("a")] + (more.map { [TalkingServer.tool($0)] } ?? []),
                announces: [.tools],
                subscriptions: ResourceSubscriptions { _, uri in
                    mayWatch.withLock { $0 } && !(more == "b" && uri.hasSuffix("2"))
                }
            )
        }
        try await StreamServer.run(server: Server(try definition(nil))) { server in
            let filter = #""toolsListChanged":true,"resourceSubscriptions":["x:1","x:2"]"#
            try await server.listen(filter) { client, first in
                #expect(first.json?["params"]?["notifications"]?["resourceSubscriptions"] == ["x:1", "x:2"])
                mayWatch.withLock { $0 = false }
                server.server.changes.post(ChangeNotice(.resource(uri: "x:1")))
                server.server.replace(try definition("b"))
                #expect(try await client.next()?.method == "notifications/tools/list_changed", "x:1 was left out")
                mayWatch.withLock { $0 = true }
                for uri in ["x:2", "x:1"] { server.server.changes.post(ChangeNotice(.resource(uri: uri))) }
                #expect(try await client.next()?.json?["params"]?["uri"] == "x:1", "the new definition keeps x:2 back")
            }
        }
    }

    @Test("W31 SB2 a fault of ours while rights are looked at is -32603 with a correlation id, and takes no place")
    func faults() async throws {
        struct Broken: Error {}
        let reported = Mutex<[String]>([])
        let definition = try ServerDefinition<String>(
            info: Implementation(name: "t", version: "1"),
            tools: [TalkingServer.tool("a")],
            subscriptions: ResourceSubscriptions { _, _ in throw Broken() }
        )
        let report: @Sendable (any Error, String) -> Void = { error, id in reported.withLock { $0.append(error is Broken ? id : "?") } }
        try await StreamServer.run(server: Server(definition), report: report) { server in
            let body = TalkingServer.listen(#""resourceSubscriptions":["x:1"]"#, id: "0")
            try await server.open("POST", StreamServer.modern("subscriptions/listen"), body) { client, head in
                #expect(head.status == 200)
                let text = head.isStream ? try await client.next()?.data : try await client.body(of: head)
                let answer = try JSONValue(parsing: text ?? "")
                #expect(answer["id"] == 0)
                #expect(answer["error"]?["code"] == -32603)
                #expect(reported.withLock { $0 } == [answer["error"]?["data"]?["correlation_id"]?.string ?? "none"])
            }
            try await server.untilNothingIsHeld()
        }
    }

    @Test("SB5 section 28: above the limits 503 with Retry-After, for a principal and altogether, and places come free again")
    func limits() async throws {
        var settings = MCPConnections.Settings()
        (settings.streamsOfPrincipal, settings.streams) = (2, 4)
        try await StreamServer.run(settings) { server in
            let filter = #""toolsListChanged":true"#
            func refused(_ caller: String) async throws {
                let fields = StreamServer.modern("subscriptions/listen").merging(["Authorization": caller]) { $1 }
                let answer = try await server.exchange("POST", fields, TalkingServer.listen(filter))
                #expect(answer.status == 503)
                #expect(answer.header("retry-after") != nil)
            }
            let session = try await server.session("2025-06-18")
            for _ in 0..<3 {
                try await server.listen(filter) { _, _ in
                    try await server.open("GET", session) { _, head in
                        #expect(head.isStream)
                        try await refused("me")
                        #expect(try await server.exchange("GET", session).status == 503)
                        #expect(try await server.exchange("GET", session.merging(["Last-Event-ID": "r9.1.1.MQ"]) { $1 }).status == 503)
                        try await server.listen(filter, caller: "anybody") { _, _ in
                            try await server.listen(filter, caller: "anybody") { _, _ in
                                try await refused("anybody")
                                try await refused("you")
                            }
                        }
                    }
                }
                try await server.until { server.connections.counts.countedStreams == 0 }
            }
            try await server.untilNothingIsHeld()
        }
    }

    @Test("SB6 section 28: a listen ends with its result after 600 s; one that the client ends gets nothing more")
    func age() async throws {
        try await StreamServer.run { server in
            try await server.listen(#""toolsListChanged":true"#, id: "0") { client, _ in
                try await server.until { server.connections.counts.connectedStreams == 1 }
                server.tick(after: .seconds(599))
                server.tick(after: .seconds(601))
                server.tick(after: .seconds(602))
                let events = try await client.rest().filter { !$0.isComment }
                #expect(events.count == 1)
                #expect(events.first?.json?["id"] == 0)
                #expect(events.first?.json?["result"]?["resultType"] == "complete")
                #expect(events.first?.json?["result"]?["_meta"]?[Self.key] == 0)
                #expect(client.isComplete)
            }
            try await server.listen(#""toolsListChanged":true"#) { _, _ in }
            try await server.untilNothingIsHeld()
            server.server.changes.post(ChangeNotice(.toolList))
        }
    }

    @Test("SB5 many listens, also with one id, are independent")
    func independent() async throws {
        try await StreamServer.run { server in
            try await server.listen(#""toolsListChanged":true"#) { first, _ in
                try await server.listen(#""resourcesListChanged":true"#) { second, _ in
                    server.server.changes.post(ChangeNotice(.toolList))
                    server.server.changes.post(ChangeNotice(.resourceList))
                    let methods = [try await first.next()?.method, try await second.next()?.method]
                    #expect(methods == ["notifications/tools/list_changed", "notifications/resources/list_changed"])
                }
                server.server.changes.post(ChangeNotice(.toolList))
                let again = try await first.next()
                #expect(again?.method == "notifications/tools/list_changed")
            }
        }
    }
}
