import ArgumentParser
import Gateway
import Testing

@Suite struct McpCommandTests {
    @Test func `The command has its name`() {
        #expect(McpCommand.configuration.commandName == "mcp")
    }
}
