import MCP
import MCPServer

// The code of the article "Tasks".

func rendering(_ render: @escaping @Sendable (String) async throws -> String) -> Tool<User> {
    Tool("render_film", "Renders a film.", annotations: .adding, tasks: .allowed, .string("scene", "Which scene.")) { context, scene in
        try await context.asTask("The film is being rendered.") { context in
            let answer = try await context.ask(.form("publish", "Publish the film when it is ready?", .boolean("yes")))
            let address = try await render(scene)
            return .text(answer.content == true ? "Published at \(address)." : "Kept at \(address).")
        }
    }
}

func serverWithTasks(_ tool: Tool<User>) throws -> Server<User> {
    let tasks = TaskRunner(lifetime: .seconds(3_600), pollInterval: .seconds(1))
    return Server(try ServerDefinition(info: Implementation(name: "films", version: "1.0.0"), tools: [tool], tasks: tasks))
}
