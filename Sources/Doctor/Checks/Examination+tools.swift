import JSON
import Tools

/// DR-3: all the tools, whatever the client speaks.
extension Examination {
    static let tools = Check(id: "DR-3", title: "all 40 tools and health_check", needs: [.mcp]) { examination in
        let finding = await examination.tools()
        if finding.status == .fail { examination.prerequisites.lack(.tools, "DR-3") }
        return finding
    }

    private func tools() async -> Finding {
        guard let mcp = mcp() else { return .skip("no --url") }
        do throws(ProbeFault) {
            for form in [MCPProbe.Form.modern, .legacy] {
                let session = form == .legacy ? try await mcp.open() : nil
                if form == .legacy, session == nil {
                    return .fail("/mcp opens no session", fix: "TOOLBRIDGE_STATE_KEYS: are they valid? Look at the server's log")
                }
                switch try await mcp.call("tools/list", as: form, session: session) {
                case .refused(401, _):
                    prerequisites.lack(.tools, "DR-5")
                    return .skip("the server takes no call without a token that it takes: see DR-5")
                case .refused(let status, let text):
                    return .fail("/mcp answers tools/list with \(status): \(text)", fix: Self.refusedFix(status))
                case .result(let result):
                    if let finding = Self.judge(result) { return finding }
                }
            }
            if let finding = try await listOverSSE(mcp) { return finding }
        } catch {
            return .fail("\(mcp.base)/mcp: \(error.text)", fix: error.fix)
        }
        return .ok("41 tools, over /mcp in both eras and over /sse")
    }

    /// What is wrong with a list; nil if nothing is.
    private static func judge(_ result: JSONValue) -> Finding? {
        let names = Set(result["tools"]?.elements.compactMap { $0["name"]?.string } ?? [])
        let missing = expectedTools.filter { !names.contains($0) }
        guard missing.isEmpty else {
            return .fail(
                "\(missing.count) tools are missing: \(missing.prefix(5).joined(separator: ", "))",
                fix: "TOOLBRIDGE_TOOLSETS and TOOLBRIDGE_READ_ONLY choose the tools: unset them to offer all 41"
            )
        }
        return nil
    }

    static func refusedFix(_ status: Int) -> String {
        switch status {
        case 401: "give a token that is meant for this server with --token-file; its audience must be the public URL and /mcp"
        case 403: "TOOLBRIDGE_ALLOWED_ORIGINS, TOOLBRIDGE_REQUIRED_SCOPES or the token's scopes refuse it"
        case 421: "TOOLBRIDGE_ALLOWED_HOSTS: this host name isn't among them"
        case 429: "the rate limit: try again in a minute, or see RATE_LIMIT_DATA and RATE_LIMIT_ADDRESS"
        default: "look at the server's log at the time of this call"
        }
    }

    /// The 40 tools of the seven kinds, and `health_check`.
    static let expectedTools: [String] = ToolSelection.standard.toolNames

    private func listOverSSE(_ mcp: MCPProbe) async throws(ProbeFault) -> Finding? {
        switch try await mcp.call("tools/list", as: .bare, path: "/sse") {
        case .result(let result): return Self.judge(result)
        case .refused(404, _): return nil
        case .refused(let status, let text):
            return .fail("/sse answers tools/list with \(status): \(text)", fix: "TOOLBRIDGE_LEGACY_SSE must be on for older clients")
        }
    }
}
