import Auth
import Synchronization
import Testing
import ToolBridge

@Suite("Remembered tokens")
struct TokenMemoryTests {
    /// Counts what it is asked, and can be given other keys.
    final class CountedKeys: KeySource {
        private let state: Mutex<(keys: FixedKeys, asked: Int, version: Int)>

        init(_ keys: FixedKeys) { state = Mutex((keys, 0, 1)) }

        var version: Int { state.withLock { $0.version } }
        var asked: Int { state.withLock { $0.asked } }

        func key(_ id: String?, _ algorithm: Algorithm) -> VerificationKey? {
            state.withLock { state in
                state.asked += 1
                return state.keys.key(id, algorithm)
            }
        }

        func replace(_ keys: FixedKeys) {
            state.withLock { state in
                state.keys = keys
                state.version += 1
            }
        }
    }

    private func verifier(_ keys: CountedKeys, _ clock: TokenClock, capacity: Int = 100) -> TokenVerifier {
        TokenVerifier(
            profiles: [.external(issuer: TokenSamples.issuer, keys: keys, api: [TokenSamples.api])],
            clocks: clock.clocks,
            capacity: capacity
        )
    }

    @Test("are verified once in ten minutes, and refused as soon as they end")
    func times() async throws {
        let keys = CountedKeys(try await TokenSamples.keys())
        let clock = TokenClock()
        let verifier = verifier(keys, clock)
        let token = try await TokenSamples.token(TokenSamples.claims(["exp": "\(TokenSamples.now + 900)"]))
        for _ in 0..<5 { #expect(try await verifier.fault(of: token) == nil) }
        #expect(keys.asked == 1)
        clock.advance(.seconds(599))
        #expect(try await verifier.fault(of: token) == nil)
        #expect(keys.asked == 1)
        clock.advance(.seconds(1))
        #expect(try await verifier.fault(of: token) == nil)
        #expect(keys.asked == 2)
        clock.advance(.seconds(329))
        #expect(try await verifier.fault(of: token) == nil)
        clock.advance(.seconds(1))
        #expect(try await verifier.fault(of: token) == .expired)
    }

    @Test("P-20: end by the wall clock too, also when somebody sets it")
    func clockSteps() async throws {
        let clock = TokenClock()
        let verifier = verifier(CountedKeys(try await TokenSamples.keys()), clock)
        let token = try await TokenSamples.token()
        #expect(try await verifier.fault(of: token) == nil)
        clock.setWall(TokenSamples.now + 3600)
        #expect(try await verifier.fault(of: token) == .expired)
        clock.setWall(TokenSamples.now - 3600)
        #expect(try await verifier.fault(of: token) == .notYetValid)
        clock.setWall(TokenSamples.now - 5)
        #expect(try await verifier.fault(of: token) == nil)
        clock.setWall(0)
        #expect(try await verifier.fault(of: token) == .notYetValid)
    }

    @Test("go with the key that signed them")
    func retiredKeys() async throws {
        let keys = CountedKeys(try await TokenSamples.keys())
        let verifier = verifier(keys, TokenClock())
        let token = try await TokenSamples.token()
        #expect(try await verifier.fault(of: token) == nil)
        keys.replace(FixedKeys([try await VerificationKey(pem: SampleKeys.ecPublic, id: "e")]))
        #expect(try await verifier.fault(of: token) == .invalid)
    }

    @Test("are as many as there is room for, and refused ones take none")
    func bound() async throws {
        let keys = CountedKeys(try await TokenSamples.keys())
        let verifier = verifier(keys, TokenClock(), capacity: 3)
        for number in 0..<10 {
            let good = try await TokenSamples.token(TokenSamples.claims(["sub": "\"u\(number)\""]))
            #expect(try await verifier.fault(of: good) == nil)
            #expect(try await verifier.fault(of: good + "A") != nil)
        }
        #expect(verifier.count == 3)
    }
}
