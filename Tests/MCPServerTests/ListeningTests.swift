import JSON
import MCP
import MCPServer
import Synchronization
import Testing

/// Who listens is known to the server's author, for exactly as long as they do.
@Suite("Listening for changes of resources", .timeLimit(.minutes(2)))
struct ListeningTests {
    /// A server that counts who listens.
    private final class Ears: Sendable {
        private let state = Mutex<(now: [String: Int], ever: Int, principals: [Principal])>(([:], 0, []))
        let isBroken = Atomic(false)
        /// Fired as soon as somebody begins, and waited for before they have begun.
        let began = Signal()
        let mayBegin: Signal?

        init(mayBegin: Signal? = nil) {
            self.mayBegin = mayBegin
        }

        struct Deaf: Error {}

        var now: [String: Int] { state.withLock { $0.now } }
        var ever: Int { state.withLock { $0.ever } }
        var principals: [Principal] { state.withLock { $0.principals } }

        func server(_ tools: [Tool<String>] = []) throws -> Server<String> {
            Server(
                try ServerDefinition(
                    info: Implementation(name: "ears", version: "1"),
                    tools: [TalkingServer.tool("a")],
                    announces: [.tools, .resources],
                    subscriptions: ResourceSubscriptions(
                        mayWatch: { context, uri in uri.hasPrefix("test://\(context.caller)/") },
                        canonical: { $0.lowercased() },
                        listening: { caller, principal in
                            self.began.fire()
                            if let mayBegin = self.mayBegin { _ = await mayBegin.wait() }
                            if self.isBroken.load(ordering: .relaxed) { throw Deaf() }
                            self.state.withLock { state in
                                state.now[caller, default: 0] += 1
                                state.ever += 1
                                state.principals.append(principal)
                            }
                            return {
                                self.state.withLock { state in state.now[caller] = state.now[caller].flatMap { $0 > 1 ? $0 - 1 : nil } }
                            }
                        }
                    )
                )
            )
        }
    }

    private static let me = Principal(issuer: "test", subject: "me")

    // MARK: HTTP

    @Test("SB2 a listen has begun before it is acknowledged, and ends with its connection; one that asks for no resources isn't one")
    func listens() async throws {
        let ears = Ears()
        try await StreamServer.run(server: try ears.server()) { server in
            try await server.listen(#""toolsListChanged":true,"resourceSubscriptions":["test://you/1"]"#) { _, _ in
                #expect(ears.ever == 0)
            }
            for filter in [#""resourcesListChanged":true"#, #""resourceSubscriptions":["test://me/1"]"#] {
                try await server.listen(filter) { _, _ in
                    #expect(ears.now == ["me": 1])
                    try await server.listen(filter, caller: "you") { _, first in
                        let isHonoured = first.json?["params"]?["notifications"]?.count == 1
                        #expect(ears.now == (isHonoured ? ["me": 1, "you": 1] : ["me": 1]))
                    }
                    try await server.until { ears.now == ["me": 1] }
                }
                try await server.until { ears.now.isEmpty }
            }
            #expect(Set(ears.principals) == [Self.me, Principal(issuer: "test", subject: "you")])
            try await server.untilNothingIsHeld()
        }
    }

    @Test("SB4 what is posted while a listen begins isn't lost, and comes after the acknowledgement")
    func beginning() async throws {
        let mayBegin = Signal()
        let ears = Ears(mayBegin: mayBegin)
        try await StreamServer.run(server: try ears.server()) { server in
            let posting = Task {
                _ = await ears.began.wait()
                server.server.changes.post(ChangeNotice(.resource(uri: "test://me/1"), of: Self.me))
                mayBegin.fire()
            }
            try await server.listen(#""resourceSubscriptions":["test://me/1"]"#) { client, first in
                #expect(first.method == "notifications/subscriptions/acknowledged")
                let event = try await client.next()
                #expect(event?.method == "notifications/resources/updated")
            }
            await posting.value
        }
    }

