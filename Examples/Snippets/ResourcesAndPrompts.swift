import MCP

// The code of the article "Resources and prompts".

struct Note: Sendable {
    let uid: String
    let title: String
    let text: String
}

struct User: Sendable {
    let name: String
}

protocol Notes: Sendable {
    func find(_ uid: String, of user: User) async throws -> Note?
    func page(of user: User, after uid: String?, limit: Int) async throws -> [Note]
    func uids(of user: User, startingWith text: String) async throws -> [String]
    func follow(_ user: User, _ changed: @escaping @Sendable (_ uid: String) -> Void) async -> @Sendable () -> Void
}

func guide() -> Resource<User> {
    Resource("docs://guide", name: "guide", description: "How to begin.", mimeType: "text/markdown", caching: .constant) { _ in
        .text("# Welcome")
    }
}

func template(_ notes: any Notes) -> ResourceTemplate<User> {
    let proposals = Completer<User> { context, typed in
        Completions(try await notes.uids(of: context.caller, startingWith: typed.value))
    }
    let template = ResourceTemplate(
        "notes://{uid}",
        name: "note",
        description: "One of your notes.",
        mimeType: "text/markdown",
        .string("uid", completing: proposals)
    ) { context, uid in
        try await notes.find(uid, of: context.caller).map { .text($0.text) }
    }
    return template
}

func listing(_ notes: any Notes) -> ResourceListing<User> {
    ResourceListing { context, key, limit in
        let page = try await notes.page(of: context.caller, after: key, limit: limit)
        let links = page.map { ResourceLink(uri: "notes://\($0.uid)", name: $0.title) }
        return ListPage(links, next: page.count == limit ? page.last?.uid : nil)
    }
}

func prompt(_ notes: any Notes) -> Prompt<User> {
    Prompt(
        "summarize",
        "Summarizes a note.",
        .string("uid", "Which one."),
        .choice("style", "How.", of: ["short", "long"])
    ) { context, uid, style in
        guard let note = try await notes.find(uid, of: context.caller) else { throw ArgumentError("uid", "names no note") }
        let resource = EmbeddedResource(uri: "notes://\(uid)", mimeType: "text/markdown", .text(note.text))
        return [.user(.resource(resource)), .user("Write a \(style) summary of the note above.")]
    }
}

func changing(_ before: ServerDefinition<User>, _ after: ServerDefinition<User>) {
    let server = Server(before)
    server.changes.post(ChangeNotice(.resource(uri: "notes://1")))
    server.replace(after)
}

func watching(_ notes: any Notes, _ changes: ServerChanges) -> ResourceSubscriptions<User> {
    ResourceSubscriptions(
        canonical: { $0.lowercased() },
        listening: { user, principal in
            let stop = await notes.follow(user) { uid in changes.post(ChangeNotice(.resource(uri: "notes://\(uid)"), of: principal)) }
            return { stop() }
        }
    )
}
