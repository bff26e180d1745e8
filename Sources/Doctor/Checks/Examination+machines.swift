/// DR-20 and DR-15: several machines, and none.
extension Examination {
    static let machines = Check(id: "DR-20", title: "several machines", needs: [.mcp, .tools]) { await $0.machines() }
    static let coldStart = Check(id: "DR-15", title: "cold start") { await $0.coldStart() }

    private func machines() async -> Finding {
        guard let mcp = mcp() else { return .skip("no --url") }
        do throws(ProbeFault) {
            guard let session = try await mcp.open() else {
                return .fail("/mcp opens no session", fix: "TOOLBRIDGE_STATE_KEYS: are they valid? Look at the server's log")
            }
            for call in 1...20 {
                switch try await mcp.call("tools/list", as: .legacy, session: session, isLast: true) {
                case .result: continue
                case .refused(let status, let text):
                    return .fail(
                        "call \(call) of 20 with one session: \(status) \(text)",
                        fix: "TOOLBRIDGE_STATE_KEYS must be the same on all machines (or all must have the same tenant key)"
                    )
                }
            }
            return .ok("20 calls of one session on 20 connections")
        } catch {
            return .fail("\(mcp.base): \(error.text)", fix: error.fix)
        }
    }

    private func coldStart() async -> Finding {
        guard let base = deployment.mcp else { return .skip("no --url") }
        guard deployment.isCold else { return .skip("--cold, after the app was stopped") }
        do throws(ProbeFault) {
            let answer = try await probe.send(ProbeRequest(url: base + "/healthz"), within: .seconds(30))
            let text = "the first answer took \(answer.duration.milliseconds) ms"
            guard answer.status == 200 else { return .fail("\(text), with status \(answer.status)", fix: "look at the platform's log") }
            guard answer.duration < .seconds(3) else {
                return .fail(text, fix: "a smaller image or min_machines_running = 1 in fly.toml")
            }
            return .ok(text)
        } catch {
            return .fail("\(base): \(error.text)", fix: error.fix)
        }
    }
}
