/// DR-13: rate limits are on.
extension Examination {
    static let limits = Check(id: "DR-13", title: "rate limits on", needs: [.api, .credentials]) { await $0.limits() }

    private func limits() async -> Finding {
        guard let api = apiProbe else { return .skip("no --api-url") }
        guard deployment.token != nil else { return .skip("no --token-file") }
        let off = "RATE_LIMIT_DATA is off, or the API runs in the local profile: set it on a server for many"
        do throws(ProbeFault) {
            let first = try await api.send("GET", "/v1/notes?limit=1")
            guard let limit = first.header("X-RateLimit-Limit").flatMap({ Int($0) }) else {
                return .warn("no X-RateLimit headers: nobody is limited", fix: off)
            }
            guard deployment.isLoaded else { return .ok("at most \(limit) requests a window; the burst is tried with --load") }
            for _ in 0..<max(0, min(limit, 5_000)) {
                let answer = try await api.send("GET", "/v1/notes?limit=1")
                guard answer.status == 429 else { continue }
                guard answer.header("Retry-After") != nil else {
                    return .fail("429 comes without Retry-After", fix: "a proxy takes Retry-After away: let it pass")
                }
                return .ok("a burst over the limit gets 429 with Retry-After")
            }
            return .fail("\(limit) requests in a row and no 429", fix: off)
        } catch {
            return .fail("\(api.base): \(error.text)", fix: error.fix)
        }
    }
}
