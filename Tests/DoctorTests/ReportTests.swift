import Doctor
import JSON
import Testing

@Suite struct ReportTests {
    private let report = Report([
        CheckResult(id: "DR-1", title: "deployed", status: .ok, detail: "0.1.0", milliseconds: 12),
        CheckResult(id: "DR-2", title: "HTTPS", status: .fail, detail: "answers \"200\"\n", fix: "fly.toml: force_https = true"),
        CheckResult(id: "DR-9", title: "a client", status: .manual, detail: "add it"),
    ])

    @Test func `The report for programs has every member, also those without a value`() throws {
        let value = try JSONValue(parsing: report.json)
        #expect(value["version"]?.integer == 1)
        let checks = Array(try #require(value["checks"]).elements)
        #expect(checks.map { $0["id"]?.string } == ["DR-1", "DR-2", "DR-9"])
        #expect(checks.map { $0["status"]?.string } == ["ok", "fail", "manual"])
        #expect(checks[0]["ms"]?.integer == 12)
        #expect(checks[0]["fix"]?.isNull == true)
        #expect(checks[1]["fix"]?.string == "fly.toml: force_https = true")
        #expect(checks[1]["detail"]?.string == "answers \"200\"\n")
        let summary = try #require(value["summary"])
        let counts = ["ok", "warn", "fail", "skip", "manual"].map { summary[$0]?.integer }
        #expect(counts == [1, 0, 1, 0, 1])
        #expect(!report.json.contains("\n"))
    }

    @Test func `A failure is followed by what to do`() {
        let lines = report.results.flatMap(\.lines)
        #expect(lines.count == 4)
        #expect(lines[1].hasPrefix("FAIL    DR-2    HTTPS: "))
        #expect(lines[2] == "        fix: fly.toml: force_https = true")
        #expect(report.summary == "1 ok, 0 warn, 1 FAIL, 0 skip, 1 manual")
    }

    @Test func `Only failures change the exit code`() {
        #expect(report.exitCode == 1)
        #expect(Report([CheckResult(id: "DR-1", title: "", status: .warn, detail: "", fix: "x")]).exitCode == 0)
        #expect(Report().exitCode == 0)
    }
}
