import JSON

/// DR-7: no errors for a day.
extension Examination {
    static let endurance = Check(id: "DR-7", title: "no errors for 24 h", needs: [.mcp]) { await $0.endurance() }

    /// A probe each minute.
    private func endurance() async -> Finding {
        if let lines = deployment.logs { return Self.judge(lines) }
        guard let mcp = mcp() else { return .skip("no --url") }
        guard deployment.soak > .zero else { return .skip("--soak 24h, or --logs - with the log's lines") }
        let end = ContinuousClock.now + deployment.soak
        var probes = 0
        while true {
            do throws(ProbeFault) {
                guard case .value = try await mcp.tool("health_check") else {
                    return .fail("probe \(probes + 1): health_check fails", fix: "look at the server's log at this time")
                }
            } catch {
                return .fail("probe \(probes + 1): \(error.text)", fix: error.fix)
            }
            probes += 1
            guard ContinuousClock.now + deployment.soakPause <= end else { break }
            do { try await Task.sleep(for: deployment.soakPause) } catch { break }
        }
        return .ok("\(probes) probes, all answered")
    }

    private static func judge(_ lines: [String]) -> Finding {
        var read = 0
        for (number, line) in lines.enumerated() where !line.isEmpty {
            guard let value = try? JSONValue(parsing: line), let level = value["level"]?.string else { continue }
            read += 1
            guard level == "error" else { continue }
            let message = value["msg"]?.string ?? ""
            return .fail(
                "line \(number + 1) is an error: \(message), \(value["code"]?.string ?? value["component"]?.string ?? "")",
                fix: "look at that line: its request_id leads to the request"
            )
        }
        guard read > 0 else { return .fail("no line of the log was read", fix: "pipe the server's JSON lines: TOOLBRIDGE_LOG_FORMAT=json") }
        return .ok("\(read) lines, none of them an error")
    }
}
