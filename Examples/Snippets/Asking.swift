import MCP

// The code of the article "Asking the user".

func delete(_ remove: @escaping @Sendable (String) async throws -> Void) -> Tool<User> {
    Tool(
        "delete_note",
        "Deletes a note for good.",
        annotations: ToolAnnotations(readOnly: false, destructive: true, idempotent: true),
        .string("uid", "Which one.")
    ) { context, uid in
        let answer = try await context.ask(.form("sure", "Delete the note \(uid) for good?", .boolean("yes")), sealed: true)
        guard answer.content == true else { return .text("The note stays.") }
        try await remove(uid)
        return .text("The note is deleted.")
    }
}

func several() -> Tool<User> {
    Tool("introduce", "Writes an introduction.", annotations: .reading) { context in
        let (who, draft) = try await context.ask(
            .form("who", "Who are you?", .string("name", "Your name."), .optionalInteger("age", "In years.")),
            .sampling("draft", SamplingRequest("Write one friendly sentence about a new colleague.", maxTokens: 100))
        )
        switch who {
        case .accepted((let name, let age)): return .text("\(name), \(age.map { "\($0)" } ?? "of no known age"). \(draft.text)")
        case .declined: return .text("Somebody who would rather not say. \(draft.text)")
        case .cancelled: return .failure("Nobody answered.")
        }
    }
}

func created(_ create: @escaping @Sendable (_ uid: String, _ title: String) async throws -> Void, newUID: @escaping @Sendable () -> String)
    -> Tool<User>
{
    Tool("create_note", "Creates a note.", annotations: .adding) { context in
        let uid = try await context.remember("uid") { newUID() }
        let answer = try await context.ask(.form("title", "What shall it be called?", .string("title")))
        guard let title = answer.content else { return .text("No note was created.") }
        try await create(uid, title)
        return .text("The note \(uid) is there.")
    }
}
