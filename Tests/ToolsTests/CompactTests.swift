import JSON
import MCP
import Testing
import ToolBridge
import Tools

/// The ten tools that do all that the 41 do.
@Suite struct CompactTests {
    @Test func theListKeepsToItsSize() throws {
        let bytes = try CompactBox(CountingService()).list()
        print("tools/list of the compact tools: \(bytes.count) bytes")
        for tool in try CompactBox(CountingService()).tools { print(tool.name, tool.inputSchema.bytes.count, tool.outputSchema?.bytes.count ?? 0, tool.description.utf8.count) }
        #expect(bytes.count <= 7_000)
    }
}
