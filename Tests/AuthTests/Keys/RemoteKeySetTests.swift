import Auth
import Synchronization
import Testing
import ToolBridge

/// An issuer that answers as it is told, counts what it is asked, and can let callers wait.
final class ScriptedIssuer: Outbound {
    private struct State {
        var answer: Result<OutboundAnswer, OutboundFault> = .failure(.unreachable)
        var asked = 0
        var isHeld = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var asked: Int { state.withLock { $0.asked } }

    func answer(_ body: [UInt8], status: Int = 200) {
        state.withLock { $0.answer = .success(OutboundAnswer(status: status, body: body)) }
    }

    func fail(_ fault: OutboundFault) {
        state.withLock { $0.answer = .failure(fault) }
    }

    func hold() {
        state.withLock { $0.isHeld = true }
    }

    func release() {
        let waiting = state.withLock { state in
            state.isHeld = false
            defer { state.waiting = [] }
            return state.waiting
        }
        for one in waiting { one.resume() }
    }

    func get(
        _ url: String,
        headers: [(name: String, value: String)],
        bodyLimit: Int,
        within limit: Duration
    ) async throws(OutboundFault) -> OutboundAnswer {
        #expect(url == "https://id.example.com/jwks")
        #expect(bodyLimit == 256 * 1024)
        #expect(limit == .seconds(10))
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                state.asked += 1
                if state.isHeld { state.waiting.append(continuation) }
                return !state.isHeld
            }
            if goesOn { continuation.resume() }
        }
        return try state.withLock { $0.answer }.get()
    }
}

@Suite("T-11, never again 14: an issuer's keys")
struct RemoteKeySetTests {
    let issuer = ScriptedIssuer()
    let clock = TokenClock()

    private func keySet(_ report: @escaping @Sendable (AuthEvent) -> Void = { _ in }) -> RemoteKeySet {
        RemoteKeySet(url: "https://id.example.com/jwks", outbound: issuer, clocks: clock.clocks, report: report)
    }

