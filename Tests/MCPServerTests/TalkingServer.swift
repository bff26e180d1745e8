import JSON
import MCP
import MCPServer
import Testing

/// A server that says something before it answers, and that changes.
enum TalkingServer {
    static func make(_ gate: Gate = Gate(), tools more: [Tool<String>] = []) throws -> Server<String> {
        Server(try definition(gate, tools: more))
    }

    static func definition(_ gate: Gate = Gate(), tools more: [Tool<String>] = []) throws -> ServerDefinition<String> {
        try ServerDefinition(
            info: Implementation(name: "talking", version: "1"),
            tools: [
                Tool("count", title: "Count", "Counts.", annotations: .reading, .integer("to", "How far.")) { context, end in
                    for number in 1...end { await context.progress(Double(number), of: Double(end), "step \(number)") }
                    return .text("counted")
                },
                Tool("log", title: "Log", "Logs.", annotations: .reading, .integer("times", "How often.")) { context, times in
                    for _ in 0..<times {
                        await context.log(.debug, "low")
                        await context.log(.warning, data: try JSONValue(parsing: "{\n\"high\":\r\n1}"), logger: "l")
                    }
                    return .text("logged")
                },
                Tool("stubborn", title: "Stubborn", "Goes on when cancelled.", annotations: .reading) { context in
                    await context.progress(1)
                    gate.entered.fire()
                    _ = await gate.released.wait()
                    await context.progress(2)
                    await context.log(.emergency, "late")
                    gate.finished.fire()
                    return .text("late")
                },
                Tool("roots", title: "Roots", "Asks for roots.", annotations: .reading) { context in
                    gate.entered.fire()
                    return .text(try await context.ask(.roots("roots")).map(\.uri).joined(separator: " "))
                },
                Tool("endless", title: "Endless", "Never ends.", annotations: .reading) { context in
                    for number in 1... {
                        await context.progress(Double(number))
                        try await Task.sleep(for: .milliseconds(5))
                    }
                    return .text("never")
                },
            ] + more,
            prompts: [],
            announces: [.tools, .resources],
            subscriptions: ResourceSubscriptions { context, uri in uri.hasPrefix("test://\(context.caller)/") },
            logging: true
        )
    }

    static func tool(_ name: String) -> Tool<String> {
        Tool(name, title: "New", "Is new.", annotations: .reading) { _ in .text("new") }
    }

    static func listen(_ filter: String, id: String = "1") -> String {
        Fixtures.request("subscriptions/listen", #"\#(envelope),"notifications":{\#(filter)}"#, id: id)
    }

    /// The `initialize` of a client that has roots.
    static func initialize(_ version: String) -> String {
        let client = #""clientInfo":{"name":"client","version":"1"}"#
        return Fixtures.request("initialize", #""protocolVersion":"\#(version)","capabilities":{"roots":{}},\#(client)"#)
    }

    /// The client's answer to our question for its roots.
    static func answer(to question: JSONValue?, _ uri: String) throws -> String {
        let id = String(decoding: try #require(question?["id"]).bytes, as: UTF8.self)
        return #"{"jsonrpc":"2.0","id":\#(id),"result":{"roots":[{"uri":"\#(uri)"}]}}"#
    }

    static func cancelled(_ id: String) -> String {
        #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":\#(id)}}"#
    }

    static func call(_ tool: String, _ arguments: String = "{}", id: String = "1", meta: String = "", isModern: Bool = false) -> String {
        let members = [isModern ? envelopeMembers : "", meta].filter { !$0.isEmpty }.joined(separator: ",")
        return Fixtures.request("tools/call", #""_meta":{\#(members)},"name":"\#(tool)","arguments":\#(arguments)"#, id: id)
    }

    private static let envelopeMembers =
        #""io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}"#
    static let envelope = #""_meta":{\#(envelopeMembers)}"#
}
