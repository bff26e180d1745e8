import JSON
import MCP
import ToolBridge

extension ItemPrompts {
    /// What was said in a chat.
    ///
    /// The 1,000 messages that changed last are looked at; of these the latest that fit are in the prompt.
    var summariseChat: Prompt<Caller> {
        Prompt(
            "summarise_chat",
            title: "Summarise a chat",
            "Sums up the latest messages of a chat: topics, decisions, open questions.",
            item("chat", title: "Chat", "Title or uid of the chat.", .chats)
        ) { context, chat in
            try await answer(context) { items, material in
                let chat = try await find(chat, "chat", .chats, items)
                let filter = ItemFilter(parentUID: chat.item.uid, parentKind: .chats)
                let latest = try await LatestItems.read(.chatMessages, atMost: 1_000, filter: filter, from: items)
                // Those of one time stay in the order in which they came.
                let messages = latest.items.reversed().map { ChatMessage($0) }.sorted { $0.time < $1.time }
                _ = material.embedWhole(chat, share: 25)
                guard !messages.isEmpty else {
                    return ["Summarise a chat for me.", PromptWords.data, "The chat has no messages. Tell me so."]
                }
                let shown = material.quote(messages, "Messages of the chat", keepingLast: true) { $0.write(to: &$1) }
                let leftOut = messages.count - shown
                return [
                    "Summarise a chat for me.",
                    PromptWords.data,
                    "The first holds the chat itself, the second its messages, \(shown), oldest first.",
                    leftOut > 0 || latest.hasMore
                        ? "Older messages are left out: \(latest.hasMore ? "more than " : "")\(leftOut), which the list tools have." : "",
                    """
                    1. Say in a few sentences what the chat is about, and from when to when the messages are.
                    2. List what was decided, with who said so.
                    3. List what is open: questions without an answer, and who is to do what by when.
                    4. Keep to what is written; name people as the messages do.
                    """,
                ]
            }
        }
    }
}

/// A message as it is quoted.
private struct ChatMessage {
    let view: ItemView
    /// When it was written as far as it says so, else when it last changed: marking it as read is a change too.
    let time: Timestamp

    private static let times = ["createdAt", "createdTs", "sentAt", "timestamp"]
    private static let textBytes = 4_000

    init(_ item: Item) {
        let view = ItemView(item)
        self.view = view
        time = Self.times.lazy.compactMap { view.object[$0]?.moment }.first ?? item.updatedAt
    }

    func write(to writer: inout JSONWriter) {
        writer.member("uid", view.item.uid.description)
        writer.member("at", time.description)
        if let sender = view.line("sender") { writer.member("sender", sender) }
        writer.member(
            "text",
            DisplayText.shortened(DisplayText.escaped(view.content.beginning(Self.textBytes * 2).0), bytes: Self.textBytes)
        )
    }
}

extension JSONValue {
    /// A time as clients write it: as text or in milliseconds.
    fileprivate var moment: Timestamp? {
        if let milliseconds = integral { return milliseconds > 0 ? Timestamp(milliseconds: milliseconds) : nil }
        return string.flatMap { $0.utf8.count <= 64 ? Timestamp(payloadText: $0) : nil }
    }
}
