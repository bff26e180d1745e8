import JSON
import MCP
import ToolBridge

/// What became of each item of a batch, in order.
enum BatchAnswer {
    static let schema: JSONValue = [
        "type": "object",
        "properties": ["results": ["type": "array"], "failed": ["type": "integer"]],
    ]

    /// - Parameters:
    ///   - kindOf: The kind of the item that was meant at a place, if that could be read.
    ///   - noteOn: What to say of an item that was written.
    static func result(
        _ outcomes: [BatchOutcome],
        _ hints: BatchHints,
        kindOf: (Int) -> ItemKind?,
        noteOn: (Int) -> String?
    ) -> ToolResult {
        var writer = JSONWriter(reserving: outcomes.count * 256 + 128)
        var failed = 0
        writer.object { writer in
            writer.key("results")
            writer.array { writer in
                for (index, outcome) in outcomes.enumerated() {
                    writer.object { writer in
                        writer.member("index", index)
                        switch outcome {
                        case .written(let item):
                            writer.member("ok", true)
                            writer.member("kind", item.kind.path)
                            writer.member("uid", item.uid.description)
                            writer.member("version", item.version)
                            writer.member("title", item.title)
                            if let note = noteOn(index) { writer.member("note", note) }
                        case .refused(let refusal):
                            failed += 1
                            writer.member("ok", false)
                            writer.member("code", refusal.code.rawValue)
                            // It may quote what was sent.
                            writer.member("error", DisplayText.line(refusal.text, bytes: 500))
                            if let next = hints.next(after: refusal, of: kindOf(index)) { writer.member("next", next) }
                        case .notApplied:
                            failed += 1
                            writer.member("ok", false)
                            writer.member("code", "not_applied")
                            writer.member("error", "not applied")
                        }
                    }
                }
            }
            writer.member("succeeded", outcomes.count - failed)
            writer.member("failed", failed)
            if failed < outcomes.count { writer.member("about", StoredText.ofTitles) }
        }
        return .structured(unchecked: writer.bytes)
    }

    /// The answer to a call of which nothing was done, as its user wished.
    static func nothing(_ reason: String) -> ToolResult {
        .structured { writer in
            writer.key("results")
            writer.array { _ in }
            writer.member("succeeded", 0)
            writer.member("failed", 0)
            writer.member("note", reason)
        }
    }
}
