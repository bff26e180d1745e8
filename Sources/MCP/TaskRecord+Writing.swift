import JSON

extension TaskRecord {
    /// Writes the members that each message about it has (TK3).
    func writeSummary(to writer: inout JSONWriter) {
        writer.member("taskId", id)
        writer.member("status", status)
        if let message { writer.member("statusMessage", message) }
        writer.member("createdAt", Timestamp.text(createdAt))
        writer.member("lastUpdatedAt", Timestamp.text(updatedAt))
        writer.member("ttlMs", lifetime)
        writer.member("pollIntervalMs", pollInterval)
    }

    /// Writes these members, and what belongs to its state (TK4).
    func write(to writer: inout JSONWriter) {
        writeSummary(to: &writer)
        switch state {
        case .completed(let result): writer.member("result", raw: result)
        case .failed(let error): writer.member("error", raw: error)
        case .cancelled: break
        case .working:
            let open = openQuestions
            guard !open.isEmpty else { return }
            writer.key("inputRequests")
            writer.object { writer in
                for question in open {
                    writer.key(escaping: question.key)
                    writer.raw(question.request)
                }
            }
        }
    }

    /// The result of the call that has become this task: flat, and without what only `tasks/get` tells (TK3).
    func creationResult(meta: [UInt8]) -> [UInt8] {
        result("task", meta: meta) { writeSummary(to: &$0) }
    }

    /// The result of `tasks/get` (TK4).
    func detailedResult(meta: [UInt8]) -> [UInt8] {
        result("complete", meta: meta) { write(to: &$0) }
    }

    private func result(_ type: String, meta: [UInt8], _ members: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(reserving: 512)
        writer.object { writer in
            writer.member("resultType", type)
            members(&writer)
            writer.member("_meta", raw: meta)
        }
        return writer.bytes
    }

    /// As clients read it.
    var status: String {
        switch state {
        case .working: questions.contains { $0.answer == nil } ? "input_required" : "working"
        case .completed: "completed"
        case .failed: "failed"
        case .cancelled: "cancelled"
        }
    }
}
