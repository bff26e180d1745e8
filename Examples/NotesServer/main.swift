import MCP
import MCPServer
import Synchronization

let notes = Mutex<[String]>([])

await ServerProgram.run {
    let definition = try ServerDefinition<Void>(
        info: Implementation(name: "notes", version: "1.0.0"),
        tools: [
            Tool("add_note", "Keeps a text.", annotations: .adding, .string("text", "What to keep.")) { _, text in
                notes.withLock { $0.append(text) }
                return .text("The note is kept.")
            },
            Tool(
                "find_notes",
                "Finds the notes that contain a text.",
                annotations: .reading,
                .string("text", "What they contain."),
                .integer("limit", "How many at most.", in: 1...100, default: 10)
            ) { _, text, limit in
                .text(notes.withLock { $0.filter { $0.contains(text) } }.prefix(limit).joined(separator: "\n"))
            },
        ],
        resources: [
            Resource("notes://all", name: "all-notes", description: "Every note, one a line.", mimeType: "text/plain") { _ in
                .text(notes.withLock { $0.joined(separator: "\n") })
            }
        ],
        prompts: [
            Prompt("recall", "Tells what the notes say about a topic.", .string("topic", "Which one.")) { _, topic in
                [.user("Read notes://all and tell me what it says about \"\(topic)\".")]
            }
        ]
    )
    guard CommandLine.arguments.contains("--http") else { return try await MCPStdioServer(definition).runUntilSignal() }
    let port = CommandLine.arguments.last.flatMap { Int($0) } ?? 8080
    try await MCPHTTPServer(definition, port: port, onReady: { ServerProgram.say("http://127.0.0.1:\($0)/mcp") }).runUntilSignal()
}
