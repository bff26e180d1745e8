/// DR-8: how long calls take.
extension Examination {
    static let latency = Check(id: "DR-8", title: "latency", needs: [.mcp, .credentials, .tools]) { await $0.latency() }

    private func latency() async -> Finding {
        guard let mcp = mcp() else { return .skip("no --url") }
        let tool = deployment.token == nil ? "health_check" : "list_notes"
        do throws(ProbeFault) {
            let single = try await times(mcp, tool, calls: 50, atOnce: 1)
            var detail = "50 calls of \(tool) one by one: \(single.text)"
            guard single.p95 < .milliseconds(500) else { return Self.slow(detail, "500 ms") }
            if deployment.isLoaded {
                for atOnce in [10, 50] {
                    let loaded = try await times(mcp, tool, calls: 10 * atOnce, atOnce: atOnce)
                    detail += "; \(atOnce) at once: \(loaded.text)"
                    guard loaded.p95 < .milliseconds(200) else { return Self.slow(detail, "200 ms") }
                }
            }
            return .ok(detail)
        } catch {
            return .fail("\(mcp.base): \(error.text)", fix: error.fix)
        }
    }

    private static func slow(_ detail: String, _ bar: String) -> Finding {
        .fail(
            "\(detail); p95 must be below \(bar)",
            fix: "put the MCP server near the API (primary_region), and look at the API's own latency"
        )
    }

    private struct Times: Sendable {
        let p50: Duration
        let p95: Duration

        init(_ all: [Duration]) {
            let sorted = all.sorted()
            let at = { (share: Int) in sorted.isEmpty ? Duration.zero : sorted[min(sorted.count - 1, sorted.count * share / 100)] }
            p50 = at(50)
            p95 = at(95)
        }

        var text: String { "p50 \(p50.milliseconds) ms, p95 \(p95.milliseconds) ms" }
    }

    private func times(_ mcp: MCPProbe, _ tool: String, calls: Int, atOnce: Int) async throws(ProbeFault) -> Times {
        let result: Result<[Duration], ProbeFault> = await withTaskGroup(of: Result<[Duration], ProbeFault>.self) { group in
            for _ in 0..<atOnce {
                group.addTask { await Self.row(mcp, tool, calls / atOnce) }
            }
            var all: [Duration] = []
            for await row in group {
                switch row {
                case .success(let times): all += times
                case .failure(let fault): return .failure(fault)
                }
            }
            return .success(all)
        }
        return Times(try result.get())
    }

    private static func row(_ mcp: MCPProbe, _ tool: String, _ calls: Int) async -> Result<[Duration], ProbeFault> {
        var times: [Duration] = []
        for _ in 0..<calls {
            let start = ContinuousClock.now
            do throws(ProbeFault) {
                _ = try await mcp.tool(tool, tool == "list_notes" ? #"{"limit":1}"# : "{}")
            } catch {
                return .failure(error)
            }
            times.append(ContinuousClock.now - start)
        }
        return .success(times)
    }
}
