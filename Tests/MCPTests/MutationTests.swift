import FoundationEssentials
import JSON
import MCP
import Testing

/// Broken messages never stop the process, and each answer is JSON-RPC with a status of the tables.
@Suite("Mutated messages")
struct MutationTests {
    #if DEBUG
    private static let rounds = 20_000
    #else
    private static let rounds = 200_000
    #endif

    private static let seed = ProcessInfo.processInfo.environment["SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: .min ... .max)

    @Test("W9 to W66: 200,000 mutated messages in release")
    func mutations() async throws {
        let server = try CatalogueServer.forMutations()
        print("SEED=\(Self.seed)")
        var random = Random(state: Self.seed)
        let sessions = [
            try await server.session(.v2024_11_05), try await server.session(.v2025_03_26), try await server.session(.v2025_06_18),
            try await server.session(.v2025_11_25),
        ]
        let bodies = [
            request("server/discover", envelope26), request("tools/list", envelope26),
            request("tools/call", envelope26 + #","name":"echo","arguments":{"text":"x"}"#),
            request("resources/list", envelope26 + #","cursor":"cu1.clear.AAAA""#),
            request("resources/read", #""uri":"test://number/4-a%20b""#),
            request("resources/read", envelope26 + #","uri":"test://template/%41b/data""#), request("resources/templates/list"),
            request("prompts/get", #""name":"summarize","arguments":{"topic":"a","style":"long","words":"7"}"#), request("prompts/list"),
            request("completion/complete", #""ref":{"type":"ref/prompt","name":"summarize"},"argument":{"name":"topic","value":"p"}"#),
            request("tools/call", envelope26 + #","name":"marked","arguments":{"region":"eu","where":{"n":42}}"#),
            request("resources/read", #""uri":"ui://page""#), call("structured", #"{"n":5}"#), call("blocks"), initialize("2025-06-18"),
            request("ping"),
            #"{"jsonrpc":"2.0","id":1,"result":{}}"#,
            #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}"#,
            "[" + request("ping") + "," + call("who") + "]",
        ].map { Array($0.utf8) }
        for round in 0..<Self.rounds {
            var message = HTTPMessage(random.pick([.post, .post, .post, .post, .post, .post, .get, .delete, .other]), now: TestServer.now)
            message.body = random.mutated(random.pick(bodies))
            message.protocolVersion = random.pick([
                [], ["2026-07-28"], ["2025-06-18"], ["2025-03-26"], ["x"], ["2026-07-28", "2026-07-28"],
            ])
            message.mcpMethod = random.pick([[], ["tools/call"], ["tools/list"], ["server/discover"], ["\u{0}é"]])
            message.mcpName = random.pick([[], ["echo"], ["marked"], ["=?base64?ZWNobw==?="], ["=?base64??="]])
            message.parameterHeaders = random.pick([
                [], [ParameterHeader(name: "mcp-param-region", value: "eu"), ParameterHeader(name: "Mcp-Param-N", value: "4.2e1")],
                [
                    ParameterHeader(name: "Mcp-Param-Region", value: "=?base64?ZXU=?="),
                    ParameterHeader(name: "Mcp-Param-N", value: "1e999"),
                ],
                [ParameterHeader(name: "", value: "=?base64?"), ParameterHeader(name: "MCP-PARAM-REGION", value: "\u{0}é")],
            ])
            message.sessionID = random.pick([
                [], [], [random.pick(sessions)], ["ms1.clear.AQ"],
                [String(decoding: random.mutated(Array(sessions[0].utf8)), as: UTF8.self)],
            ])
            message.accept = random.pick([[], ["text/event-stream"], ["application/json"], [";;q=0,,"]])
            // The official schemas cost more than the rest; each fiftieth answer is held against them.
            let isChecked = round.isMultiple(of: 50)
            let reply = try await server.send(message, checked: isChecked)
            guard isFine(reply) else {
                Issue.record("seed \(Self.seed), round \(round): \(String(decoding: message.body, as: UTF8.self)) gave \(reply)")
                return
            }
        }
    }

    @Test("W90 to W99: mutated lines, one conversation after the other")
    func lines() throws {
        let engine = try TestServer().endpoint.engine
        print("SEED=\(Self.seed)")
        var random = Random(state: Self.seed)
        var conversation = StdioConversation<String>()
        let lines = [request("server/discover", envelope26), initialize("2025-03-26"), call("who"), "[" + request("ping") + "]"].map {
            Array($0.utf8)
        }
        for round in 0..<Self.rounds / 4 {
            if round.isMultiple(of: 20) { conversation = StdioConversation<String>() }
            let line = random.mutated(random.pick(lines))
            guard case .answer(let bytes) = conversation.receive(line, by: engine, now: 0) else { continue }
            guard (try? JSONValue(parsing: bytes, limits: .message))?["jsonrpc"] == "2.0", !bytes.contains(0x0A) else {
                Issue.record(
                    "seed \(Self.seed), round \(round): \(String(decoding: line, as: UTF8.self)) gave \(String(decoding: bytes, as: UTF8.self))"
                )
                return
            }
        }
    }

    private func isFine(_ reply: HTTPReply) -> Bool {
        switch reply.status {
        case 202, 204: return reply.body == .none
        case 200, 400, 404, 405, 406: break
        default: return false
        }
        guard let message = reply.message else { return false }
        let answers = message.kind == .array ? message.elements.map { $0 } : [message]
        return !answers.isEmpty
            && answers.allSatisfy { answer in
                guard answer["jsonrpc"] == "2.0", (answer["result"] == nil) != (answer["error"] == nil) else { return false }
                guard let error = answer["error"] else { return reply.status == 200 && answer["id"] != nil }
                return error["code"]?.integer != nil && error["message"]?.string?.isEmpty == false
            }
    }
}

/// SplitMix64: small, and the same for the same seed.
struct Random: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &self)]
    }

    /// The same bytes half of the time; else with up to three changes: bytes flipped, removed, doubled, tokens exchanged.
    mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        guard Bool.random(using: &self) else { return bytes }
        for _ in 0..<Int.random(in: 1...3, using: &self) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &self)
            switch Int.random(in: 0..<6, using: &self) {
            case 0: bytes[place] = UInt8.random(in: .min ... .max, using: &self)
            case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &self)
            case 2: bytes.remove(at: place)
            case 3: bytes.removeSubrange(place..<min(bytes.count, place + 12))
            case 4: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 12)], at: place)
            default:
                let tokens = ["null", "1e999", "\"\\u0000\"", "{}", "[]", "-0", "\"\\ud800\"", "\"_meta\":", ",", "true", "\"2025-11-25\""]
                bytes.insert(contentsOf: Array(pick(tokens).utf8), at: place)
            }
        }
        return bytes
    }
}
