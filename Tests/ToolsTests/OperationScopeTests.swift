import MCP
import Testing
import ToolBridge
import Tools

/// What a request of MCP needs of a token whose scopes limit it.
@Suite struct OperationScopeTests {
    private static let uid = "c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f"

    @Test("every tool that can be offered needs what its declaration tells")
    func tools() {
        let catalogue = ToolCatalogue<Owner>(
            service: CountingService(),
            owner: { $0 },
            health: .healthCheck { HealthReport(testing: $0) }
        )
        let tools = catalogue.tools(ToolSelection([.all]))
        #expect(tools.count > 60)
        for tool in tools {
            let needed = AccessScope.needed(for: RequestedOperation(method: "tools/call", target: tool.name))
            #expect(needed == [AccessScope(of: tool)].compactMap { $0 }, "\(tool.name)")
            #expect(needed.isEmpty == (tool.name == "health_check"))
        }
    }

    @Test("every prompt is known, and so is what it holds")
    func prompts() {
        let prompts = ItemPrompts<Owner>(service: CountingService(), owner: { $0 }).all
        #expect(prompts.count == 5)
        for prompt in prompts {
            for method in ["prompts/get", "completion/complete"] {
                let needed = AccessScope.needed(for: RequestedOperation(method: method, target: prompt.name))
                #expect(!needed.isEmpty && needed.allSatisfy { $0.kind != nil && !$0.isWriting }, "\(prompt.name)")
            }
        }
    }

    @Test(
        "items are read by their kind, lists of them by all",
        arguments: [
            ("resources/read", "toolbridge://notes/\(uid)", ["notes:read"]),
            ("resources/read", "toolbridge://tasks/\(uid).json", ["tasks:read"]),
            ("resources/read", "toolbridge://%6eotes/\(uid)", ["notes:read"]), ("resources/read", "ui://page", []),
            ("resources/subscribe", "toolbridge://chats/\(uid)", ["chats:read"]),
            ("subscriptions/listen", "toolbridge://comments/\(uid)", ["comments:read"]), ("resources/list", "", ["items:read"]),
            ("completion/complete", "toolbridge://{kind}/{uid}", ["items:read"]), ("tools/list", "", []), ("prompts/list", "", []),
            ("resources/templates/list", "", []), ("server/discover", "", []), ("ping", "", []), ("tools/call", "nothing", []),
            ("prompts/get", "nothing", []),
        ]
    )
    func others(_ method: String, _ target: String, _ expected: [String]) {
        #expect(AccessScope.needed(for: RequestedOperation(method: method, target: target)).map(\.description) == expected)
    }
}
