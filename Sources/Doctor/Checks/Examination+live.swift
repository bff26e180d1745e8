import Program

/// `--live`: whether the server of this machine answers, for a container's health check.
extension Examination {
    /// - Parameter ports: Where a server of this program may listen; one that answers is enough.
    static func live(_ ports: [Int]) -> Check {
        Check(id: "LIVE", title: "the server of this machine answers") { examination in
            for port in ports {
                let request = ProbeRequest(url: "http://127.0.0.1:\(port)/healthz")
                if let answer = try? await examination.probe.send(request, within: .seconds(3)), answer.status == 200 {
                    return .ok("port \(port)")
                }
            }
            let tried = ports.map(String.init).joined(separator: " and ")
            return .fail("nothing answers on 127.0.0.1, port \(tried)", fix: "HTTP_ADDR or TOOLBRIDGE_PORT: is the server running there?")
        }
    }
}
