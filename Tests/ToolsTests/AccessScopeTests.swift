import JSON
import MCP
import Testing
import ToolBridge
import Tools

/// What a caller must be allowed.
@Suite struct AccessScopeTests {
    private let tools = ToolCatalogue<Owner>(service: CountingService(), owner: { $0 }, health: .healthCheck { HealthReport(testing: $0) })
        .tools(ToolSelection([.all]))

    @Test func toolsOfOneKindNeedThatKind() {
        for kind in ItemKind.allCases {
            let names = [("list_\(kind.path)", "read"), ("get_\(kind.singular)", "read"), ("create_\(kind.singular)", "write")]
            let others = ["update", "patch", "delete", "archive", "process"].map { ("\($0)_\(kind.singular)", "write") }
            for (name, right) in names + others { #expect(scope(name) == "\(kind.path):\(right)") }
        }
    }

    @Test(
        arguments: [
            ("search", "items:read"), ("fetch", "items:read"), ("list_items", "items:read"), ("recent_changes", "items:read"),
            ("create_items", "items:write"), ("update_items", "items:write"), ("delete_items", "items:write"),
            ("process_items", "items:write"), ("restore_item", "items:write"), ("health_check", "none"),
        ]
    )
    func toolsOfSeveralKindsNeedAll(_ name: String, _ expected: String) {
        #expect(scope(name) == expected)
    }

    @Test func aToolOfWhichNothingIsKnownNeedsTheRightsOverAllKinds() {
        let new = Tool<Owner>("new", "Does something.", annotations: .adding) { _ in .text("") }
        #expect(AccessScope(of: new)?.description == "items:write")
    }

    @Test func writingIncludesReadingAndItemsIncludeEveryKind() throws {
        let table: [(String, includes: String, Bool)] = [
            ("notes:read", "notes:read", true), ("notes:write", "notes:read", true), ("notes:read", "notes:write", false),
            ("items:read", "notes:read", true), ("items:read", "notes:write", false), ("items:write", "chat_messages:write", true),
            ("items:write", "items:read", true), ("notes:write", "items:read", false), ("notes:write", "tasks:read", false),
        ]
        for (granted, needed, isIncluded) in table {
            let (granted, needed) = (try #require(AccessScope(granted)), try #require(AccessScope(needed)))
            #expect(granted.includes(needed) == isIncluded, "\(granted) \(needed)")
        }
    }

    @Test(arguments: ["", "notes", "note:read", "notes:", "notes:delete", "NOTES:read", "notes:read ", "items", "items:"])
    func otherTextsAreNoScopes(_ text: String) {
        #expect(AccessScope(text) == nil)
    }

    private func scope(_ name: String) -> String? {
        guard let tool = tools.first(where: { $0.name == name }) else { return nil }
        return AccessScope(of: tool)?.description ?? "none"
    }
}
