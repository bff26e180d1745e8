import JSON

/// What clients find at the MCP server's addresses.
extension Examination {
    static let bareCall = Check(id: "DR-10", title: "bare call", needs: [.mcp, .tools]) { await $0.bareCall() }
    static let rootPage = Check(id: "DR-11", title: "root page", needs: [.mcp]) { await $0.rootPage() }
    static let origin = Check(id: "DR-19", title: "foreign origins refused", needs: [.mcp, .tools]) { await $0.origin() }

    private func bareCall() async -> Finding {
        guard let mcp = mcp() else { return .skip("no --url") }
        do throws(ProbeFault) {
            for path in ["/sse", "/mcp"] {
                let outcome = try await mcp.tool("health_check", as: .bare, path: path)
                guard case .value = outcome else {
                    return .fail(
                        "POST \(path) with tools/call health_check isn't answered without a handshake",
                        fix: path == "/sse" ? "TOOLBRIDGE_LEGACY_SSE must be on" : "look at the server's log"
                    )
                }
            }
            return .ok("POST /sse and POST /mcp answer health_check without a handshake")
        } catch {
            return .fail("\(mcp.base): \(error.text)", fix: error.fix)
        }
    }

    private func rootPage() async -> Finding {
        guard let base = deployment.mcp else { return .skip("no --url") }
        do throws(ProbeFault) {
            let answer = try await probe.send(ProbeRequest(url: base + "/", headers: [(name: "Accept", value: "application/json")]))
            guard answer.status == 200, let name = answer["name"]?.string, let version = answer["version"]?.string else {
                return .fail("GET / answers \(answer.status) and no server information", fix: "is that a ToolBridge server? --url")
            }
            return .ok("\(name) \(version)")
        } catch {
            return .fail("\(base)/: \(error.text)", fix: error.fix)
        }
    }

    private func origin() async -> Finding {
        guard let mcp = mcp() else { return .skip("no --url") }
        let body = #"{"jsonrpc":"2.0","id":1,"method":"ping"}"#
        do throws(ProbeFault) {
            let answer = try await probe.send(
                ProbeRequest(
                    method: "POST",
                    url: mcp.base + "/mcp",
                    headers: mcp.fields([("Origin", "https://attacker.invalid")]),
                    body: Array(body.utf8)
                )
            )
            guard answer.status == 403 else {
                return .fail(
                    "a web page of another origin is answered with \(answer.status)",
                    fix: "TOOLBRIDGE_ALLOWED_ORIGINS: name only the origins that may call, or take the proxy away that removes Origin"
                )
            }
            return .ok("a foreign Origin gets 403")
        } catch {
            return .fail("\(mcp.base): \(error.text)", fix: error.fix)
        }
    }
}
