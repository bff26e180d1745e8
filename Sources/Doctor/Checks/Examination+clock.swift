import ToolBridge

/// DR-18: clocks agree.
extension Examination {
    static let clock = Check(id: "DR-18", title: "clock", needs: [.mcp, .api]) { await $0.clock() }

    private func clock() async -> Finding {
        var seen: [String] = []
        for (name, base) in [("MCP server", deployment.mcp), ("API", deployment.api)] {
            guard let base else { continue }
            do throws(ProbeFault) {
                let answer = try await probe.send(ProbeRequest(url: base + "/healthz"))
                guard let time = answer.header("Date").flatMap({ Timestamp(httpDate: $0) }) else {
                    seen.append("\(name) tells no time")
                    continue
                }
                let (difference, _) = Timestamp.now().milliseconds.subtractingReportingOverflow(time.milliseconds)
                let seconds = difference / 1000
                guard (-30...30).contains(seconds) else {
                    return .fail(
                        "the \(name)'s clock is \(abs(seconds)) s \(seconds > 0 ? "behind" : "ahead of") this machine's",
                        fix: "synchronise both clocks (NTP): signatures and tokens are refused"
                    )
                }
                seen.append("\(name) differs by \(seconds) s")
            } catch {
                return .fail("\(base): \(error.text)", fix: error.fix)
            }
        }
        return seen.isEmpty ? .skip("no --url and no --api-url") : .ok(seen.joined(separator: ", "))
    }
}
