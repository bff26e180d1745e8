import JSON
import Testing

@Suite("Hostile bytes")
struct MutationTests {
    @Test("never stop the process, and all ways of reading agree with each other and with a plain parser")
    func mutations() throws {
        var generator = SeededGenerator(for: "mutations")
        let limits = JSONLimits(depth: 6, maximumDepth: 9, values: 45)
        var counts: [ReferenceParser.Verdict: Int] = [:]
        for round in 0..<rounds(release: 1_000_000, debug: 20_000) {
            let bytes = mutated(using: &generator)
            let verdict = verdict { () throws(JSONError) in try JSON.check(bytes, limits: limits) }
            let parsed: JSONValue?
            var parseError: JSONError?
            do throws(JSONError) {
                parsed = try JSONValue(parsing: bytes, limits: limits)
            } catch {
                parsed = nil
                parseError = error
            }
            let ours: ReferenceParser.Verdict = verdict.map { $0.isSyntax ? .syntax : .content } ?? .taken
            // Errors are slow under test, because each takes a backtrace; so not all is done each time.
            var reference = ours
            var fault = verdict
            var tolerated = parsed
            if round.isMultiple(of: 4) {
                reference = ReferenceParser.verdict(of: bytes, limits: limits)
                (tolerated, fault) = tolerate(bytes, limits)
            }
            let agree =
                verdict == parseError && verdict == fault && ours == reference && (verdict?.position ?? 0) <= bytes.count
                && (parsed == nil) == (verdict != nil) && (ours == .content || (tolerated == nil) == (ours == .syntax))
            if !agree {
                Issue.record(
                    "\(bytes): \(reference) \(String(describing: verdict)) \(String(describing: parseError)) \(String(describing: fault))"
                )
            }
            if let tolerated {
                visit(tolerated)
            }
            counts[ours, default: 0] += 1
        }
        // All three verdicts are met often enough to mean something.
        for verdict in [ReferenceParser.Verdict.taken, .content, .syntax] {
            #expect(counts[verdict, default: 0] > rounds(release: 10_000, debug: 200))
        }
    }

    private func tolerate(_ bytes: [UInt8], _ limits: JSONLimits) -> (JSONValue?, JSONError?) {
        do throws(JSONError) {
            return try JSONValue.parse(tolerating: bytes, limits: limits)
        } catch {
            return (nil, error)
        }
    }

    private func verdict(_ body: () throws(JSONError) -> Void) -> JSONError? {
        do throws(JSONError) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    /// Asks a value for everything.
    private func visit(_ value: JSONValue) {
        _ = (value.string, value.integer, value.integral, value.double, value.boolean, value.pointer, value.bytes.count, value["a"])
        for member in value.members {
            _ = (member.key, member.range)
            visit(member.value)
        }
        for element in value.elements {
            visit(element)
        }
    }

    private func mutated(using generator: inout SeededGenerator) -> [UInt8] {
        var bytes = seeds[Int.random(in: seeds.indices, using: &generator)]
        for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
            let position = Int.random(in: bytes.indices, using: &generator)
            let length = min(Int.random(in: 1...4, using: &generator), bytes.count - position)
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1: bytes[position] = Self.interesting[Int.random(in: Self.interesting.indices, using: &generator)]
            case 2: bytes.removeSubrange(position..<position + length)
            case 3: bytes.insert(Self.interesting[Int.random(in: Self.interesting.indices, using: &generator)], at: position)
            case 4: bytes.insert(contentsOf: bytes[position..<position + length], at: Int.random(in: bytes.indices, using: &generator))
            default:
                let other = seeds[Int.random(in: seeds.indices, using: &generator)]
                let start = Int.random(in: other.indices, using: &generator)
                let end = Int.random(in: start...other.count, using: &generator)
                bytes.replaceSubrange(position..<position + length, with: other[start..<end])
            }
        }
        return bytes
    }

    private static let interesting =
        Array(#"{}[],:"\/0123456789-+.eEutfnabrdD "#.utf8) + [0, 9, 10, 0x1F, 0x7F, 0x80, 0xBF, 0xC0, 0xC3, 0xE2, 0xED, 0xF0, 0xF4, 0xFF]
}