    private func document(_ ids: String...) async throws -> [UInt8] {
        let rsa = try await KeySetSamples.members(SampleKeys.rsaPublic)
        return KeySetSamples.set(ids.map { #"{"kid":"\#($0)",\#(rsa)}"# }.joined(separator: ","))
    }

    @Test("a key is fetched once, and for its own algorithm alone")
    func first() async throws {
        issuer.answer(try await document("a"))
        let keys = keySet()
        #expect(try await keys.key("a", .rs256)?.id == "a")
        #expect(try await keys.key("a", .rs256) != nil)
        #expect(issuer.asked == 1)
        #expect(try await keys.key("a", .es256) == nil)
        #expect(try await keys.key("a", .hs256) == nil)
        #expect(try await keys.key(nil, .rs256) == nil)
        #expect(try await keys.key("A", .rs256) == nil)
        #expect(issuer.asked == 1)
    }

    @Test("rotation with overlap refuses nobody; without, for thirty seconds at most")
    func rotation() async throws {
        issuer.answer(try await document("old"))
        let keys = keySet()
        #expect(await keys.refresh())
        issuer.answer(try await document("old", "new"))
        clock.advance(.seconds(600))
        #expect(await keys.refresh())
        issuer.answer(try await document("new"))
        for _ in 0..<3 {
            #expect(try await keys.key("old", .rs256) != nil)
            #expect(try await keys.key("new", .rs256) != nil)
        }
        clock.advance(.seconds(600))
        #expect(await keys.refresh())
        #expect(try await keys.key("old", .rs256) == nil)
        // Without overlap, ten seconds after a fetch.
        issuer.answer(try await document("newest"))
        clock.advance(.seconds(10))
        #expect(try await keys.key("newest", .rs256) == nil)
        clock.advance(.seconds(20))
        #expect(try await keys.key("newest", .rs256) != nil)
        #expect(issuer.asked == 4)
    }

    @Test(
        "an issuer that is down or answers nonsense leaves the old keys in place",
        arguments: [
            (500, "", KeySetFault.status(500)), (301, "", .status(301)), (404, #"{"keys":[]}"#, .status(404)), (204, "", .status(204)),
            (200, "<html></html>", .notAKeySet), (200, "", .notAKeySet), (200, #"{"keys":[]}"#, .noUsableKey),
            (200, #"{"keys":[{"kid":"a","kty":"oct","k":"AAAA"}]}"#, .noUsableKey),
        ]
    )
    func nonsense(status: Int, body: String, fault: KeySetFault) async throws {
        let events = Mutex<[AuthEvent]>([])
        let keys = keySet { event in events.withLock { $0.append(event) } }
        issuer.answer(try await document("a"))
        #expect(await keys.refresh())
        let version = keys.version
        issuer.answer(Array(body.utf8), status: status)
        clock.advance(.seconds(600))
        #expect(await !keys.refresh())
        #expect(try await keys.key("a", .rs256) != nil)
        #expect(keys.version == version)
        let url = "https://id.example.com/jwks"
        #expect(events.withLock { $0 } == [.keysFetched(url: url, usable: 1, skipped: 0), .keysFailed(url: url, fault)])
    }

    @Test("so does one that is slow, endless or gone", arguments: [OutboundFault.tooSlow, .tooLarge, .unreachable])
    func faults(fault: OutboundFault) async throws {
        let keys = keySet()
        issuer.answer(try await document("a"))
        #expect(await keys.refresh())
        issuer.fail(fault)
        #expect(await !keys.refresh())
        #expect(try await keys.key("a", .rs256) != nil)
    }

    @Test("P-11: the last good keys are believed for 24 hours, and fetched again when somebody asks")
    func belief() async throws {
        let keys = keySet()
        await #expect(throws: TokenFault.keysUnavailable) { try await keys.key("a", .rs256) }
        #expect(issuer.asked == 1)
        await #expect(throws: TokenFault.keysUnavailable) { try await keys.key("a", .rs256) }
        #expect(issuer.asked == 1)
        clock.advance(.seconds(30))
        issuer.answer(try await document("a"))
        #expect(try await keys.key("a", .rs256) != nil)
        issuer.fail(.unreachable)
        clock.advance(.seconds(24 * 3600 - 1))
        #expect(try await keys.key("a", .rs256) != nil)
        #expect(issuer.asked == 2)
        clock.advance(.seconds(1))
        await #expect(throws: TokenFault.keysUnavailable) { try await keys.key("a", .rs256) }
        #expect(issuer.asked == 3)
        issuer.answer(try await document("a"))
        clock.advance(.seconds(30))
        #expect(try await keys.key("a", .rs256) != nil)
    }

    @Test("1,000 random ids in five seconds cause two fetches at most, and known keys don't wait")
    func flood() async throws {
        issuer.answer(try await document("a"))
        let keys = keySet()
        #expect(await keys.refresh())
        clock.advance(.seconds(60))
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<1000 {
            clock.advance(.milliseconds(5))
            #expect(try await keys.key(String(generator.next() as UInt64), .rs256) == nil)
            #expect(try await keys.key("a", .rs256) != nil)
        }
        #expect(issuer.asked == 2)
    }

    @Test("all who miss a key wait for one fetch, and those who know theirs don't")
    func singleFlight() async throws {
        issuer.answer(try await document("a"))
        let keys = keySet()
        #expect(await keys.refresh())
        clock.advance(.seconds(60))
        issuer.answer(try await document("a", "b"))
        issuer.hold()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for number in 0..<100 {
                group.addTask { try await keys.key(number.isMultiple(of: 2) ? "b" : "x\(number)", .rs256) != nil }
            }
            while issuer.asked < 2 { await Task.yield() }
            #expect(try await keys.key("a", .rs256) != nil)
            issuer.release()
            var found = 0
            for try await isFound in group where isFound { found += 1 }
            // Those that came before the fetch had ended; the others found the key in the set.
            #expect(found == 50)
        }
        #expect(issuer.asked == 2)
    }

    @Test("the set is fetched at once, then about every ten minutes, sooner after failures")
    func background() async throws {
        let keys = keySet()
        let waits = Mutex<[Duration]>([])
        issuer.fail(.unreachable)
        let good = try await document("a")
        await keys.run { [issuer, clock] duration in
            let count = waits.withLock { waits in
                waits.append(duration)
                return waits.count
            }
            clock.advance(duration)
            if count == 8 { issuer.answer(good) }
            if count == 12 { throw CancellationError() }
        }
        let all = waits.withLock { $0 }
        #expect(Array(all.prefix(8)) == [1, 2, 4, 8, 16, 30, 30, 30].map { Duration.seconds($0) })
        #expect(all.dropFirst(8).allSatisfy { (.seconds(540) ... .seconds(660)).contains($0) })
        #expect(Set(all.dropFirst(8)).count > 1)
        #expect(issuer.asked == 12)
        #expect(try await keys.key("a", .rs256) != nil)
    }

    @Test("a set that is the same is no new version, another one is")
    func versions() async throws {
        issuer.answer(try await document("a"))
        let keys = keySet()
        #expect(await keys.refresh())
        let version = keys.version
        #expect(await keys.refresh())
        #expect(keys.version == version)
        issuer.answer(try await document("b"))
        #expect(await keys.refresh())
        #expect(keys.version != version)
    }

    @Test("a retired key's tokens end with the fetch that no longer has it")
    func retired() async throws {
        issuer.answer(try await document("a"))
        let keys = keySet()
        let verifier = TokenVerifier(
            profiles: [.external(issuer: TokenSamples.issuer, keys: keys, api: [TokenSamples.api])],
            clocks: clock.clocks
        )
        let token = try await TokenSamples.token()
        #expect(try await verifier.fault(of: token) == nil)
        issuer.answer(try await document("b"))
        #expect(await keys.refresh())
        #expect(try await verifier.fault(of: token) == .invalid)
    }
}
