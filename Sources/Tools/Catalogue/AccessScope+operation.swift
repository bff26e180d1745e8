package import MCP
package import ToolBridge

extension AccessScope {
    /// All scopes that a request of MCP needs; none where it shows and changes no items.
    ///
    /// What isn't offered needs none: it is refused all the same.
    package static func needed(for operation: RequestedOperation) -> [AccessScope] {
        switch operation.method {
        case "tools/call": return OperationScopes.ofTools[Array(operation.target.utf8)].map { [$0] } ?? []
        case "resources/read", "resources/subscribe", "subscriptions/listen":
            return ItemAddress(operation.target).map { [.reading($0.reference.kind)] } ?? []
        // The list has titles of items of all kinds.
        case "resources/list": return [.reading(nil)]
        case "prompts/get": return prompt(operation.target) ?? []
        case "completion/complete": return prompt(operation.target) ?? [.reading(nil)]
        default: return []
        }
    }

    private static func prompt(_ name: String) -> [AccessScope]? {
        OperationScopes.ofPrompts[Array(name.utf8)].map { kinds in kinds.map { .reading($0) } }
    }
}

private enum OperationScopes {
    /// By a tool's name, as its declaration tells.
    static let ofTools: [[UInt8]: AccessScope] = {
        var scopes: [[UInt8]: AccessScope] = [:]
        for part in Toolset.allParts {
            for tool in part.toolNames { scopes[Array(tool.name.utf8)] = AccessScope(part.kind, isWriting: !tool.isReading) }
        }
        return scopes
    }()

    /// By a prompt's name: the kinds of the items that it holds.
    static let ofPrompts: [[UInt8]: [ItemKind]] = [
        Array("plan_my_day".utf8): [.notes, .tasks],
        Array("review_my_week".utf8): [.notes, .tasks, .comments, .chats, .taskLists],
        Array("meeting_notes_to_tasks".utf8): [.notes, .tasks, .taskLists],
        Array("summarise_chat".utf8): [.chats, .chatMessages],
        Array("tidy_task_list".utf8): [.tasks, .taskLists],
    ]
}
