package import MCP
package import ToolBridge

/// Prompts that people choose, each filled with the owner's own items at the moment of the request.
///
/// The first message is ours: plain words, counts and dates. The others hold what the user stored, embedded as resources or quoted as JSON,
/// never as instructions (P3). All of it together stays within a set size, and the first message says what was left out.
package struct ItemPrompts<Caller: Sendable>: Sendable {
    let pageBytes: Int
    private let now: @Sendable () -> Timestamp
    private let itemsOf: @Sendable (Caller) async throws -> OwnedItems

    /// - Parameters:
    ///   - pageBytes: About how many bytes of items a prompt may hold.
    ///   - now: Says which day it is, in UTC, where no date is given.
    ///   - items: Those that a caller works on. It throws where the caller has none.
    package init(
        pageBytes: Int = ToolPage.bytes,
        now: @escaping @Sendable () -> Timestamp = { .now() },
        items: @escaping @Sendable (Caller) async throws -> OwnedItems
    ) {
        self.pageBytes = pageBytes
        self.now = now
        itemsOf = { try await OwnerChoice.items(of: $0, items) }
    }

    /// All of them, in the order in which they are listed.
    package var all: [Prompt<Caller>] {
        [planMyDay, reviewMyWeek, meetingNotesToTasks, summariseChat, tidyTaskList]
    }

    var today: CalendarDay { CalendarDay(of: now()) }

    /// Makes the messages of the caller's items.
    ///
    /// - Parameter work: Puts the items into the material and returns what is to be done with them.
    func answer(
        _ context: RequestContext<Caller>,
        _ work: (OwnedItems, inout PromptMaterial) async throws -> [String]
    ) async throws -> [PromptMessage] {
        try await clearly {
            var material = PromptMaterial(bytes: pageBytes)
            let paragraphs = try await work(try await itemsOf(context.caller), &material)
            return [.user(paragraphs.filter { !$0.isEmpty }.joined(separator: "\n\n"))] + material.messages
        }
    }

    /// Proposes the caller's items: by title where it says which one is meant, else by uid.
    func completer(_ kind: ItemKind) -> Completer<Caller> {
        Completer<Caller> { context, typed in
            try await clearly {
                let completion = ItemCompletion(try await itemsOf(context.caller))
                let proposals = try await completion.proposals(matching: typed.value, of: [kind])
                return Completions(first: proposals.names, hasMore: proposals.count == ItemCompletion.limit)
            }
        }
    }

    /// Refusals of the service as errors that a client may know; of failures inside it learns nothing.
    private func clearly<Answer>(_ work: () async throws -> Answer) async throws -> Answer {
        do {
            return try await work()
        } catch let refusal as ItemError {
            switch refusal.code {
            case .unavailable: throw MCPError.internalFailure("the items can't be read at the moment; try again shortly")
            case .internalError: throw refusal
            default: throw MCPError.internalFailure("the items can't be read: \(refusal.text)")
            }
        }
    }
}

extension [ItemCompletion.Proposal] {
    /// What names each of them alone, to a prompt's argument.
    fileprivate var names: [String] {
        var counts: [String: Int] = [:]
        for proposal in self { counts[proposal.title?.lowercased() ?? "", default: 0] += 1 }
        return map { proposal in
            guard let title = proposal.title, counts[title.lowercased()] == 1, UID(title) == nil else {
                return proposal.reference.uid.description
            }
            return title
        }
    }
}
