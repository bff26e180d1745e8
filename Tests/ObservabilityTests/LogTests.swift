import JSON
import Observability
import Synchronization
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite("The log", .timeLimit(.minutes(1)))
struct LogTests {
    /// Runs `body` with observations that go to a file, and returns the lines.
    private func lines(
        level: LogLevel = .trace,
        format: LogFormat? = .json,
        _ body: (Observations) -> Void
    ) throws -> [String] {
        var path = Array("/tmp/toolbridge-log-XXXXXX".utf8CString)
        let descriptor = mkstemp(&path)
        try #require(descriptor >= 0)
        unlink(path)
        defer { close(descriptor) }
        let observations = Observations(level: level, format: format, stream: .descriptor(descriptor))
        body(observations)
        observations.finish(within: .seconds(30))
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = pread(descriptor, &buffer, buffer.count, off_t(bytes.count))
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        return bytes.split(separator: 0x0A).map { String(decoding: $0, as: UTF8.self) }
    }

    private func request(_ status: Int, code: String? = nil, method: String? = "PATCH", id: String = "me") throws -> Observation {
        .request(
            RequestObservation(
                method: method,
                route: "/v1/{kind}/{uid}",
                status: status,
                duration: .microseconds(3412),
                requestID: try #require(CorrelationID(id)),
                bytesIn: 87,
                bytesOut: 171,
                code: code
            )
        )
    }

