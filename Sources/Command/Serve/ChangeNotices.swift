import ServiceLifecycle
import Tools

/// Tells MCP clients that items have changed, as long as the program runs.
struct ChangeNotices: Service, CustomStringConvertible {
    let notices: ItemNotices
    let description = "notices"

    func run() async throws {
        await cancelWhenGracefulShutdown { await notices.run() }
    }
}
