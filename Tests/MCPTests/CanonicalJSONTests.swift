import JSON
import MCP
import Testing

/// The canonical form is internal, so it is looked at through states: equal arguments fit, others don't.
@Suite("Argument digests")
struct CanonicalJSONTests {
    private let server: AskingServer

    init() throws {
        server = try AskingServer()
    }

    private func fits(_ first: String, _ second: String) async throws -> Bool {
        let state = try #require(try await server.send("confirm", #"{"v":\#(first)}"#).state)
        let reply = try await server.send("confirm", #"{"v":\#(second)}"#, state: state)
        #expect(reply.code == nil || reply.code == -32602)
        return reply.code == nil
    }

    @Test(
        "M13 numbers count by value",
        arguments: [
            ("1.0", "1", true), ("-0", "0", true), ("-0.0", "0e5", true), ("1e2", "100", true), ("0.1", "1e-1", true),
            ("0.1", "0.10000000000000001", true), ("1.5", "15e-1", true), ("1", "2", false), ("1", "-1", false), ("1", "\"1\"", false),
            ("9007199254740992", "9007199254740992.0", true), ("9007199254740991", "9007199254740992", false),
            ("9007199254740992", "9007199254740993", true), ("1e300", "1E+300", true), ("1e300", "1.0000001e300", false),
            ("12345678901234567890", "12345678901234567890.0", true), ("5e-324", "0", false),
        ]
    )
    func numbers(first: String, second: String, isSame: Bool) async throws {
        #expect(try await fits(first, second) == isSame)
    }

    @Test(
        "M13 strings count decoded, members in any order, elements in theirs",
        arguments: [
            (#""é""#, #""\u00e9""#, true), ("\"\u{e9}\"", "\"e\u{301}\"", false), (#""\/""#, #""/""#, true), (#""a""#, #""A""#, false),
            (#""😀""#, #""\ud83d\ude00""#, true), (#"{"a":1,"b":2}"#, #"{"b":2,"a":1}"#, true), (#"{"a":1}"#, #"{"a":1,"b":null}"#, false),
            (#"{"\u0061":1}"#, #"{"a":1}"#, true), ("[1,2]", "[2,1]", false), ("[]", "{}", false), ("[[]]", "[]", false),
            ("null", "false", false), (#"{"a":{"b":[1]}}"#, #"{"a":{"b":[1.0]}}"#, true), (#"["a,b"]"#, #"["a","b"]"#, false),
        ]
    )
    func others(first: String, second: String, isSame: Bool) async throws {
        #expect(try await fits(first, second) == isSame)
    }

    @Test("M13 random values fit themselves in other words, and no other")
    func properties() async throws {
        let seed = UInt64.random(in: .min ... .max)
        print("SEED=\(seed)")
        var random = Random(state: seed)
        for _ in 0..<300 {
            let value = Value.random(&random, depth: 4)
            let (one, two) = (value.written(&random), value.written(&random))
            #expect(try await fits(one, two), "seed \(seed): \(one) and \(two)")
            let other = Value.random(&random, depth: 4)
            let text = other.written(&random)
            #expect(try await fits(one, text) == (value == other), "seed \(seed): \(one) and \(text)")
        }
    }

    /// A JSON value that can be written in many ways.
    private indirect enum Value: Equatable {
        case null
        case boolean(Bool)
        case integer(Int)
        case half(Int)
        case text([Unicode.Scalar])
        case list([Value])
        case object([String: Value])

        static func random(_ random: inout Random, depth: Int) -> Value {
            switch Int.random(in: 0..<(depth > 0 ? 7 : 5), using: &random) {
            case 0: .null
            case 1: .boolean(Bool.random(using: &random))
            case 2: .integer(Int.random(in: -3...3, using: &random))
            case 3: .half(Int.random(in: -3...3, using: &random))
            case 4: .text((0..<Int.random(in: 0..<3, using: &random)).map { _ in random.pick(["a", "\"", "é", "\u{1}", "\u{301}", "e"]) })
            case 5: .list((0..<Int.random(in: 0..<4, using: &random)).map { _ in .random(&random, depth: depth - 1) })
            default:
                .object(
                    Dictionary(
                        (0..<Int.random(in: 0..<4, using: &random)).map { _ in
                            (random.pick(["a", "b", "é", "B", ""]), .random(&random, depth: depth - 1))
                        },
                        uniquingKeysWith: { first, _ in first }
                    )
                )
            }
        }

        func written(_ random: inout Random) -> String {
            switch self {
            case .null: "null"
            case .boolean(let value): "\(value)"
            case .integer(let number): "\(number)" + random.pick(["", ".0", "e0", ".00E+0"])
            case .half(let number): random.pick(["\(number).5", "\(number).50", "\(number).5e0"])
            case .text(let scalars): Self.quoted(scalars, &random)
            case .list(let values): "[" + values.map { $0.written(&random) }.joined(separator: random.pick([",", " , "])) + "]"
            case .object(let members):
                "{"
                    + members.shuffled(using: &random).map { key, value in
                        Self.quoted(Array(key.unicodeScalars), &random) + ":" + value.written(&random)
                    }.joined(separator: ",") + "}"
            }
        }

        private static func quoted(_ scalars: [Unicode.Scalar], _ random: inout Random) -> String {
            var text = "\""
            for scalar in scalars {
                let mustEscape = scalar.value < 0x20 || scalar == "\""
                if mustEscape || Bool.random(using: &random) {
                    let digits = String(scalar.value, radix: 16, uppercase: Bool.random(using: &random))
                    text += "\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
            return text + "\""
        }
    }
}