    @Test("a session's stream listens until it can't be resumed any more, or its session ends")
    func standalone() async throws {
        let ears = Ears()
        try await StreamServer.run(server: try ears.server()) { server in
            let session = try await server.session("2025-06-18")
            let subscribe = Fixtures.request("resources/subscribe", #""uri":"test://me/1""#)
            let answer = try await server.exchange("POST", session, subscribe)
            #expect(answer.json?["result"] == [:])
            #expect(ears.ever == 0, "there is nothing on which it could be told")
            try await server.open("GET", session) { _, head in
                #expect(head.status == 200)
                #expect(ears.now == ["me": 1])
            }
            try await server.until { server.connections.counts.connectedStreams == 0 }
            #expect(ears.now == ["me": 1], "who comes back within a minute has missed nothing")
            server.tick(after: .seconds(61))
            #expect(ears.now.isEmpty)
            try await server.open("GET", session) { client, _ in
                #expect(ears.now == ["me": 1])
                let answer = try await server.exchange("DELETE", session)
                #expect(answer.status == 204)
                let event = try await client.next()
                #expect(event == nil)
            }
            try await server.until { ears.now.isEmpty }
            // A stream that can't be resumed is over with its connection.
            let old = try await server.session("2024-11-05")
            try await server.open("GET", old) { _, _ in #expect(ears.now == ["me": 1]) }
            try await server.until { ears.now.isEmpty }
            // One that we have ended isn't resumed either.
            let aged = try await server.session("2025-06-18")
            try await server.open("GET", aged) { client, _ in
                try await server.until { server.connections.counts.connectedStreams == 1 }
                server.tick(after: .seconds(601))
                while try await client.next() != nil {}
            }
            try await server.until { ears.now.isEmpty }
            try await server.untilNothingIsHeld()
        }
    }

    @Test("a stream of 2024-11-05 listens as long as it is open")
    func events() async throws {
        let ears = Ears()
        try await StreamServer.run(server: try ears.server()) { server in
            try await EventClient.open(server.port, "/sse", ["Authorization": "me"]) { client in
                let event = try await client.next()
                #expect(event?.name == "endpoint")
                #expect(ears.now == ["me": 1])
            }
            try await server.until { ears.now.isEmpty }
            try await server.untilNothingIsHeld()
        }
    }

    @Test("where nobody can listen there is no stream: it is refused, reported, and nothing is held")
    func broken() async throws {
        let ears = Ears()
        ears.isBroken.store(true, ordering: .relaxed)
        let reports = Mutex(0)
        try await StreamServer.run(server: try ears.server(), report: { _, _ in reports.withLock { $0 += 1 } }) { server in
            try await server.listen(#""resourcesListChanged":true"#) { client, first in
                #expect(first.json?["error"]?["code"] == -32603)
                let event = try await client.next()
                #expect(event == nil)
            }
            let session = try await server.session("2025-06-18")
            let answer = try await server.exchange("GET", session)
            #expect(answer.status == 503)
            try await EventClient.open(server.port, "/sse", ["Authorization": "me"]) { #expect($0.status == 503) }
            #expect(reports.withLock { $0 } == 3)
            #expect(ears.now.isEmpty)
            try await server.untilNothingIsHeld()
        }
    }

    // MARK: Spelling

    @Test("RS6 RS7 a change is told under the address that the client gave, however it is spelled")
    func spelling() async throws {
        try await StreamServer.run(server: try Ears().server()) { server in
            func post() {
                server.server.changes.post(ChangeNotice(.resource(uri: "test://me/b"), of: Self.me))
                server.server.changes.post(ChangeNotice(.resource(uri: "test://me/a"), of: Self.me))
            }
            try await server.listen(#""resourceSubscriptions":["test://me/A","test://me/a"]"#) { client, _ in
                post()
                let told = try await twoAddresses(client)
                #expect(told == ["test://me/A", "test://me/a"])
            }
            let session = try await server.session("2025-06-18")
            for uri in ["test://me/A", "test://me/B"] {
                let subscribe = Fixtures.request("resources/subscribe", #""uri":"\#(uri)""#)
                let answer = try await server.exchange("POST", session, subscribe)
                #expect(answer.json?["result"] == [:])
            }
            let unsubscribe = Fixtures.request("resources/unsubscribe", #""uri":"test://me/B""#)
            let unsubscribed = try await server.exchange("POST", session, unsubscribe)
            #expect(unsubscribed.json?["result"] == [:])
            try await server.open("GET", session) { client, _ in
                try await server.until { server.connections.counts.connectedStreams == 1 }
                post()
                let event = try await client.next()
                #expect(event?.json?["params"]?["uri"] == "test://me/A")
            }
        }
    }

    @Test("where everything may have changed, each is told of what it watches")
    func everything() async throws {
        try await StreamServer.run(server: try Ears().server()) { server in
            let session = try await server.session("2025-06-18")
            for uri in ["test://me/A", "test://me/b"] {
                let subscribe = Fixtures.request("resources/subscribe", #""uri":"\#(uri)""#)
                let answer = try await server.exchange("POST", session, subscribe)
                #expect(answer.json?["result"] == [:])
            }
            try await server.open("GET", session) { legacy, _ in
                try await server.until { server.connections.counts.connectedStreams == 1 }
                try await server.listen(#""resourceSubscriptions":["test://me/C","test://me/d"]"#) { modern, _ in
                    server.server.changes.post(ChangeNotice(.everyResource, of: Principal(issuer: "test", subject: "you")))
                    server.server.changes.post(ChangeNotice(.everyResource, of: Self.me))
                    let toldLegacy = try await twoAddresses(legacy)
                    #expect(toldLegacy == ["test://me/A", "test://me/b"])
                    let toldModern = try await twoAddresses(modern)
                    #expect(toldModern == ["test://me/C", "test://me/d"])
                }
            }
        }
    }

    private func twoAddresses(_ client: StreamClient) async throws -> Set<String> {
        let (first, second) = (try await client.next(), try await client.next())
        return Set([first, second].compactMap { $0?.json?["params"]?["uri"]?.string })
    }

    // MARK: stdio

    private func serve(_ server: Server<String>, _ body: @escaping @Sendable (StdioPeer) async throws -> Void) async throws {
        let peer = try StdioPeer()
        let program = MCPStdioServer(server, caller: "me", principal: Self.me, stream: peer.server) { _, _ in }
        try await peer.serve(program, body)
        while try await peer.receive() != nil {}
    }

    @Test("a modern client on a pipe listens only while it has a listen for resources")
    func modernPipe() async throws {
        let ears = Ears()
        try await serve(try ears.server()) { peer in
            try await peer.send(Fixtures.request("server/discover", TalkingServer.envelope))
            _ = try await peer.receive()
            #expect(ears.ever == 0)
            try await peer.send(TalkingServer.listen(#""resourcesListChanged":true"#, id: "7"))
            let message = try await peer.receive()
            #expect(message?["method"] == "notifications/subscriptions/acknowledged")
            #expect(ears.now == ["me": 1])
            #expect(ears.principals == [Self.me])
            try await peer.send(TalkingServer.cancelled("7"))
            while !ears.now.isEmpty { await Task.yield() }
            try await peer.send(TalkingServer.listen(#""resourcesListChanged":true"#, id: "8"))
            let second = try await peer.receive()
            #expect(second?["method"] == "notifications/subscriptions/acknowledged")
        }
        #expect(ears.now.isEmpty, "the end of the input is the end of all")
    }

    @Test("a legacy client on a pipe listens from initialize on, or from its first subscription, to its end", arguments: [true, false])
    func legacyPipe(isGreeted: Bool) async throws {
        let ears = Ears()
        let server = try ears.server()
        try await serve(server) { peer in
            if isGreeted {
                try await peer.send(TalkingServer.initialize("2025-06-18"))
                let message = try await peer.receive()
                #expect(message?["result"] != nil)
                #expect(ears.now == ["me": 1])
            }
            for uri in ["test://me/A", "test://me/b"] {
                try await peer.send(Fixtures.request("resources/subscribe", #""uri":"\#(uri)""#))
                let message = try await peer.receive()
                #expect(message?["result"] == [:])
                #expect(ears.now == ["me": 1])
            }
            server.changes.post(ChangeNotice(.resource(uri: "test://me/a"), of: Self.me))
            let message = try await peer.receive()
            #expect(message?["params"]?["uri"] == "test://me/A")
            server.changes.post(ChangeNotice(.everyResource))
            var told: Set<String> = []
            for _ in 0..<2 { told.insert(try await peer.receive()?["params"]?["uri"]?.string ?? "") }
            #expect(told == ["test://me/A", "test://me/b"])
        }
        #expect(ears.now.isEmpty)
    }

    @Test("on a pipe where nobody can listen, initialize is answered all the same, and a subscription is refused")
    func brokenPipe() async throws {
        let ears = Ears()
        ears.isBroken.store(true, ordering: .relaxed)
        try await serve(try ears.server()) { peer in
            try await peer.send(TalkingServer.initialize("2025-06-18"))
            let message = try await peer.receive()
            #expect(message?["result"] != nil)
            try await peer.send(Fixtures.request("resources/subscribe", #""uri":"test://me/a""#))
            let refusal = try await peer.receive()
            #expect(refusal?["error"]?["code"] == -32603)
            ears.isBroken.store(false, ordering: .relaxed)
            try await peer.send(Fixtures.request("resources/subscribe", #""uri":"test://me/a""#))
            let accepted = try await peer.receive()
            #expect(accepted?["result"] == [:])
            #expect(ears.now == ["me": 1])
        }
        #expect(ears.now.isEmpty)
    }
}
