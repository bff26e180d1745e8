import Synchronization

/// DR-14: event streams survive what stands between client and server.
extension Examination {
    static let streams = Check(id: "DR-14", title: "streams survive the edge", needs: [.mcp]) { await $0.streams() }

    /// When the pieces of a stream came.
    private final class Arrivals: Sendable {
        private let times = Mutex<[Duration]>([])

        func add(_ time: Duration) { times.withLock { $0.append(time) } }
        var all: [Duration] { times.withLock { $0 } }
    }

    private func streams() async -> Finding {
        guard let mcp = mcp() else { return .skip("no --url") }
        let length = deployment.streamLength
        guard length > .zero else { return .skip("--stream-seconds 0") }
        let arrivals = Arrivals()
        let start = ContinuousClock.now
        do throws(ProbeFault) {
            let fields = mcp.fields().filter { $0.name != "Accept" && $0.name != "Content-Type" }
            let head = try await probe.stream(
                ProbeRequest(url: mcp.base + "/sse", headers: fields + [(name: "Accept", value: "text/event-stream")]),
                within: length + .seconds(25)
            ) { _, time in
                arrivals.add(time)
                return time < length
            }
            if head.status == 404 || head.status == 405 { return .skip("the transport with streams of its own (/sse) is off") }
            if head.status == 401 { return .skip("streams need a token: --token-file") }
            guard head.status == 200 else { return .fail("GET /sse answers \(head.status)", fix: Self.refusedFix(head.status)) }
        } catch {
            // An answer that doesn't come before its end is what a proxy makes that waits for the whole of it.
            guard !arrivals.all.isEmpty || error == .timeout else { return .fail("\(mcp.base)/sse: \(error.text)", fix: error.fix) }
        }
        return Self.judge(arrivals.all, open: ContinuousClock.now - start, wanted: length)
    }

    private static func judge(_ times: [Duration], open: Duration, wanted: Duration) -> Finding {
        guard let first = times.first, first < .seconds(1) else {
            return .fail(
                "the first byte of a stream came late, or never",
                fix: "switch buffering off in the proxy (nginx: proxy_buffering off)"
            )
        }
        let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
        let last = times.last ?? first
        guard last >= min(wanted, open) - .seconds(20), open >= wanted - .seconds(1) else {
            return .fail(
                "the stream ended after \(last.components.seconds) s",
                fix: "raise the proxy's idle limit above 60 s (fly.toml: idle_timeout = 600; nginx: proxy_read_timeout 3600s)"
            )
        }
        let longest = gaps.max() ?? .zero
        guard longest <= .seconds(20) else {
            return .fail(
                "nothing came for \(longest.components.seconds) s",
                fix: "TOOLBRIDGE_SSE_HEARTBEAT_SECONDS must be below 20, and the proxy must not buffer"
            )
        }
        return .ok(
            "open for \(open.components.seconds) s; first byte after \(first.milliseconds) ms, silent for at most \(longest.milliseconds) ms"
        )
    }
}
