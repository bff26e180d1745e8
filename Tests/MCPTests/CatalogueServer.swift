import JSON
import MCP
import Testing

/// A server with resources, templates, prompts and completion, asked in any revision.
struct CatalogueServer: Sendable {
    let server: TestServer

    init() throws {
        server = TestServer(try CatalogueServer.definition())
    }

    init(_ definition: ServerDefinition<String>) {
        server = TestServer(definition)
    }

    static let info = Implementation(name: "catalogue", version: "1")
    static let icon = Icon(source: "data:image/png;base64,AA==", mimeType: "image/png", sizes: ["48x48"], theme: .light)

    static func definition() throws -> ServerDefinition<String> {
        try ServerDefinition(
            info: info,
            tools: [
                Tool("t", title: "T", "Does it.", annotations: .reading, icons: [icon]) { _ in
                    .content([
                        .annotated(.text("a"), Annotations(audience: [.user], priority: 2, lastModified: "2026-07-28T00:00:00Z")),
                        .annotated(
                            .resourceLink(ResourceLink(uri: "test://a", name: "a", size: 3, icons: [icon])),
                            Annotations(priority: 0)
                        ),
                    ])
                }
            ],
            resources: resources,
            templates: templates,
            prompts: prompts
        )
    }

    /// With all the tools as well, and lists of several pages.
    static func forMutations() throws -> TestServer {
        let listing = ResourceListing<String> { _, key, _ in
            ListPage([ResourceLink(uri: "test://listed", name: "listed")], next: key == nil ? "k" : nil)
        }
        return TestServer(
            try ServerDefinition(
                info: info,
                tools: TestServer.tools + [
                    Tool("marked", title: "Marked", "Has a header.", annotations: .reading, inputSchema: markedSchema) { _, _ in .text("")
                    },
                    Tool("shown", title: "Shown", "Has a page.", annotations: .reading, ui: ToolUI(page: "ui://page", visibility: [.app])) {
                        _ in .structured(Array("{}".utf8))
                    },
                ],
                resources: resources + [.page("ui://page", name: "page", title: "Page", description: "A page.", html: "<!doctype html>")],
                templates: templates,
                listing: listing,
                prompts: prompts,
                pageSize: 4
            )
        )
    }

    private static let markedSchema: JSONValue = [
        "type": "object",
        "properties": [
            "region": ["type": "string", "x-mcp-header": "Region"],
            "where": ["type": "object", "properties": ["n": ["type": "integer", "x-mcp-header": "N"]]],
        ],
    ]

    static let resources: [Resource<String>] = [
        Resource(
            "test://text",
            name: "text",
            title: "Text",
            description: "A text.",
            mimeType: "text/plain",
            size: 5,
            annotations: Annotations(audience: [.user, .assistant], priority: 0.5, lastModified: "2026-07-28T00:00:00Z"),
            icons: [icon],
            caching: .constant
        ) { _ in .text("hello") },
        Resource("test://blob", name: "blob", title: "Blob", description: "Bytes.", mimeType: "image/png") { _ in
            .blob([255, 254, 253, 252])
        },
        Resource("test://folder", name: "folder", title: "Folder", description: "Two.", mimeType: "inode/directory") { _ in
            .parts([
                EmbeddedResource(uri: "test://folder/a", mimeType: "text/plain", .text("a")),
                EmbeddedResource(uri: "test://folder/b", .blob([1])),
            ])
        },
        Resource("test://mine", name: "mine", title: "Mine", description: "Somebody else's.") { context in
            context.caller == "you" ? .text("secret") : nil
        },
        Resource("test://empty", name: "empty", title: "Empty", description: "No parts.") { _ in .parts([]) },
        Resource("test://breaks", name: "breaks", title: "Breaks", description: "Breaks.") { _ in throw TestServer.Broken() },
    ]

    static let templates: [ResourceTemplate<String>] = [
        ResourceTemplate(
            "test://template/{id}/data",
            name: "data",
            title: "Data",
            description: "Data of an id.",
            mimeType: "application/json",
            annotations: Annotations(priority: 1),
            icons: [icon],
            .string("id", completing: .among(["1", "12", "123"]))
        ) { context, id in .text(#"{"id":"\#(id)","of":"\#(context.caller)"}"#) },
        ResourceTemplate(
            "test://number/{n}-{of}",
            name: "number",
            title: "Number",
            description: "A number.",
            .integer("n", in: 1...9),
            .string("of")
        ) {
            _,
            n,
            of in n > 8 ? nil : .text("\(n * 2) of \(of)", mimeType: "text/plain")
        },
    ]

    static let prompts: [Prompt<String>] = [
        Prompt("simple", title: "Simple", "Says one thing.", icons: [icon]) { _ in [.user("Simple.")] },
        Prompt(
            "summarize",
            title: "Summarize",
            "Summarizes a topic.",
            .string(
                "topic",
                title: "Topic",
                "About what.",
                completing: Completer { context, typed in
                    typed.value == "many"
                        ? Completions((0..<250).map { "many \($0)" })
                        : Completions(["paris", "park", "party", "tokyo"], startingWith: typed.value)
                }
            ),
            .choice("style", "How.", of: ["short", "long", "Kurz"]),
            .optionalString(
                "city",
                completing: Completer { _, typed in Completions(first: [typed.arguments["topic"] ?? "-"], hasMore: true) }
            ),
            .integer("words", in: 1...100)
        ) { context, topic, style, city, words in
            [.user("\(style) \(words) \"\(topic)\" \(city ?? "nowhere") \(context.caller)"), .assistant("Yes.")]
        },
        Prompt("blocks", title: "Blocks", "Blocks of each kind.") { _ in
            [
                .user(.image([1, 2, 3, 4], mimeType: "image/png")), .assistant(.audio([0, 0, 0], mimeType: "audio/wav")),
                .user(.resource(EmbeddedResource(uri: "test://b", mimeType: "text/plain", .text("b")))),
                .user(.resourceLink(ResourceLink(uri: "test://a", name: "a"))),
            ]
        },
        Prompt("plain", title: "Plain", "Nothing is proposed.", .string("x")) { _, x in [.user(x)] },
        Prompt("breaks", title: "Breaks", "Breaks.") { _ in throw TestServer.Broken() },
    ]

    /// Sends a request of a revision with what it needs; the answer is held against the official schema.
    func send(
        _ method: String,
        _ revision: Revision,
        _ params: String = "",
        name: String? = nil,
        principal: Principal = .anonymous
    ) async throws -> HTTPReply {
        if revision.isLegacy {
            let session = try await server.session(revision, principal: principal)
            return try await server.send(.post(request(method, params), session: [session], principal: principal))
        }
        var message = HTTPMessage.modern(method, params, name: name)
        message.principal = principal
        return try await server.send(message)
    }

    func read(_ uri: String, _ revision: Revision = .v2026_07_28) async throws -> HTTPReply {
        try await send("resources/read", revision, #""uri":"\#(uri)""#, name: uri)
    }

    func get(_ prompt: String, _ arguments: String?, _ revision: Revision = .v2026_07_28) async throws -> HTTPReply {
        let arguments = arguments.map { #","arguments":\#($0)"# } ?? ""
        return try await send("prompts/get", revision, #""name":"\#(prompt)"\#(arguments)"#, name: prompt)
    }

    func complete(_ ref: String, _ argument: String, _ rest: String = "", _ revision: Revision = .v2026_07_28) async throws -> HTTPReply {
        try await send("completion/complete", revision, #""ref":\#(ref),"argument":\#(argument)\#(rest)"#)
    }
}
