import MCP
import MCPServer

let notes = Notes()

let definition = try ServerDefinition(
    info: Implementation(name: "notes", title: "Notes", version: "1.0.0"),
    tools: [
        Tool("add_note", title: "Add a note", "Keeps a text.", annotations: .adding, .string("text", "What to keep.")) { _, text in
            .text("Note \(notes.add(text)) is kept.")
        },
        Tool(
            "find_notes", title: "Find notes", "Finds the notes that contain a text.", annotations: .reading,
            .string("text", "What to look for."), .integer("limit", "How many notes at most.", in: 1...100, default: 10)
        ) { _, text, limit in
            .text(notes.all.filter { $0.contains(text) }.prefix(limit).joined(separator: "\n"))
        },
    ],
    resources: [
        Resource("notes://all", name: "notes", title: "All notes", description: "One a line.", mimeType: "text/plain") { _ in
            .text(notes.all.joined(separator: "\n"))
        }
    ],
    prompts: [
        Prompt("recall", title: "Recall", "Tells what the notes say about a topic.", .string("topic", "Which topic.")) { _, topic in
            [.user("Read notes://all and tell me what it says about \"\(topic)\".")]
        }
    ]
)

if CommandLine.arguments.contains("--http") {
    try await MCPHTTPServer(definition, port: 8080).run()
} else {
    try await MCPStdioServer(definition).run()
}
