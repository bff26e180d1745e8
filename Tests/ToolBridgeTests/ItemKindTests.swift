import Testing
import ToolBridge

@Suite("The table of kinds")
struct ItemKindTests {
    @Test("names each kind once, in paths, texts and identifiers")
    func names() {
        #expect(
            ItemKind.allCases.map(\.path) == ["notes", "tasks", "comments", "chats", "chat_messages", "task_lists", "task_list_categories"]
        )
        #expect(
            ItemKind.allCases.map(\.singular) == ["note", "task", "comment", "chat", "chat_message", "task_list", "task_list_category"]
        )
        #expect(ItemKind.chatMessages.noun == "chat message")
        #expect(Set(ItemKind.wipeOrder) == Set(ItemKind.allCases))
    }

    @Test("errors have the contract's numbers")
    func statuses() {
        #expect(ItemError.Code.allCases.allSatisfy { (400...503).contains($0.status) })
        #expect(ItemError.notFound(.notes).code.status == 404)
        #expect(ItemError(StoreError.unavailable(underlying: ItemError.invalidLimit)).code == .unavailable)
        #expect(ItemError(StoreError.rejected(underlying: ItemError.invalidLimit)).text == "internal error")
        #expect(ItemError(ItemError.invalidLimit) == .invalidLimit)
    }

    @Test("texts that clients sent are shown in errors up to 64 bytes")
    func bounded() {
        let long = String(repeating: "é", count: 1000)
        #expect(ItemError.invalidAction(long, of: .notes).text.utf8.count < 100)
    }
}
