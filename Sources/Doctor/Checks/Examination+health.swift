import JSON

/// DR-1: deployed and healthy.
extension Examination {
    static let health = Check(id: "DR-1", title: "deployed and healthy") { await $0.health() }

    private func health() async -> Finding {
        let servers: [(String, String?, Prerequisites.Need)] = [("MCP server", deployment.mcp, .mcp), ("API", deployment.api, .api)]
        var seen: [String] = []
        var failure: Finding?
        for (name, base, need) in servers {
            guard let base else { continue }
            if let finding = await unhealthy(name, base, hasHealth: need == .api) {
                prerequisites.lack(need, "DR-1")
                failure = failure ?? finding
            } else {
                seen.append("\(name) \(await version(of: base) ?? "of unknown version")")
            }
        }
        if let failure { return failure }
        guard !seen.isEmpty else { return .skip("no --url and no --api-url") }
        return .ok(seen.joined(separator: ", "))
    }

    /// What is wrong with a server; nil if nothing is.
    private func unhealthy(_ name: String, _ base: String, hasHealth: Bool) async -> Finding? {
        if let days = await Certificate.daysLeft(at: base), days < 14 {
            return .fail(
                days < 0 ? "\(name): the certificate of \(base) has expired" : "\(name): the certificate of \(base) ends in \(days) days",
                fix: "renew the certificate of that host, and look why that didn't happen by itself"
            )
        }
        for path in hasHealth ? ["/healthz", "/readyz", "/health"] : ["/healthz", "/readyz"] {
            do throws(ProbeFault) {
                let answer = try await probe.send(ProbeRequest(url: base + path))
                guard answer.status == 200 else {
                    return .fail("\(name): \(base)\(path) answers \(answer.status)", fix: Self.fix(path, answer, name))
                }
            } catch {
                return .fail("\(name): \(base)\(path): \(error.text)", fix: error.fix)
            }
        }
        return nil
    }

    private func version(of base: String) async -> String? {
        guard let answer = try? await probe.send(ProbeRequest(url: base + "/health")), answer.status == 200 else { return nil }
        return (try? JSONValue(parsing: answer.body))?["version"]?.string
    }

    private static func fix(_ path: String, _ answer: ProbeAnswer, _ name: String) -> String {
        guard path == "/readyz", answer.status == 503 else { return "is that the \(name)'s address? Another program answers there" }
        let failed = (try? JSONValue(parsing: answer.body))?["checks"]?.members.filter { $0.value.string == "failed" }.map(\.key) ?? []
        if failed.contains("database") {
            return "DATABASE_URL: the database doesn't answer, or its schema is older than the program (migrate)"
        }
        return "not ready: \(failed.joined(separator: ", ")); look at the log"
    }
}
