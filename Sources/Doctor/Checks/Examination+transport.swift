/// DR-2: reachable by HTTPS only.
extension Examination {
    static let transport = Check(id: "DR-2", title: "reachable by HTTPS only") { await $0.transport() }

    private func transport() async -> Finding {
        guard let base = deployment.mcp ?? deployment.api else { return .skip("no --url and no --api-url") }
        guard base.hasPrefix("https://") else {
            return .skip("the address is \(base): without TLS a token travels in clear, so this is for one's own machine or network")
        }
        let plain = "http://" + base.dropFirst("https://".count)
        do throws(ProbeFault) {
            let answer = try await probe.send(ProbeRequest(url: plain + "/healthz"), within: .seconds(8))
            let target = answer.header("Location") ?? ""
            if (300..<400).contains(answer.status), target.hasPrefix("https://") { return .ok("http:// is sent to https://") }
            if answer.status >= 400 { return .ok("http:// is refused with \(answer.status)") }
            return .fail(
                "\(plain) answers \(answer.status)",
                fix: "fly.toml: force_https = true; elsewhere let the proxy redirect to https"
            )
        } catch {
            return .ok("http:// doesn't answer")
        }
    }
}
