import JSON

/// DR-12: clients find where tokens come from.
extension Examination {
    static let discovery = Check(id: "DR-12", title: "OAuth discovery", needs: [.mcp]) { await $0.discovery() }

    private func discovery() async -> Finding {
        guard let base = deployment.mcp else { return .skip("no --url") }
        let path = "/.well-known/oauth-protected-resource/mcp"
        do throws(ProbeFault) {
            let answer = try await probe.send(ProbeRequest(url: base + path))
            if answer.status == 404 { return .skip("no authorization server is configured there") }
            guard answer.status == 200, let resource = answer["resource"]?.string else {
                return .fail("\(path) answers \(answer.status)", fix: "TOOLBRIDGE_AUTHKIT_DOMAIN and TOOLBRIDGE_PUBLIC_BASE_URL")
            }
            guard resource.utf8.elementsEqual((base + "/mcp").utf8) else {
                return .fail(
                    "resource is \(Self.firstLine(resource)), but the server was asked as \(base)/mcp: clients refuse that",
                    fix: "TOOLBRIDGE_PUBLIC_BASE_URL must be \(base)"
                )
            }
            let issuers = answer["authorization_servers"]?.elements.compactMap(\.string) ?? []
            guard let issuer = issuers.first else {
                return .fail("no authorization server is named", fix: "TOOLBRIDGE_AUTHKIT_DOMAIN or JWT_ISSUER")
            }
            return await reachable(issuer)
        } catch {
            return .fail("\(base)\(path): \(error.text)", fix: error.fix)
        }
    }

    private func reachable(_ issuer: String) async -> Finding {
        for path in ["/.well-known/oauth-authorization-server", "/.well-known/openid-configuration"] {
            guard let answer = try? await probe.send(ProbeRequest(url: issuer + path)), answer.status == 200 else { continue }
            guard answer["issuer"]?.string?.utf8.elementsEqual(issuer.utf8) == true else {
                return .fail(
                    "\(issuer)\(path) names another issuer: its tokens are refused",
                    fix: "TOOLBRIDGE_AUTHKIT_DOMAIN or JWT_ISSUER must be what the server calls itself, byte for byte"
                )
            }
            return .ok("resource and issuer \(issuer) agree")
        }
        return .fail(
            "the issuer \(issuer) shows no metadata",
            fix: "TOOLBRIDGE_AUTHKIT_DOMAIN or JWT_ISSUER: is that its address, and can this machine reach it?"
        )
    }
}
