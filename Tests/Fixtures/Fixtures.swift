import MCP
import MCPServer
import Synchronization

/// The server, and all of it that changes while it runs.
final class Fixtures: Sendable {
    /// What the program was told.
    struct Options: Sendable {
        var pageSize = 100
        var hasTasks = true
    }

    /// What became of the calls of `test_wait`.
    struct Counters: Sendable {
        var started = 0
        var finished = 0
        var cancelled = 0
    }

    private struct State {
        var server: Server<Void>?
        var hasDynamicTool = false
        var hasDynamicPrompt = false
        var version = 1
        var counters = Counters()
    }

    private let options: Options
    private let tasks: TaskRunner?
    private let state = Mutex(State())

    private init(_ options: Options) {
        self.options = options
        tasks = options.hasTasks ? TaskRunner(lifetime: .seconds(300), pollInterval: .milliseconds(200)) : nil
    }

    static func server(_ options: Options) throws -> Server<Void> {
        let fixtures = Fixtures(options)
        return try fixtures.state.withLock { state in
            let server = Server(try fixtures.definition(state))
            state.server = server
            return server
        }
    }

    /// The version of the watched resource.
    var version: Int { state.withLock { $0.version } }
    var counters: Counters { state.withLock { $0.counters } }

    /// Adds the dynamic tool, or removes it.
    func toggleTool() throws { try change { $0.hasDynamicTool.toggle() } }

    /// Adds the dynamic prompt, or removes it.
    func togglePrompt() throws { try change { $0.hasDynamicPrompt.toggle() } }

    /// Raises the version of the watched resource.
    func touch() {
        let server = state.withLock { state in
            state.version += 1
            return state.server
        }
        server?.changes.post(ChangeNotice(.resource(uri: FixtureResources.watched)))
    }

    /// Does work that is counted.
    func counting<Result>(_ work: () async throws -> Result) async throws -> Result {
        state.withLock { $0.counters.started += 1 }
        do {
            let result = try await work()
            state.withLock { $0.counters.finished += 1 }
            return result
        } catch {
            state.withLock { $0.counters.cancelled += 1 }
            throw error
        }
    }

    /// Under the lock from beginning to end, so that two changes at once are one after the other for clients too.
    private func change(_ body: (inout State) -> Void) throws {
        try state.withLock { state in
            body(&state)
            state.server?.replace(try definition(state))
        }
    }

    private func definition(_ state: borrowing State) throws -> ServerDefinition<Void> {
        try ServerDefinition(
            info: Implementation(name: "mcp-fixtures", title: "MCP fixtures", version: "0.1.0"),
            instructions: "Fixtures for conformance tests.",
            tools: tools + (state.hasDynamicTool ? [NoticeTools.dynamicTool] : []),
            resources: FixtureResources.all(self),
            templates: [FixtureResources.template],
            prompts: FixturePrompts.all + (state.hasDynamicPrompt ? [FixturePrompts.dynamic] : []),
            announces: [.tools, .prompts, .resources],
            subscriptions: ResourceSubscriptions(),
            logging: true,
            tasks: tasks,
            caching: CachingHints(milliseconds: 0, scope: .shared),
            pageSize: options.pageSize
        )
    }

    /// In the order of the lists.
    private var tools: [Tool<Void>] {
        var tools = ContentTools.all + NoticeTools.all(self) + AskingTools.all + InputTools.all + [RoutingTool.region]
        tools += tasks == nil ? TaskTools.withoutTasks : TaskTools.all
        return tools + OwnTools.all(self)
    }
}
