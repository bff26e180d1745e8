import HTTPServer
import JSON
import MCP
import MCPServer
import Synchronization
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How requests end for which nobody waits any more.
extension SSETests {
    @Test("B17 a request that ignores its cancellation is answered at its limit, its place is free, and it says nothing more")
    func deaf() async throws {
        let gate = Gate()
        var settings = MCPConnections.Settings()
        (settings.requestLimit, settings.runningRequests) = (.milliseconds(30), 1)
        try await serve(gate, settings: settings) { server in
            try await server.open { client, endpoint in
                for id in 1...3 {
                    let call = TalkingServer.call("deaf", id: "\(id)", meta: #""progressToken":1"#)
                    // The answer comes a moment before the place is free.
                    while try await server.send("POST", endpoint, call).status == 429 {}
                    let answer = try await client.message()
                    #expect(answer?["id"]?.integer == Int64(id))
                    #expect(answer?["result"]?["isError"] == true)
                }
                for _ in 1...3 { gate.released.fire() }
                for _ in 1...3 { #expect(await gate.finished.wait()) }
                while try await server.send("POST", endpoint, Fixtures.request("ping", id: "9")).status == 429 {}
                #expect(try await client.message()?["id"] == 9)
            }
        }
    }

    @Test("E5 a message that came just before its stream closed runs nothing after it")
    func closedMeanwhile() async throws {
        let (gate, charged) = (Gate(), Signal())
        final class Seen: Sendable {
            let charges = Atomic(0)
            let isClosed = Atomic(false)
        }
        let seen = Seen()
        var settings = MCPConnections.Settings()
        settings.runningRequests = 2
        let charge: @Sendable (String) -> RateLimits.Standing? = { _ in
            // The second POST has found its stream, and goes on when that is closed.
            if seen.charges.wrappingAdd(1, ordering: .relaxed).newValue == 2 {
                charged.fire()
                let clock = ContinuousClock()
                let start = clock.now
                while !seen.isClosed.load(ordering: .acquiring), clock.now - start < .seconds(20) { sched_yield() }
            }
            return nil
        }
        try await serve(gate, settings: settings, charge: charge) { server in
            let port = server.port
            try await withThrowingTaskGroup(of: Void.self) { group in
                try await server.open { (_, endpoint) async throws in
                    #expect(try await server.send("POST", endpoint, Fixtures.call("wait")).status == 202)
                    #expect(await gate.entered.wait())
                    group.addTask {
                        let fields = ["Authorization": "me", "Content-Type": "application/json"]
                        let answer = try await RawAnswer.exchange(port, "POST", endpoint, fields, Fixtures.call("deaf", id: "2"))
                        #expect(answer.status == 202)
                    }
                    #expect(await charged.wait())
                }
                // What ran was cancelled when the stream closed.
                #expect(await gate.cancelled.wait())
                seen.isClosed.store(true, ordering: .releasing)
                try await group.waitForAll()
            }
            // Both places become free, for the second call never began.
            try await server.open { (_, endpoint) async throws in
                for id in 1...2 {
                    while try await server.send("POST", endpoint, Fixtures.call("deaf", id: "\(id)")).status == 429 {}
                }
                gate.released.fire()
                gate.released.fire()
            }
        }
    }
}
