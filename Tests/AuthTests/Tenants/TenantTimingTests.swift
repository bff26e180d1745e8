import Auth
import Testing
import ToolBridge

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A measurement: it says something on a machine that does nothing else, so it runs only where it is asked for (`TOOLBRIDGE_TIMING=1`).
@Suite("T-26: how long a refusal takes", .enabled(if: getenv("TOOLBRIDGE_TIMING") != nil), .serialized)
struct TenantTimingTests {
    private static let samples = 20_000
    private let time: Int64 = 1_764_000_000_123

    @Test("a signature whose first byte is wrong takes as long as one whose last is, in both versions; so does an unknown key")
    func refusals() async throws {
        let proof = try proof(secret: "test-secret", TenantClock(time))
        let second = TenantVectors.v2[0].request
        let good = try #require(second.signature)
        let v2 = { (text: String) in second.with { $0.signature = text } }
        let code = good.dropFirst("v2;k=k1;s=".count)
        let firstWrong = v2("v2;k=k1;s=_" + code.dropFirst())
        let lastWrong = v2("v2;k=k1;s=" + code.dropLast() + "E")
        let unknown = v2("v2;k=k9;s=" + code)
        let vector = TenantVectors.v1[0]
        let at = { (signature: String) in
            SignedRequest(method: "GET", target: "/", tenant: vector.tenant, timestamp: vector.timestamp, signature: signature)
        }
        let old = try Self.welch(
            proof: proofOfFirst(),
            at("f" + vector.signature.dropFirst()),
            at(vector.signature.dropLast() + "0")
        )
        let (v1, bytes, keys) = (
            try await old(), try await Self.welch(proof: proof, firstWrong, lastWrong)(),
            try await Self.welch(proof: proof, lastWrong, unknown)()
        )
        print("Welch's t: v1 \(v1), v2 \(bytes), unknown key \(keys)")
        #expect(abs(v1) < 4.5 && abs(bytes) < 4.5 && abs(keys) < 4.5)
    }

    private func proofOfFirst() throws -> TenantProof { try proof(secret: "test-secret", TenantClock(1_730_635_200_000)) }

    /// Welch's t over interleaved samples, the slowest tenth of each left out: what the machine did meanwhile.
    private static func welch(proof: TenantProof, _ a: SignedRequest, _ b: SignedRequest) throws -> () async throws -> Double {
        {
            var times: [[Double]] = [[], []]
            let clock = ContinuousClock()
            for sample in 0..<(samples + 1000) {
                let order = Bool.random() ? [0, 1] : [1, 0]
                for which in order {
                    let start = clock.now
                    let result = await outcome(which == 0 ? a : b, proof)
                    let took = start.duration(to: clock.now)
                    #expect(result == .failure(.signature))
                    if sample >= 1000 { times[which].append(Double(took.components.attoseconds) / 1e9) }
                }
            }
            let kept = times.map { $0.sorted().prefix(samples * 9 / 10) }
            let means = kept.map { $0.reduce(0, +) / Double($0.count) }
            let variances = zip(kept, means).map { values, mean in
                values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
            }
            let error = (variances[0] / Double(kept[0].count) + variances[1] / Double(kept[1].count)).squareRoot()
            print("means \(means) ns")
            return (means[0] - means[1]) / error
        }
    }
}
