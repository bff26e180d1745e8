import Foundation
import Observability
import Testing

@Suite("Metrics", .timeLimit(.minutes(1)))
struct MetricsTests {
    private func lines(_ metrics: Metrics) -> [String] {
        String(decoding: metrics.text(), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    @Test("The table of families is the contract's", .enabled(if: ContractTable.isDue))
    func contract() throws {
        let rows = try ContractTable.rows()
        try #require(rows.count > 50)
        #expect(Set(rows.map(\.name)) == Set(MetricFamily.all.map(\.name)))
        for family in MetricFamily.all {
            let row = try #require(rows.first { $0.name == family.name })
            #expect(family.kind.rawValue == row.kind, "\(family.name)")
            #expect(family.labels == row.labels, "\(family.name)")
        }
    }

    @Test("Families are told apart by their names, counters end in _total, and every family has a program that exposes it")
    func names() {
        #expect(Set(MetricFamily.all.map(\.name)).count == MetricFamily.all.count)
        for family in MetricFamily.all {
            #expect(family.name.hasSuffix("_total") == (family.kind == .counter), "\(family.name)")
            #expect(!family.help.isEmpty && !family.roles.isEmpty, "\(family.name)")
            #expect(!family.labels.contains { ["tenant", "subject", "uid", "path", "client", "le"].contains($0) })
        }
    }

    @Test("Each program exposes the families that concern it, once each and in one piece", arguments: MetricFamily.Role.allCases)
    func roles(_ role: MetricFamily.Role) {
        let metrics = Metrics()
        metrics.describe(role: role, version: "1", commit: "c", store: "none")
        let types = lines(metrics).filter { $0.hasPrefix("# TYPE ") }.compactMap {
            $0.split(separator: " ").dropFirst(2).first.map(String.init)
        }
        #expect(types == MetricFamily.all.filter { $0.roles.contains(role) }.map(\.name))
        #expect(lines(metrics).contains(#"tb_build_info{version="1",commit="c",role="\#(role.rawValue)",store="none"} 1"#))
        #expect(metrics.text().last == UInt8(ascii: "\n"))
    }

    @Test("Label values escape backslash, quote and newline")
    func escapes() {
        let metrics = Metrics()
        metrics.counter(.hmacVerifications, "v2", "a\\b\"c\nd", "ok").add(3)
        #expect(lines(metrics).contains(#"tb_hmac_verifications_total{version="v2",key="a\\b\"c\nd",outcome="ok"} 3"#))
    }

    @Test("A counter is there from the beginning, a rare one once it has counted, and the same labels are the same counter")
    func counters() {
        let metrics = Metrics()
        let calls = metrics.counter(.toolCalls, "search", "ok")
        let rare = metrics.rareCounter(.toolCalls, "search", "timeout")
        #expect(lines(metrics).contains(#"tb_mcp_tool_calls_total{tool="search",outcome="ok"} 0"#))
        #expect(!lines(metrics).contains { $0.contains("timeout") })
        calls.add()
        metrics.counter(.toolCalls, "search", "ok").add(2)
        rare.add()
        #expect(lines(metrics).contains(#"tb_mcp_tool_calls_total{tool="search",outcome="ok"} 3"#))
        #expect(lines(metrics).contains(#"tb_mcp_tool_calls_total{tool="search",outcome="timeout"} 1"#))
    }

    @Test("A value on a bucket's end belongs to it, sums are exact, and the last bucket is the count")
    func histograms() {
        let metrics = Metrics()
        let seconds = metrics.histogram(.toolDuration, "search")
        for milliseconds in [0, 1, 1.000001, 2.5, 50, 9999, 10_000, 10_001] { seconds.observe(.nanoseconds(Int64(milliseconds * 1e6))) }
        let sizes = metrics.histogram(.httpBody, "/v1/{kind}")
        for size in [1, 256, 257, 8 << 20, (8 << 20) + 1] { sizes.observe(size) }
        let text = lines(metrics).filter { $0.hasPrefix("tb_mcp_tool_duration_seconds_") }
        let counts = ["0.001": 2, "0.0025": 4, "0.005": 4, "0.05": 5, "5": 5, "10": 7, "+Inf": 8]
        for (bound, count) in counts {
            #expect(text.contains(#"tb_mcp_tool_duration_seconds_bucket{tool="search",le="\#(bound)"} \#(count)"#))
        }
        #expect(text.contains(#"tb_mcp_tool_duration_seconds_sum{tool="search"} 30.054500001"#))
        #expect(text.contains(#"tb_mcp_tool_duration_seconds_count{tool="search"} 8"#))
        let bodies = lines(metrics).filter { $0.hasPrefix("tb_http_request_body_bytes_") }
        #expect(bodies.contains(#"tb_http_request_body_bytes_bucket{route="/v1/{kind}",le="256"} 2"#))
        #expect(bodies.contains(#"tb_http_request_body_bytes_bucket{route="/v1/{kind}",le="8388608"} 4"#))
        #expect(bodies.contains(#"tb_http_request_body_bytes_bucket{route="/v1/{kind}",le="+Inf"} 5"#))
        #expect(bodies.contains(#"tb_http_request_body_bytes_sum{route="/v1/{kind}"} 16777731"#))
    }

    @Test("Of status codes those are shown that came; one that no server of ours sends is other")
    func codes() {
        let metrics = Metrics()
        let codes = metrics.codes(.httpRequests, "/mcp", "POST")
        #expect(!lines(metrics).contains { $0.hasPrefix("tb_http_requests_total") })
        for code in [200, 200, 404, 799, -1, 299, Int.max] { codes.add(code) }
        let samples = lines(metrics).filter { $0.hasPrefix("tb_http_requests_total") }
        #expect(
            samples
                == [("200", 2), ("404", 1), ("other", 4)].map {
                    #"tb_http_requests_total{route="/mcp",method="POST",code="\#($0)"} \#($1)"#
                }
        )
    }

    @Test("Nothing is lost when many count at once, and a scrape meanwhile never sees a counter fall or a histogram without its sum")
    func concurrency() async {
        let metrics = Metrics()
        let (counter, histogram) = (metrics.counter(.idempotentReplays), metrics.histogram(.sqliteBatch))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for value in 0..<20_000 {
                        counter.add()
                        histogram.observe(value % 300)
                    }
                }
            }
            group.addTask {
                var last = 0
                for _ in 0..<50 {
                    let seen = counter.value
                    #expect(seen >= last)
                    last = seen
                    let lines = lines(metrics)
                    let count = lines.first { $0.hasPrefix("tb_sqlite_batch_size_count ") }?.split(separator: " ").last
                    #expect(lines.contains("tb_sqlite_batch_size_bucket{le=\"+Inf\"} \(count ?? "")"))
                }
            }
        }
        #expect(counter.value == 80_000)
        #expect(histogram.counts.reduce(0, +) == 80_000)
        #expect(histogram.sum == 4 * (0..<20_000).reduce(0) { $0 + $1 % 300 })
    }

    @Test("Observations count whatever the level of the log is")
    func observations() {
        let observations = Observations(level: .error, stream: .standardError)
        observations.record(.keySetFetched(url: "https://a", usable: 1, skipped: 0))
        observations.record(.keySetFailed(url: "https://b", error: "x"))
        observations.record(.keySetFetched(url: "https://a", usable: 1, skipped: 0))
        observations.record(.membershipsAsked(operation: "list", status: 200, duration: .milliseconds(3)))
        observations.record(.membershipsAsked(operation: "list", status: 0, duration: .milliseconds(3)))
        observations.record(
            .upstream(.init(operation: "get", status: nil, fault: "timeout", duration: .seconds(1), attempt: 1, requestID: nil))
        )
        observations.record(.drainFinished(requests: 0, streams: 0, duration: .milliseconds(1500)))
        let lines = lines(observations.metrics)
        for line in [
            #"tb_jwks_fetches_total{issuer="0",outcome="ok"} 2"#, #"tb_jwks_fetches_total{issuer="1",outcome="failed"} 1"#,
            #"tb_workos_requests_total{op="list",code="200"} 1"#, #"tb_workos_request_duration_seconds_count{op="list"} 2"#,
            #"tb_upstream_requests_total{op="get",code="timeout"} 1"#, "tb_shutdown_drain_seconds 1.5",
            #"tb_log_events_total{level="info"} 0"#,
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        #expect(lines.contains { $0.hasPrefix(#"tb_jwks_age_seconds{issuer="1"} "#) })
        #expect(observations.keySetAges.count == 2)
    }

    @Test("Names from outside make no series without end")
    func closedSets() {
        let observations = Observations(level: .error, stream: .standardError)
        func count(_ name: String) {
            observations.record(
                .toolCall(
                    ToolCallObservation(
                        tool: name,
                        outcome: .ok,
                        duration: .zero,
                        era: .modern,
                        client: nil,
                        code: nil,
                        requestID: CorrelationID(),
                        caller: nil
                    )
                )
            )
            observations.record(.mcpRequest(MCPRequestObservation(method: name, era: .legacy, outcome: .ok)))
            observations.record(.keySetFailed(url: name, error: "x"))
        }
        for number in 0..<1000 { count("name-\(number)") }
        let before = observations.metrics.text().split(separator: 0x0A).count
        for number in 1000..<5000 { count("name-\(number)") }
        #expect(observations.metrics.text().split(separator: 0x0A).count == before)
        #expect(lines(observations.metrics).contains(#"tb_mcp_tool_calls_total{tool="other",outcome="ok"} 4900"#))
        #expect(lines(observations.metrics).filter { !$0.hasPrefix("#") }.count <= Metrics.seriesLimit)
    }

    @Test("To count a request takes less than 200 ns, as built for release")
    func cost() {
        let metrics = Metrics()
        let (codes, duration) = (metrics.codes(.httpRequests, "/v1/{kind}", "GET"), metrics.histogram(.httpDuration, "/v1/{kind}", "GET"))
        let (inFlight, lines) = (metrics.gauge(.httpInFlight), metrics.counter(.logEvents, "info"))
        let body = metrics.histogram(.httpBody, "/v1/{kind}")
        let rounds = 200_000
        var best = Duration.seconds(1000)
        for _ in 0..<5 {
            let begin = ContinuousClock.now
            for round in 0..<rounds {
                inFlight.add(1)
                codes.add(200)
                duration.observe(round &* 37)
                body.observe(round & 4095)
                lines.add()
                inFlight.add(-1)
            }
            best = min(best, .now - begin)
        }
        let nanoseconds =
            Double(best.components.attoseconds) / 1e9 / Double(rounds) + Double(best.components.seconds) * 1e9 / Double(rounds)
        print("counting a request: \(nanoseconds) ns")
        #if DEBUG
        #expect(nanoseconds < 20_000)
        #else
        #expect(nanoseconds < 200)
        #endif
    }
}

