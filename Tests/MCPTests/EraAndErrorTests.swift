import JSON
import MCP
import Testing

@Suite("Eras and errors")
struct EraAndErrorTests {
    private let server: TestServer

    init() throws {
        server = try TestServer()
    }

    @Test(
        "ER3 R14 routing headers, a session id and their like neither decide the era nor what is called",
        arguments: [nil, "2025-11-25"] as [String?]
    )
    func headersDecideNothing(version: String?) async throws {
        let versions = version.map { [$0] } ?? []
        let strange = HTTPMessage.post(
            call("echo", #"{"text":"x"}"#),
            version: versions,
            method: ["server/discover"],
            name: ["who"]
        )
        let reply = try await server.send(strange)
        #expect(reply.text == "x")
        #expect(reply.message?["result"]?["resultType"] == nil, "a legacy result")

        let id = try await server.session(.v2025_11_25)
        let modern = HTTPMessage.post(
            request("tools/call", envelope26 + #","name":"who","arguments":{}"#),
            version: ["2026-07-28"],
            method: ["tools/call"],
            name: ["who"],
            session: [id]
        )
        #expect(try await server.send(modern).text == "me 2026-07-28 0 -")
    }

    @Test("ER2 a GET and a DELETE are modern by their version header alone", arguments: [HTTPMessage.Method.get, .delete])
    func bodiless(method: HTTPMessage.Method) async throws {
        let id = try await server.session(.v2025_11_25)
        for (version, isModern) in [("2026-07-28", true), ("2027-01-01", true), ("2025-06-18", false)] {
            let message = HTTPMessage(
                method,
                body: [],
                principal: .anonymous,
                now: TestServer.now,
                protocolVersion: [version],
                sessionID: [id]
            )
            let decision = server.endpoint.receive(message)
            if case .answer(let reply) = decision.action {
                #expect(isModern && reply.status == 405, "\(version)")
            } else {
                #expect(!isModern, "\(version)")
            }
        }
    }

    /// Every error that there is, with its code to legacy and to modern clients.
    private static let codes: [(MCPError, Int, Int)] = [
        (.notJSON("x"), -32700, -32700), (.invalidRequest("x"), -32600, -32600), (.methodNotFound, -32601, -32601),
        (.invalidParameters("x"), -32602, -32602), (.resourceNotFound(uri: "a:b"), -32002, -32602),
        (.internalError(correlationID: "x"), -32603, -32603), (.internalFailure("x"), -32603, -32603),
        (.headerMismatch("x"), -32020, -32020),
        (.missingCapability([:]), -32021, -32021), (.unsupportedVersion(requested: "x", supported: []), -32022, -32022),
    ]

    @Test("X1 X2 X3 X4 X5 X6 X7 X8 each error has its code, and there is no other", arguments: codes.indices)
    func error(index: Int) {
        let (error, legacy, modern) = Self.codes[index]
        for revision in Revision.allCases {
            #expect(error.code(in: revision) == (revision.isLegacy ? legacy : modern))
            // The compiler asks for a new row in the table if there is a new error.
            switch error {
            case .notJSON, .invalidRequest, .methodNotFound, .invalidParameters, .resourceNotFound: break
            case .internalError, .internalFailure, .headerMismatch, .missingCapability, .unsupportedVersion: break
            }
        }
        #expect(error.code != -32042 && !(-32099 ... -32023).contains(error.code) && !(-32019 ... -32000).contains(error.code))
    }
}
