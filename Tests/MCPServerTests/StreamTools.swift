import JSON
import MCP

/// Tools for the streams of requests.
enum StreamTools {
    static func all(_ gate: Gate) -> [Tool<String>] {
        [
            Tool("wait", title: "Wait", "Waits until it is let go.", annotations: .reading) { context in
                try await wait(gate)
                return .text("let go")
            },
            Tool(
                "speak",
                title: "Speak",
                "Says something, then gives much text at once.",
                annotations: .reading,
                .integer("bytes", "How much.")
            ) {
                context,
                bytes in
                await context.progress(1)
                return .text(String(repeating: "x", count: bytes))
            },
            Tool("hold", title: "Hold", "Says something, then waits.", annotations: .reading, .integer("times", "How often.")) {
                context,
                times in
                for number in 0..<times { await context.progress(Double(number)) }
                try await wait(gate)
                return .text("held")
            },
            Tool("release", title: "Release", "Gives up the connection.", annotations: .reading, .integer("bytes", "How much to say.")) {
                context,
                bytes in
                guard await context.releaseConnection(clientReturnsAfter: .milliseconds(20)) else { return .text("not released") }
                gate.entered.fire()
                _ = await gate.released.wait()
                await context.progress(1)
                return .text(String(repeating: "x", count: bytes))
            },
            Tool("ask", title: "Ask", "Asks the client for its roots.", annotations: .reading) { context in
                do {
                    let roots = try await context.ask(.roots("roots"))
                    return .text("\(roots.count) roots")
                } catch is CancellationError {
                    gate.cancelled.fire()
                    throw CancellationError()
                }
            },
            Tool("note", title: "Note", "Says that it runs, and ends.", annotations: .reading) { _ in
                gate.finished.fire()
                return .text("noted")
            },
        ]
    }

    private static func wait(_ gate: Gate) async throws {
        gate.entered.fire()
        guard await gate.released.wait() else {
            gate.cancelled.fire()
            throw CancellationError()
        }
        gate.finished.fire()
    }

    /// A legacy call that wants progress.
    static func call(_ tool: String, _ arguments: String = "{}", id: String = "1", isModern: Bool = false) -> String {
        TalkingServer.call(tool, arguments, id: id, meta: #""progressToken":"p""#, isModern: isModern)
    }
}
