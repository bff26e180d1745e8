import JSON
import ToolBridge

/// DR-4: API sessions can be made.
extension Examination {
    static let sessions = Check(id: "DR-4", title: "API sessions can be made", needs: [.api, .credentials]) { await $0.sessions() }

    var apiProbe: APIProbe? {
        deployment.api.map {
            APIProbe(probe: probe, base: $0, token: deployment.token, tenant: deployment.tenant, signer: deployment.signer)
        }
    }

    private func sessions() async -> Finding {
        guard let api = apiProbe else { return .skip("no --api-url") }
        guard deployment.token != nil else { return .skip("no --token-file") }
        do throws(ProbeFault) {
            let made = try await api.send("POST", "/v1/sync/sessions")
            guard made.status == 201 || made.status == 200, let id = made["id"]?.string, UID(id) != nil, made["epoch"]?.integer != nil
            else {
                return .fail("POST /v1/sync/sessions answers \(made.status): \(made.problem)", fix: Self.refusalFix(made))
            }
            let read = try await api.send("GET", "/v1/sync/sessions/\(id)")
            let ended = try await api.send("DELETE", "/v1/sync/sessions/\(id)")
            guard read.status == 200, ended.status == 204 || ended.status == 200 else {
                return .fail(
                    "a session was made, but reading it answers \(read.status) and ending it \(ended.status)",
                    fix: "do all replicas of the API share one database (DATABASE_URL)?"
                )
            }
            return .ok("made, read and ended, epoch \(made["epoch"]?.integer ?? 0)")
        } catch {
            return .fail("\(api.base): \(error.text)", fix: error.fix)
        }
    }

    /// What mends a refusal of the API, told apart by what it refused.
    static func refusalFix(_ answer: ProbeAnswer) -> String {
        switch (answer.status, answer["code"]?.string ?? "") {
        case (401, "invalid_tenant_headers"), (401, "tenant_required"):
            let reason = answer["reason"]?.string ?? answer["error"]?.string ?? ""
            if reason.contains("timestamp") || reason.contains("expired") || reason.contains("clock") {
                return "the clocks differ: synchronise this machine's, or the API's"
            }
            return
                "TOOLBRIDGE_TENANT_HEADER_SECRET (or …_KEYS) must be the API's TENANT_HEADER_SECRET (or …_KEYS); compare their fingerprints in DR-17"
        case (401, _): return "the token isn't taken: is it expired, is its audience among JWT_AUDIENCE, is its issuer JWT_ISSUER?"
        case (403, _): return "the user isn't a member of the tenant: TOOLBRIDGE_TENANT_ID, --tenant"
        case (404, _): return "is that the API's address? --api-url"
        case (429, _): return "the rate limit: try again in a minute, or see RATE_LIMIT_DATA"
        case (500..., _): return "look at the API's log; /readyz says whether its database answers"
        default: return "look at the API's log at the time of this call"
        }
    }
}