@Suite("Jumps of the clock")
struct ClockWatchTests {
    @Test("A watch over the clocks is part of what is exposed")
    func isExposed() {
        let metrics = Metrics()
        metrics.describe(role: .serve, version: "1", commit: "c", store: "sqlite")
        for _ in 0..<3 { #expect(String(decoding: metrics.text(), as: UTF8.self).contains("\ntb_clock_jumps_total 0\n")) }
    }
}

/// The table of families in the contract.
private enum ContractTable {
    struct Row {
        let name: String
        let kind: String
        let labels: [String]
    }

    private static let file = URL(filePath: #filePath).appending(path: "../../../../shared/contract/observability.md").standardizedFileURL

    /// Whether it's there, or has to be.
    static var isDue: Bool {
        FileManager.default.fileExists(atPath: file.path) || ProcessInfo.processInfo.environment["CI"] == "true"
    }

    /// A line names one family or several, with a type for each or one for all, and so with labels.
    static func rows() throws -> [Row] {
        let text = try String(contentsOf: file, encoding: .utf8)
        let table = try #require(
            text.components(separatedBy: "### 2.2 Families").dropFirst().first?.components(separatedBy: "### 2.3").first
        )
        return table.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { line -> [Row] in
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let names = cells[0].split(separator: "`").map(String.init).filter { $0.contains("_") }
            let kinds = Self.kinds(cells[1], count: names.count)
            let labels = cells[2].components(separatedBy: ";").map(Self.labels)
            return names.enumerated().map { place, name in
                Row(name: name, kind: kinds[min(place, kinds.count - 1)], labels: labels[min(place, labels.count - 1)])
            }
        }
    }

    private static func kinds(_ cell: String, count: Int) -> [String] {
        cell.components(separatedBy: ",").flatMap { part -> [String] in
            let words = part.split(separator: " ").map(String.init)
            if let number = words.first.flatMap(Int.init) { return Array(repeating: "histogram", count: number) }
            return words.first.map { ["counter", "gauge", "histogram"].contains($0) ? [$0] : [] } ?? []
        }
    }

    /// `reason (limit, malformed)` is one label, and so is `issuer index`.
    private static func labels(_ cell: String) -> [String] {
        var text = cell
        while let open = text.firstIndex(of: "("), let close = text[open...].firstIndex(of: ")") { text.removeSubrange(open...close) }
        return text.split(separator: ",").compactMap { $0.split(separator: " ").first.map(String.init) }.filter { $0 != "–" }
    }
}
