import JSON

/// DR-6: tools work, on one note of the doctor's own.
extension Examination {
    static let work = Check(id: "DR-6", title: "eight tools work", needs: [.mcp, .credentials, .tools]) { await $0.work() }

    private func work() async -> Finding {
        guard let mcp = mcp() else { return .skip("no --url") }
        guard deployment.token != nil else { return .skip("no --token-file") }
        let made: MCPProbe.ToolOutcome
        do throws(ProbeFault) {
            made = try await mcp.tool("create_note", #"{"title":"toolbridge doctor","content":"made and deleted by doctor"}"#)
        } catch {
            return .fail("\(mcp.base): \(error.text)", fix: error.fix)
        }
        guard case .value(let note) = made, let uid = note["uid"]?.string else { return Self.failed("create_note", made) }
        guard let failure = await failure(of: Self.calls(of: uid), mcp) else {
            return .ok("a note made, read, listed, changed, pinned, archived and deleted; health_check")
        }
        // Whatever failed, nothing of the doctor's is left; one that is deleted already stays so.
        _ = try? await mcp.tool("delete_note", #"{"uid":"\#(uid)"}"#)
        return failure
    }

    private static func calls(of uid: String) -> [(tool: String, arguments: String)] {
        [
            ("get_note", #"{"uid":"\#(uid)"}"#), ("list_notes", #"{"limit":1}"#),
            ("patch_note", #"{"uid":"\#(uid)","updates":{"content":"seen"}}"#), ("process_note", #"{"uid":"\#(uid)","action":"pin"}"#),
            ("archive_note", #"{"uid":"\#(uid)"}"#), ("delete_note", #"{"uid":"\#(uid)"}"#), ("health_check", "{}"),
        ]
    }

    /// The first of these calls that fails; nil if none does.
    private func failure(of calls: [(tool: String, arguments: String)], _ mcp: MCPProbe) async -> Finding? {
        for call in calls {
            let outcome: MCPProbe.ToolOutcome
            do throws(ProbeFault) {
                outcome = try await mcp.tool(call.tool, call.arguments)
            } catch {
                return .fail("\(mcp.base): \(error.text)", fix: error.fix)
            }
            guard case .value = outcome else { return Self.failed(call.tool, outcome) }
        }
        return nil
    }

    private static func failed(_ tool: String, _ outcome: MCPProbe.ToolOutcome) -> Finding {
        switch outcome {
        case .value: .fail("\(tool) answers something else than an item", fix: "is that a ToolBridge server? --url")
        case .error(let text): .fail("\(tool): \(firstLine(text))", fix: toolFix(text))
        case .refused(let status, let text): .fail("\(tool): \(status) \(text)", fix: refusedFix(status))
        }
    }
}
