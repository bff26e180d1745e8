import Auth

/// Runs the checks one after the other and says each result as soon as it is there.
struct Examination: Sendable {
    let deployment: Deployment
    let probe: Probe
    let prerequisites = Prerequisites()

    /// A criterion of the deployment contract.
    struct Check: Sendable {
        let id: String
        let title: String
        var needs: Set<Prerequisites.Need> = []
        let run: @Sendable (Examination) async -> Finding
    }

    /// - Parameter say: Called with each result.
    func run(_ checks: [Check], say: (CheckResult) -> Void) async -> Report {
        var report = Report()
        for check in checks {
            let start = ContinuousClock.now
            let culprit = prerequisites.culprit(among: check.needs)
            let finding = if let culprit { Finding.skip("see \(culprit)") } else { await check.run(self) }
            let result = CheckResult(
                id: check.id,
                title: check.title,
                status: finding.status,
                detail: finding.detail,
                fix: finding.fix,
                milliseconds: Int((ContinuousClock.now - start) / .milliseconds(1))
            )
            report.add(result)
            say(result)
        }
        return report
    }

    /// The MCP server's endpoint, with the token if there is one.
    func mcp(authorized: Bool = true) -> MCPProbe? {
        deployment.mcp.map { MCPProbe(probe: probe, base: $0, token: authorized ? deployment.token?.reveal() : nil) }
    }
}

extension Duration {
    /// Milliseconds, rounded down.
    var milliseconds: Int { Int(self / .milliseconds(1)) }
}