    @Test("writes a request as the contract shows it")
    func example() throws {
        let mismatch = Observation.request(
            RequestObservation(
                method: "PATCH",
                route: "/v1/{kind}/{uid}",
                status: 412,
                duration: .microseconds(3412),
                requestID: try #require(CorrelationID("5f0c7f0e-7f0e-4a52-9d0b-0c5b8f7f2a11")),
                bytesIn: 87,
                bytesOut: 171,
                code: "version_mismatch",
                caller: ObservedCaller(tenant: "acme", subject: "u-1"),
                traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
            )
        )
        let written = try lines { observations in
            observations.hidePersons { "hidden \($0)" }
            observations.record(mismatch)
        }
        let line = try #require(written.first)
        let start = try #require(line.firstRange(of: "Z\","))
        // A given id says nothing of the span, which is random.
        let span = try JSONValue(parsing: line).requireString("span_id")
        #expect(span.utf8.count == 16)
        #expect(line.utf8.prefix(7).elementsEqual("{\"ts\":\"".utf8))
        #expect(line.utf8.count(where: { $0 == UInt8(ascii: "\n") }) == 0)
        #expect(
            line[start.upperBound...]
                == #""level":"info","msg":"request","component":"http","request_id":"5f0c7f0e-7f0e-4a52-9d0b-0c5b8f7f2a11","trace_id":"0af7651916cd43dd8448eb211c80319c","span_id":"\#(span)","method":"PATCH","route":"/v1/{kind}/{uid}","status":412,"duration_ms":3.412,"tenant":"hidden acme","subject":"hidden u-1","code":"version_mismatch","bytes_in":87,"bytes_out":171}"#
        )
        let time = try JSONValue(parsing: line).requireString("ts")
        #expect(time.utf8.count == 24)
        #expect(time.utf8.map { (0x30...0x39).contains($0) ? "9" : String(UnicodeScalar($0)) }.joined() == "9999-99-99T99:99:99.999Z")
    }

    @Test("keeps one order of members in everything it can say, and every line is one JSON object")
    func order() throws {
        let order = [
            "ts", "level", "msg", "component", "request_id", "trace_id", "span_id", "method", "route", "status", "duration_ms", "tenant",
            "subject",
            "client", "tool", "outcome", "code", "error", "attempt", "bytes_in", "bytes_out", "items", "fields",
        ]
        let id = CorrelationID()
        let call = ToolCallObservation(
            tool: "list_notes",
            outcome: .error,
            duration: .milliseconds(1),
            era: .modern,
            client: KnownClient("Claude-AI"),
            code: "not_found",
            requestID: id,
            caller: ObservedCaller(tenant: nil, subject: "s")
        )
        let all: [Observation] = [
            .toolCall(call), .mcpRequest(MCPRequestObservation(method: "tools/call", era: .legacy, outcome: .ok)), .levelChanged(.debug),
            .started(role: "serve", version: "1", address: "a", database: "sqlite", profile: "local"),
            .configured([("A", "set"), ("B", "1")]), .listening(url: "http://127.0.0.1:1"), try request(200), try request(500, method: nil),
            .internalError(error: "e", requestID: id, route: "/r"), .storeFault(error: "e", operation: "push"), .signalReceived(15),
            .drainFinished(requests: 1, streams: 2, duration: .seconds(1)), .shutdownComplete,
            .library(level: .error, label: "l", text: "t"),
            .suppressed(message: "m", count: 3),
        ]
        let written = try lines { observations in
            observations.hidePersons { _ in "0123456789ab" }
            all.forEach(observations.record)
        }
        #expect(written.count == all.count)
        #expect(
            written[0].contains(#""subject":"0123456789ab","client":"claude-ai","tool":"list_notes","outcome":"error","code":"not_found""#)
        )
        for line in written {
            let names = try JSONValue(parsing: line).members.map(\.key)
            #expect(names == order.filter(names.contains))
            #expect(Array(names.prefix(4)) == Array(order.prefix(4)))
        }
        #expect(written.contains { $0.contains(#""msg":"Received signal 15, initiating graceful shutdown""#) })
        #expect(written.contains { $0.contains(#""msg":"Listening on http://127.0.0.1:1""#) })
        #expect(
            written.contains {
                $0.contains(#""msg":"drain finished","component":"lifecycle","duration_ms":1000.000,"fields":{"requests":1,"streams":2}"#)
            }
        )
    }

    @Test(
        "can't be forged: control characters, line separators and bidirectional controls are escaped",
        arguments: [
            ("a\nb", #"a\u000ab"#), ("a\r\nb", #"a\u000d\u000ab"#), ("\u{1B}[31m", #"\u001b[31m"#), ("\u{2028}\u{2029}", #"\u2028\u2029"#),
            ("\u{85}\u{9F}\u{7F}", #"\u0085\u009f\u007f"#), ("\u{202E}\u{2066}\u{200F}", #"\u202e\u2066\u200f"#), ("\"\\", #"\"\\"#),
            ("é🙂", "é🙂"),
            ("\0", #"\u0000"#),
        ]
    )
    func escaping(_ text: String, _ expected: String) throws {
        let written = try lines { $0.record(.storeFault(error: text, operation: nil)) }
        #expect(written.count == 1)
        #expect(written.first?.hasSuffix(#""error":"\#(expected)"}"#) == true)
        let console = try lines(format: .console) { $0.record(.storeFault(error: text, operation: nil)) }
        #expect(console.count == 1)
        #expect(console.first?.hasSuffix(" error store fault error=\"\(expected)\"") == true)
    }

    @Test("cuts a member at 1 KiB of whole characters and a line at 16 KiB")
    func cut() throws {
        let written = try lines { observations in
            observations.record(.storeFault(error: String(repeating: "a", count: 1024), operation: nil))
            observations.record(.storeFault(error: String(repeating: "a", count: 10_000), operation: nil))
            observations.record(.library(level: .error, label: "l", text: String(repeating: "é", count: 513)))
            observations.record(.configured((0..<200).map { ("NAME_\($0)", String(repeating: "\u{1}", count: 2000)) }))
        }
        #expect(try written.map { try JSONValue(parsing: $0)["error"]?.string?.utf8.count ?? 0 } == [1024, 1027, 1027, 0])
        #expect(written[1].hasSuffix("a…\"}"))
        #expect(written[2].contains("é…"))
        #expect(written.allSatisfy { $0.utf8.count <= 16_384 })
    }

    @Test("P-17 nobody is named: without a key a line leaves callers out, and with one it shows what the key makes of them")
    func persons() throws {
        let observation = Observation.toolCall(
            ToolCallObservation(
                tool: "t",
                outcome: .ok,
                duration: .zero,
                era: .legacy,
                client: KnownClient("CANARY\n\u{2028}\u{1B}[31m"),
                code: nil,
                requestID: CorrelationID(),
                caller: ObservedCaller(tenant: "CANARY", subject: "CANARY")
            )
        )
        let counted = Mutex(0)
        let written = try lines { observations in
            observations.record(observation)
            observations.hidePersons { text in
                counted.withLock { $0 += 1 }
                return String(text.utf8.count, radix: 16)
            }
            for _ in 0..<100 { observations.record(observation) }
        }
        #expect(written.count == 101)
        #expect(!written.contains { $0.contains("CANARY") })
        #expect(written.allSatisfy { $0.contains(#""client":"other""#) })
        #expect(written.last?.contains(#""tenant":"6","subject":"6""#) == true)
        // Once for each person, not for each line.
        #expect(counted.withLock { $0 } == 1)
    }

    @Test("a tool call that failed because of us is an error, every other one is said at info")
    func toolCallLevels() throws {
        let levels = MCPOutcome.allCases.map { outcome in
            Observation.toolCall(
                ToolCallObservation(
                    tool: "t",
                    outcome: outcome,
                    duration: .zero,
                    era: .legacy,
                    client: nil,
                    code: nil,
                    requestID: CorrelationID(),
                    caller: nil
                )
            ).level
        }
        #expect(zip(MCPOutcome.allCases, levels).allSatisfy { $1 == ($0 == .fault ? .error : .info) })
    }

    @Test("leaves out what is quieter than its level, which may change")
    func levels() throws {
        let written = try lines(level: .error) { observations in
            observations.record(.shutdownComplete)
            observations.record(.storeFault(error: "loud", operation: nil))
            observations.level = .info
            observations.record(.signalReceived(2))
        }
        #expect(written.count == 2)
        #expect(written[0].contains("loud"))
        #expect(written[1].contains("signal 2"))
        #expect(["debug", "DEBUG", "Warn", "warning", "trace", "INFO", "error"].allSatisfy { LogLevel($0) != nil })
        #expect(LogLevel("Warn") == .warning)
        #expect(["loud", "", "info ", "2"].allSatisfy { LogLevel($0) == nil })
    }

    @Test("a fault that repeats itself is silent after ten lines")
    func repetition() throws {
        let failed = try request(500)
        let written = try lines { observations in
            for number in 0..<500 { observations.record(.internalError(error: "\(number)", requestID: nil, route: nil)) }
            for _ in 0..<100 { observations.record(failed) }
            observations.record(.storeFault(error: "another", operation: nil))
        }
        #expect(written.filter { $0.contains(#""msg":"internal error""#) }.count == 10)
        #expect(written.filter { $0.contains(#""msg":"request""#) }.count == 100)
        #expect(written.contains { $0.contains("another") })
        #expect(written.contains { $0.contains(#""msg":"suppressed""#) && $0.contains(#""items":490"#) })
    }

    @Test("never waits for a stream that takes nothing: what doesn't fit is dropped and counted, loud ones apart")
    func bounded() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        defer { ends.forEach { close($0) } }
        let observations = Observations(level: .trace, format: .json, stream: .descriptor(ends[1]), capacity: (quiet: 100, loud: 10))
        // Fills the pipe, so that the writer is stuck in its first write.
        var filler = [UInt8](repeating: 0x20, count: 4096)
        _ = fcntl(ends[1], F_SETFL, O_NONBLOCK)
        while write(ends[1], &filler, filler.count) > 0 {}
        _ = fcntl(ends[1], F_SETFL, 0)
        for _ in 0..<100_000 { observations.record(.shutdownComplete) }
        // Two batches at most: one that the writer holds and one that waits.
        #expect((100_000 - 2 * 100...100_000 - 100).contains(observations.dropped))
        let before = observations.dropped
        observations.record(.storeFault(error: "still fits", operation: nil))
        #expect(observations.dropped == before)
        let start = ContinuousClock.now
        observations.finish(within: .milliseconds(50))
        #expect(ContinuousClock.now - start < .seconds(5))
        // Lets the writer end before its descriptor is closed.
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !String(decoding: buffer, as: UTF8.self).contains("still fits") {
            guard read(ends[0], &buffer, buffer.count) > 0 else { break }
        }
        observations.finish(within: .seconds(10))
    }
}

@Suite("Correlation ids")
struct CorrelationIDTests {
    @Test("fresh ones are UUIDv4 and differ")
    func fresh() {
        var seen: Set<String> = []
        for _ in 0..<10_000 {
            let text = CorrelationID().description
            let bytes = Array(text.utf8)
            #expect(bytes.count == 36)
            #expect(bytes[14] == UInt8(ascii: "4"))
            #expect("89ab".utf8.contains(bytes[19]))
            #expect(bytes.indices.allSatisfy { [8, 13, 18, 23].contains($0) == (bytes[$0] == UInt8(ascii: "-")) })
            seen.insert(text)
        }
        #expect(seen.count == 10_000)
    }

    @Test(
        "given ones are kept when they are plain",
        arguments: [
            ("a", true), ("A.z_0-9", true), (String(repeating: "a", count: 64), true), (String(repeating: "a", count: 65), false),
            ("", false), ("a b", false),
            ("é", false), ("a\n", false), ("a/b", false),
        ]
    )
    func given(_ text: String, _ isTaken: Bool) {
        #expect((CorrelationID(text)?.description == text) == isTaken)
    }
}

@Suite("The calendar")
struct WallClockTests {
    @Test(
        "knows its days",
        arguments: [
            (0, [1970, 1, 1, 4, 0, 0, 0]), (951_782_399, [2000, 2, 28, 1, 23, 59, 59]), (951_782_400, [2000, 2, 29, 2, 0, 0, 0]),
            (784_111_777, [1994, 11, 6, 0, 8, 49, 37]), (4_107_542_400, [2100, 3, 1, 1, 0, 0, 0]), (-1, [1969, 12, 31, 3, 23, 59, 59]),
            (253_402_300_799, [9999, 12, 31, 5, 23, 59, 59]),
        ]
    )
    func fields(_ seconds: Int, _ expected: [Int]) {
        let fields = WallClock.fields(ofSeconds: Int64(seconds))
        #expect([fields.year, fields.month, fields.day, fields.weekday, fields.hour, fields.minute, fields.second] == expected)
    }
}
