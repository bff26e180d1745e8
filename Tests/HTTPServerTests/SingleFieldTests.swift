import HTTPServer
import Testing

/// The fields of which one is taken, in all the ways in which there can be two (T-5, T-6).
@Suite("Single fields", .timeLimit(.minutes(2)))
struct SingleFieldTests {
    /// A name, two values that differ, and whether a value may have commas.
    struct Single: Sendable, CustomTestStringConvertible {
        let name: String
        let values: (String, String)
        var hasCommas = false

        var testDescription: String { name }
    }

    static let singles: [Single] = [
        Single(name: "Authorization", values: ("Bearer good-ada", "Bearer good-bob")),
        Single(name: "X-TB-Tenant-ID", values: ("tenant_a", "tenant_b")),
        Single(name: "X-TB-Timestamp", values: ("1764000000123", "1764000000124")),
        Single(name: "X-TB-Nonce", values: ("AQEBAQEBAQEBAQEBAQEBAQ", "AgICAgICAgICAgICAgICAg")),
        Single(name: "X-TB-Signature", values: ("v2;k=a;s=x", "v2;k=b;s=y"), hasCommas: true),
        Single(name: "X-TB-Something", values: ("a", "b")),
        Single(name: "X-Sync-Session", values: ("a", "b")),
        Single(name: "X-Sync-Epoch", values: ("1", "2")),
        Single(name: "X-Debug-Sub", values: ("ada", "bob"), hasCommas: true),
        Single(name: "If-Match", values: (#""1""#, #""2""#), hasCommas: true),
        Single(name: "Idempotency-Key", values: ("a", "b"), hasCommas: true),
    ]

    /// The same on REST and MCP.
    static let targets = ["/maybe", "/mcp"]

    @Test("T-5 two fields are refused: both orders, any letter case, apart, empty, joined, folded", arguments: singles, targets)
    func twice(_ single: Single, _ target: String) async throws {
        let (name, (one, two)) = (single.name, single.values)
        let mixed = String(name.enumerated().map { $0 % 2 == 0 ? Character($1.lowercased()) : Character($1.uppercased()) })
        var refused = [
            ["\(name): \(one)", "\(name): \(two)"],
            ["\(name): \(two)", "\(name): \(one)"],
            ["\(name): \(one)", "\(name): \(one)"],
            ["\(name): \(one)", "\(name.lowercased()): \(two)"],
            ["\(name.uppercased()): \(one)", "\(mixed): \(two)"],
            ["\(name): \(one)", "Accept: */*", "User-Agent: x", "\(name): \(two)"],
            ["\(name): \(one)", "\(name):"],
            ["\(name):", "\(name): \(one)"],
            ["\(name):", "\(name):"],
            ["\(name): \(one)", "\(name): \(two)", "\(name): \(one)"],
            // Folded, and a name with a blank: broken heads, whatever the field.
            ["\(name): \(one)", " \(two)"],
            ["\(name):", "\t\(one)"],
            ["\(name) : \(one)"],
            ["\(name)\t: \(one)"],
            [" \(name): \(one)"],
        ]
        if !single.hasCommas {
            refused += [["\(name): \(one),\(two)"], ["\(name): \(one), \(two)"], ["\(name): ,\(one)"], ["\(name): \(one),"]]
        }
        if name.contains("-") {
            let spelt = [name.replacing("-", with: "_"), name.lowercased().replacing("-", with: "_")]
            refused += spelt.map { ["\($0): \(one)"] }
            refused.append(["\(name): \(one)", "\(name.replacing("-", with: "_")): \(two)"])
            if let last = name.lastIndex(of: "-") {
                var one = name
                one.replaceSubrange(last...last, with: "_")
                refused.append(["\(one): \(single.values.0)"])
            }
        }
        try await TestServer.run { server async throws in
            for fields in refused {
                let answer = try await server.exchange(request(target, server.port, fields)).answer
                #expect(answer?.status == 400, "\(fields)")
                #expect(["duplicate_header", "invalid_request"].contains(answer?.member("code")), "\(fields)")
            }
            // One is fine, also where its value is a list.
            var taken = [["\(name): \(one)"], ["\(mixed): \(one)"]]
            if single.hasCommas { taken += [["\(name): \(one), \(two)"], ["\(name): \(one),\(two)"]] }
            for fields in taken {
                let answer = try await server.exchange(request(target, server.port, fields)).answer
                #expect(answer?.status == (target == "/mcp" && name != "Authorization" ? 401 : 200), "\(fields)")
            }
        }
    }

    @Test("T-5 Host and Content-Length, which every reader needs, are refused with the head", arguments: targets)
    func framing(_ target: String) async throws {
        try await TestServer.run { server async throws in
            for fields in [
                ["Host: x", "Host: x"], ["Host: x", "host: y"], ["Host:", "Host: x"], ["Host: x,y"], ["Host: x, y"], ["Host: x", " y"],
                ["Host: x", "Content-Length: 0", "Content-Length: 0"], ["Host: x", "Content-Length: 0", "content-length: 1"],
                ["Host: x", "Content-Length: 0,0"], ["Host: x", "Content-Length: 0, 0"],
                ["Host: x", "Content-Length:", "Content-Length: 0"],
                ["Host: x", "Content-Length: 0", " 0"],
            ] {
                let head = (["POST \(target) HTTP/1.1"] + fields + ["", ""]).joined(separator: "\r\n")
                let (answer, isKept) = try await server.exchange(head)
                #expect(answer?.status == 400 && !isKept, "\(fields)")
            }
        }
    }

    private func request(_ target: String, _ port: Int, _ fields: [String]) -> String {
        (["GET \(target) HTTP/1.1", "Host: 127.0.0.1:\(port)"] + fields + ["", ""]).joined(separator: "\r\n")
    }
}
