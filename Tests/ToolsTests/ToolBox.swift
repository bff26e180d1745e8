import JSON
import MCP
import Testing
import ToolBridge
import Tools

/// All tools over a service, called as an MCP server calls them.
struct ToolBox: Sendable {
    let tools: [Tool<Owner>]
    private let owner: Owner

    /// - Parameter offers: As in ``ItemTools``.
    init(_ service: any ItemService, owner: Owner = .me, offers: Set<String> = [], pageBytes: Int = 40_000) {
        tools =
            ItemTools<Owner>(service: service, offers: offers, pageBytes: pageBytes, owner: { $0 }).all + [
                .healthCheck { HealthReport(testing: $0) }
            ]
        self.owner = owner
    }

    func call(_ name: String, _ arguments: String = "{}") async throws -> ToolResult {
        let tool = try #require(tools.first { $0.name == name }, "no tool \(name)")
        return try await tool.call(RequestContext(caller: owner, correlationID: "c-1"), arguments: try JSONValue(parsing: arguments))
    }

    /// The structured result of a call that succeeds.
    func value(_ name: String, _ arguments: String = "{}") async throws -> JSONValue {
        let result = try await call(name, arguments)
        let bytes = try #require(result.structured, "\(name) \(arguments): \(result.content)")
        #expect(!result.isError)
        return try JSONValue(parsing: bytes, limits: .message)
    }

    /// The refusal of a call that is refused by the service.
    func refusal(_ name: String, _ arguments: String) async throws -> Refusal {
        try Refusal(try await call(name, arguments))
    }

    /// Why the arguments aren't taken, or `nil` if they are.
    func argumentError(_ name: String, _ arguments: String) async throws -> ArgumentError? {
        do {
            _ = try await call(name, arguments)
            return nil
        } catch let error as ArgumentError {
            return error
        }
    }
}

/// An error result, taken apart.
struct Refusal {
    let text: String
    let json: JSONValue
    /// The second line as it was written.
    let line: String
    /// What to do, if that is said; the first line begins with `Next: `.
    let hints: [String]

    init(_ result: ToolResult) throws {
        #expect(result.isError)
        #expect(result.structured == nil)
        guard result.content.count == 1, case .text(let text)? = result.content.first else {
            throw Unexpected(description: "no single text: \(result.content)")
        }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 2 else { throw Unexpected(description: "not two lines: \(text)") }
        hints = lines.dropFirst(2).map(String.init)
        #expect(hints.first?.hasPrefix("Next: ") != false, "\(text)")
        self.text = String(lines[0])
        line = String(lines[1])
        json = try JSONValue(parsing: line)
    }

    var code: String? { json["code"]?.string }
}

struct Unexpected: Error, CustomStringConvertible {
    let description: String
}

extension HealthReport {
    init(testing owner: Owner) {
        self.init(isHealthy: true, tenant: owner.tenant, apiBaseURL: nil, version: "1.2.3", role: "serve", upstream: "local")
    }
}
