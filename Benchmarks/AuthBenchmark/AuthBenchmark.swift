// What a token costs: the first time it is seen, and each time after; and what the bare library takes for it.
//
// Nothing here says how fast a machine is; only the ratios of one run mean something.

import Auth
import Crypto
import JWTKit
import ToolBridge

// What is measured runs off the main actor: hopping there and back would cost more than a token that is known.
@main
enum AuthBenchmark {
    static func main() async throws {
        let samples = try await Samples.make()

        print("algorithm   JWTKit alone   first use   second use   wrong signature")
        for sample in samples {
            let verifier = sample.verifier(capacity: 10_000)
            let forgetful = sample.verifier(capacity: 1)
            let (one, other) = (sample.tokens.0, sample.tokens.1)
            let library = try await median(times: 200) { _ = try await sample.library.verify(sample.text, as: AnyClaims.self) }
            // Two tokens that push each other out, so that each is seen for the first time.
            let first = try await median(times: 100) {
                _ = try await forgetful.verify(one, at: .data)
                _ = try await forgetful.verify(other, at: .data)
            }
            let second = try await median(times: 20_000) { _ = try await verifier.verify(one, at: .data) }
            let wrong = await median(times: 200) { _ = try? await verifier.verify(sample.wrong, at: .data) }
            let cells = [library, first / 2, second, wrong].map { microseconds($0) }
            print("\(sample.name)       \(cells.joined(separator: "   "))   (\(sample.text.utf8.count) bytes)")
        }
    }

    /// The median time of one call, from rounds of many.
    private static func median(times: Int, _ body: @Sendable () async throws -> Void) async rethrows -> Duration {
        let clock = ContinuousClock()
        try await body()
        var rounds: [Duration] = []
        for _ in 0..<9 {
            let start = clock.now
            for _ in 0..<times { try await body() }
            rounds.append((clock.now - start) / times)
        }
        return rounds.sorted()[rounds.count / 2]
    }

    private static func microseconds(_ duration: Duration) -> String {
        "\(duration.components.attoseconds / 10_000_000_000)".asHundredths + " µs"
    }
}

extension String {
    /// Digits with a point before the last two.
    fileprivate var asHundredths: String {
        let digits = String(repeating: "0", count: max(0, 3 - count)) + self
        return "\(digits.dropLast(2)).\(digits.suffix(2))"
    }
}
