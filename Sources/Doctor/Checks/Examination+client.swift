/// DR-9: a real client.
extension Examination {
    static let client = Check(id: "DR-9", title: "a real client", needs: [.mcp, .tools]) { await $0.client() }

    private func client() async -> Finding {
        guard let mcp = mcp() else { return .skip("no --url") }
        // What `toolbridge connect` writes is this address with all toolsets.
        do throws(ProbeFault) {
            switch try await mcp.tool("health_check", as: .bare, path: "/mcp?toolsets=all") {
            case .value: return .manual("add \(mcp.base)/mcp?toolsets=all to your client and ask it to list your notes")
            case .error(let text): return .fail("health_check: \(Self.firstLine(text))", fix: Self.toolFix(text))
            case .refused(400, _): return .manual("add \(mcp.base)/mcp to your client and ask it to list your notes")
            case .refused(let status, let text):
                return .fail("/mcp?toolsets=all: \(status) \(text)", fix: Self.refusedFix(status))
            }
        } catch {
            return .fail("\(mcp.base): \(error.text)", fix: error.fix)
        }
    }
}
