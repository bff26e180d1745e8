import HTTPServer
import JSON
import MCP
import MCPServer
import Synchronization

/// A server to put behind a transport.
enum Fixtures {
    static let now: Int64 = 1_800_000_000

    struct Broken: Error {}

    static func definition(_ gate: Gate = Gate()) throws -> ServerDefinition<String> {
        try ServerDefinition(
            info: Implementation(name: "test", version: "1"),
            tools: [
                Tool("echo", title: "Echo", "Says what it was told.", annotations: .reading, .string("text", "What.")) { _, text in
                    .text(text)
                },
                Tool("who", title: "Who", "Says who calls.", annotations: .reading) { context in
                    .text("\(context.caller) \(context.revision) \(context.client?.name ?? "-")")
                },
                Tool("wait", title: "Wait", "Waits until it is let go.", annotations: .reading) { context in
                    gate.entered.fire()
                    let released = context.revision.isLegacy ? gate.released : gate.releasedModern
                    guard await released.wait() else {
                        gate.cancelled.fire()
                        throw CancellationError()
                    }
                    gate.finished.fire()
                    return .text("let go")
                },
                Tool("breaks", title: "Breaks", "Breaks.", annotations: .reading) { _ in throw Broken() },
                Tool("big", title: "Big", "Gives much text.", annotations: .reading) { _ in
                    .text(String(repeating: "0123456789", count: 20_000))
                },
            ],
            templates: [
                ResourceTemplate("test://{owner}/{n}", name: "n", title: "N", description: "A number.", .string("owner"), .integer("n")) {
                    context,
                    owner,
                    n in owner == context.caller ? .text("\(n) of \(owner)") : nil
                }
            ],
            listing: ResourceListing { context, key, limit in
                let numbers = Array(((key.flatMap { Int($0) } ?? 0) + 1)...150).prefix(limit)
                let links = numbers.map { ResourceLink(uri: "test://\(context.caller)/\($0)", name: "\($0)") }
                return ListPage(links, next: numbers.last == 150 ? nil : numbers.last.map { String($0) })
            }
        )
    }

    static func endpoint(_ keys: StateKeys, _ gate: Gate = Gate()) throws -> HTTPEndpoint<String> {
        HTTPEndpoint(ProtocolEngine(try definition(gate)), sealer: keys)
    }

    /// The id of a new session.
    static func session(_ endpoint: HTTPEndpoint<String>, client: String = "client") throws -> String {
        guard
            case .answer(let reply) = endpoint.receive(HTTPMessage(.post, body: Array(initialize("2025-06-18", client).utf8), now: now))
                .action,
            let id = reply.sessionID
        else { throw Broken() }
        return id
    }

    static func initialize(_ version: String, _ client: String = "client") -> String {
        request("initialize", #""protocolVersion":"\#(version)","capabilities":{},"clientInfo":{"name":"\#(client)","version":"1"}"#)
    }

    static func request(_ method: String, _ params: String = "", id: String = "1") -> String {
        #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":{\#(params)}}"#
    }

    static func call(_ tool: String, _ arguments: String = "{}", id: String = "1", isModern: Bool = false) -> String {
        let meta = #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}},"#
        return request("tools/call", (isModern ? meta : "") + #""name":"\#(tool)","arguments":\#(arguments)"#, id: id)
    }
}

/// Something that happens once, or several times, and can be waited for.
final class Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func fire() {
        continuation.yield()
    }

    /// True once it was fired; false if the waiting task was cancelled.
    ///
    /// Each firing lets one wait go.
    func wait() async -> Bool {
        for await _ in stream { return true }
        return false
    }
}

/// Holds the tool `wait` back.
struct Gate: Sendable {
    let entered = Signal()
    let released = Signal()
    /// A wait that is cancelled ends the signal for all that wait, so each era has its own.
    let releasedModern = Signal()
    let cancelled = Signal()
    let finished = Signal()
}
