import JSON
import MCP
import Testing

@Suite("Results, and calls without a server")
struct CallTests {
    @Test("T7 a structured result is made of a value, of members and of bytes alike")
    func structured() {
        let bytes = Array(#"{"n":1}"#.utf8)
        #expect(ToolResult.structured(["n": 1] as JSONValue) == .structured(bytes))
        #expect(ToolResult.structured { $0.member("n", 1) } == .structured(bytes))
        #expect(ToolResult.structured { _ in }.structured == Array("{}".utf8))
        #expect(ToolResult.content([.text("a")], structured: ["n": 1] as JSONValue) == .content([.text("a")], structured: bytes))
        #expect(ToolResult.structured(bytes) != .content([], structured: bytes))
    }

    @Test("the texts of a result are what is read")
    func texts() {
        #expect(ToolResult.text("a").text == "a")
        #expect(ToolResult.structured(["n": 1] as JSONValue).texts == [#"{"n":1}"#])
        let blocks = ToolResult.content([.text("a"), .image([1], mimeType: "image/png"), .text("b")], structured: ["n": 1] as JSONValue)
        #expect(blocks.texts == ["a", "b"])
        #expect(blocks.text == "a\nb")
        #expect(ToolResult.content([]).text == "")
    }

    @Test(
        "J5 bytes that are not one JSON value are our fault, checked or not",
        arguments: ["", "{", "1 2", "{}{}", "nul", "{\"a\":1,\"a\":2}"],
        [true, false]
    )
    func broken(json: String, checks: Bool) async throws {
        let tools = [
            Tool<String>("t", "T.", annotations: .reading) { _ in .structured(Array(json.utf8)) },
            Tool<String>("u", "U.", annotations: .reading) { _ in .content([.text("a")], structured: Array(json.utf8)) },
        ]
        let info = Implementation(name: "s", version: "1")
        let server = TestServer(try ServerDefinition(info: info, tools: tools, checksResults: checks))
        for tool in ["t", "u"] { #expect(try await server.send(.modernCall(tool)).code == -32603) }
    }

    private func definition(checksResults: Bool = false) throws -> ServerDefinition<String> {
        let output: JSONValue = ["type": "object", "properties": ["n": ["type": "integer"]], "required": ["n"]]
        return try ServerDefinition(
            info: Implementation(name: "s", version: "1"),
            tools: [
                Tool("who", "Who.", annotations: .reading) { context in .text(context.caller) },
                Tool("n", "N.", annotations: .reading, output: output, .integer("n", "", in: 0...9)) { _, n in
                    n == 9 ? .structured(["m": 9] as JSONValue) : .structured { $0.member("n", n) }
                },
                Tool("raw", "Raw.", annotations: .reading, inputSchema: ["type": "object", "required": ["a"]]) { _, arguments in
                    .text(arguments.description)
                },
                Tool("breaks", "Breaks.", annotations: .reading) { _ in throw TestServer.Broken() },
                Tool("fails", "Fails.", annotations: .reading) { _ in throw ToolFailure("it failed") },
            ],
            checksResults: checksResults
        )
    }

    @Test("a definition's call does what a client's call does")
    func call() async throws {
        let definition = try definition()
        #expect(try await definition.call("who", caller: "me") == .text("me"))
        #expect(try await definition.call("n", arguments: ["n": 3], caller: "me").structured == Array(#"{"n":3}"#.utf8))
        #expect(try await definition.call("raw", arguments: ["a": 1], caller: "me").text == #"{"a":1}"#)
        #expect(try await definition.call("fails", caller: "me") == .failure("it failed"))
    }

    @Test("T9 arguments that don't fit are a result that the model reads")
    func unfit() async throws {
        let definition = try definition()
        #expect(try await definition.call("n", arguments: ["n": 10], caller: "me") == .failure("n must be an integer from 0 to 9, not 10"))
        #expect(try await definition.call("n", arguments: ["n": 1, "o": 1], caller: "me").isError)
        #expect(try await definition.call("raw", arguments: ["b": 1], caller: "me").isError)
        #expect(try await definition.call("raw", caller: "me").isError)
    }

    @Test("J5 a result that doesn't fit its schema is thrown, whatever the server checks", arguments: [true, false])
    func unfitResult(checks: Bool) async throws {
        let definition = try definition(checksResults: checks)
        await #expect(throws: (any Error).self) { try await definition.call("n", arguments: ["n": 9], caller: "me") }
    }

    @Test("T9 unknown tools, arguments that are no object and errors of the program are thrown")
    func thrown() async throws {
        let definition = try definition()
        await #expect(throws: MCPError.self) { try await definition.call("whom", caller: "me") }
        await #expect(throws: MCPError.self) { try await definition.call("who", arguments: [], caller: "me") }
        await #expect(throws: TestServer.Broken.self) { try await definition.call("breaks", caller: "me") }
    }

    @Test("K1 a life of hints is counted in milliseconds", arguments: [(1_500, 1_500), (0, 0), (-5, 0)])
    func hints(milliseconds: Int, expected: Int) {
        #expect(CachingHints(for: .milliseconds(milliseconds), scope: .shared) == CachingHints(milliseconds: expected, scope: .shared))
        #expect(CachingHints(for: .seconds(Int64.max), scope: .private).milliseconds == Int(Int64.max))
        #expect(CachingHints(for: .seconds(Int64.min), scope: .private).milliseconds == 0)
    }
}
