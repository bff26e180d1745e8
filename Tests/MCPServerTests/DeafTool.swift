import MCP

/// What goes on when it is cancelled, until it is let go.
enum DeafTool {
    static func make(_ gate: Gate) -> Tool<String> {
        Tool("deaf", title: "Deaf", "Doesn't notice that it is cancelled.", annotations: .reading) { context in
            gate.entered.fire()
            await wait(gate)
            await context.progress(1)
            await context.log(.emergency, "late")
            gate.finished.fire()
            return .text("late")
        }
    }

    /// In a task of its own, which a cancellation doesn't reach.
    static func wait(_ gate: Gate) async {
        _ = await Task { await gate.released.wait() }.value
    }
}
