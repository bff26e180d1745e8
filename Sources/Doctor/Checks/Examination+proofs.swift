import JSON

/// DR-5: both proofs, of the user and of the tenant, are demanded.
extension Examination {
    static let proofs = Check(id: "DR-5", title: "both proofs enforced", needs: [.mcp, .api]) { examination in
        let finding = await examination.proofs()
        if finding.status == .fail { examination.prerequisites.lack(.credentials, "DR-5") }
        return finding
    }

    /// A request that must come to one status.
    private struct Trial {
        let what: String
        let status: Int
        let fix: String
        var authorized = true
        var proof = APIProbe.Proof.right
        var tenant: String?
    }

    private func proofs() async -> Finding {
        guard let api = apiProbe else { return await proofAtMCP() }
        do throws(ProbeFault) {
            var done: [String] = []
            for trial in trials {
                let answer = try await api.send(
                    "GET",
                    "/v1/notes?limit=1",
                    authorized: trial.authorized,
                    proof: trial.proof,
                    tenant: trial.tenant
                )
                guard answer.status == trial.status else {
                    let fix = trial.status == 200 ? Self.refusalFix(answer) : trial.fix
                    return .fail("\(trial.what): \(answer.status) instead of \(trial.status): \(answer.problem)", fix: fix)
                }
                done.append(trial.what)
            }
            let atMCP = await proofAtMCP()
            guard atMCP.status != .fail else { return atMCP }
            let left = deployment.signer == nil ? "; signatures not tried: no tenant key here" : ""
            return .ok("refused or answered as they must be: \(done.joined(separator: ", "))\(left)")
        } catch {
            return .fail("\(api.base): \(error.text)", fix: error.fix)
        }
    }

    private var trials: [Trial] {
        let open = "the API answers those it must refuse: JWT_ISSUER, JWT_JWKS_URL and JWT_AUDIENCE decide about tokens"
        let unsigned = "TENANT_HEADER_SECRET or TENANT_HEADER_KEYS isn't set at the API: it believes any tenant's name"
        var trials = [Trial(what: "no token", status: 401, fix: open, authorized: false)]
        if deployment.signer != nil {
            trials += [
                Trial(what: "no tenant proof", status: 401, fix: unsigned, proof: .none),
                Trial(what: "wrong signature", status: 401, fix: unsigned, proof: .wrongSignature),
                Trial(what: "signed 10 minutes ago", status: 401, fix: unsigned, proof: .late(600_000)),
            ]
        }
        if deployment.token != nil { trials.append(Trial(what: "all right", status: 200, fix: "")) }
        return trials
    }

    /// A data tool without a token, and with one.
    private func proofAtMCP() async -> Finding {
        guard let without = mcp(authorized: false), let with = mcp() else { return .skip("no --url and no --api-url") }
        do throws(ProbeFault) {
            switch try await without.tool("list_notes", #"{"limit":1}"#, as: .bare) {
            case .value:
                return .fail(
                    "the MCP server lists notes without a token",
                    fix: "unset TOOLBRIDGE_JWT_TOKEN on a server that others reach, or set TOOLBRIDGE_AUTHKIT_DOMAIN"
                )
            case .error, .refused: break
            }
            guard deployment.token != nil else { return .ok("no token: refused by the MCP server; with one: not tried, no --token-file") }
            switch try await with.tool("list_notes", #"{"limit":1}"#, as: .bare) {
            case .value: return .ok("the MCP server refuses a call without a token and answers one with it")
            case .error(let text):
                return .fail("list_notes with the token: \(Self.firstLine(text))", fix: Self.toolFix(text))
            case .refused(let status, let text):
                return .fail("list_notes with the token: \(status) \(text)", fix: Self.refusedFix(status))
            }
        } catch {
            return .fail("\(without.base): \(error.text)", fix: error.fix)
        }
    }

    static func firstLine(_ text: String) -> String {
        String(text.prefix { !$0.isNewline }.prefix(200))
    }

    /// What mends a tool's refusal, by the code that it names.
    static func toolFix(_ text: String) -> String {
        if text.contains("unavailable") {
            return "TOOLBRIDGE_GO_API_BASE_URL: does that API answer (its /readyz), and can the MCP server reach it?"
        }
        if text.contains("invalid_tenant_headers") || text.contains("tenant_required") {
            return
                "TOOLBRIDGE_TENANT_HEADER_SECRET (or …_KEYS) must be the API's TENANT_HEADER_SECRET (or …_KEYS), and the clocks must agree"
        }
        if text.contains("tenant_forbidden") { return "TOOLBRIDGE_TENANT_ID: the token's user isn't a member of that tenant" }
        if text.contains("unauthorized") {
            return "the API refuses the token: its audience must be among JWT_AUDIENCE, its issuer JWT_ISSUER, and it must not be expired"
        }
        return "look at the logs of both servers at the time of this call"
    }
}
