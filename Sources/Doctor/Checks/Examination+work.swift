import JSON

/// DR-6: tools work, on one note of the doctor's own.
extension Examination {
    static let work = Check(id: "DR-6", title: "eight tools work", needs: [.mcp, .credentials, .tools]) { await $0.work() }

    private func work() async -> Finding {
        guard let mcp = mcp() else { return .skip("no --url") }
        guard deployment.token != nil else { return .skip("no --token-file") }
        var uid: String?
        let finding = await steps(mcp, &uid)
        // Whatever failed, nothing of the doctor's is left.
        if let uid, finding.status == .fail { _ = try? await mcp.tool("delete_note", #"{"uid":"\#(uid)"}"#) }
        return finding
    }

    private func steps(_ mcp: MCPProbe, _ uid: inout String?) async -> Finding {
        do throws(ProbeFault) {
            let made = try await mcp.tool(
                "create_note",
                #"{"title":"toolbridge doctor","content":"made and deleted by doctor"}"#
            )
            guard case .value(let note) = made, let id = note["uid"]?.string else { return Self.failed("create_note", made) }
            uid = id
            let calls = [
                ("get_note", #"{"uid":"\#(id)"}"#), ("list_notes", #"{"limit":1}"#),
                ("patch_note", #"{"uid":"\#(id)","updates":{"content":"seen"}}"#),
                ("process_note", #"{"uid":"\#(id)","action":"pin"}"#), ("archive_note", #"{"uid":"\#(id)"}"#),
                ("delete_note", #"{"uid":"\#(id)"}"#), ("health_check", "{}"),
            ]
            for (tool, arguments) in calls {
                let outcome = try await mcp.tool(tool, arguments)
                guard case .value = outcome else { return Self.failed(tool, outcome) }
                if tool == "delete_note" { uid = nil }
            }
            return .ok("a note made, read, listed, changed, pinned, archived and deleted; health_check")
        } catch {
            return .fail("\(mcp.base): \(error.text)", fix: error.fix)
        }
    }

    private static func failed(_ tool: String, _ outcome: MCPProbe.ToolOutcome) -> Finding {
        switch outcome {
        case .value: .fail("\(tool) answers something else than an item", fix: "is that a ToolBridge server? --url")
        case .error(let text): .fail("\(tool): \(firstLine(text))", fix: toolFix(text))
        case .refused(let status, let text): .fail("\(tool): \(status) \(text)", fix: refusedFix(status))
        }
    }
}
