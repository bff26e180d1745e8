import HTTPServer
import Testing

/// Raw requests that some server somewhere reads otherwise (T-8, T-32).
///
/// Each ends in what would be a second request if the first were read wrongly; the connection must be closed before that.
@Suite("Request smuggling", .timeLimit(.minutes(2)))
struct SmugglingTests {
    private static let smuggled = "GET /healthz HTTP/1.1\r\nHost: smuggled\r\n\r\n"

    private static func post(_ fields: String, _ body: String) -> [UInt8] {
        Array("POST /echo HTTP/1.1\r\nHost: x\r\n\(fields)\r\n\r\n\(body)\(smuggled)".utf8)
    }

    private static let chunk = "0\r\n\r\n"

    /// Framing that contradicts itself or isn't in the grammar.
    static let fields: [String] = [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 0\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: identity",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunkedx",
        "Transfer-Encoding: \u{0B}chunked",
        "Transfer-Encoding:\u{0B}chunked",
        "Transfer-Encoding: \u{0C}chunked",
        "Transfer-Encoding: chunked\u{0B}",
        "Transfer-Encoding: chunked\u{00}",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: chunked;q=1",
        "Transfer-Encoding: \"chunked\"",
        "Transfer-Encoding: 'chunked'",
        "Transfer-Encoding: c\u{200B}hunked",
        "Transfer-Encoding: ,chunked",
        "Transfer-Encoding: chunked,",
        "Transfer-Encoding:",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding\t: chunked",
        "Transfer-Encoding: chunked\t",
        "Transfer-Encoding:\tchunked",
        "Content-Length: 5\t",
        " Transfer-Encoding: chunked",
        "\tTransfer-Encoding: chunked",
        "X: y\r\n Transfer-Encoding: chunked",
        "Transfer-Encoding:\r\n chunked",
        "Transfer-Encoding: chun\r\n ked",
        "X: y\nTransfer-Encoding: chunked",
        "X: y\rTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\nX: y",
        "Transfer Encoding: chunked",
        "Transfer-Encod\u{00}ing: chunked",
        "X: \u{00}y",
        "X: \u{7F}y",
        "X: \u{01}y",
        "X\u{7F}: y",
        "X(y): z",
        "X@y: z",
        ": y",
        "y",
        "Content-Length: +5",
        "Content-Length: -5",
        "Content-Length: 0x5",
        "Content-Length: 5a",
        "Content-Length: 5 ",
        "Content-Length: 5 5",
        "Content-Length: 5, 5",
        "Content-Length: 5,5",
        "Content-Length: 5.0",
        "Content-Length: 5e0",
        "Content-Length: \"5\"",
        "Content-Length: \u{0B}5",
        "Content-Length: \u{0665}",
        "Content-Length:",
        "Content-Length: 5\r\nContent-Length: 5",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 6\r\ncontent-length: 5",
        "Content-Length: 9223372036854775808",
        "Content-Length: 18446744073709551621",
        "Content-Length: 99999999999999999999999999999999",
        "Content-Length : 5",
        "Content-Length: 5\n",
        "Content-Length: 5\r\n\r",
    ].filter { $0 != "Content-Length: 5 " }

    @Test("H14 refuses framing that isn't plain, and closes", arguments: fields)
    func framing(_ field: String) async throws {
        try await expectRefusal(Self.post(field, Self.chunk))
    }

    static let chunkedBodies: [String] = [
        "5;ext=1\r\nabcde\r\n0\r\n\r\n",
        "5;\r\nabcde\r\n0\r\n\r\n",
        "5 \r\nabcde\r\n0\r\n\r\n",
        " 5\r\nabcde\r\n0\r\n\r\n",
        "+5\r\nabcde\r\n0\r\n\r\n",
        "-1\r\nabcde\r\n0\r\n\r\n",
        "0x5\r\nabcde\r\n0\r\n\r\n",
        "5\nabcde\r\n0\r\n\r\n",
        "5\rabcde\r\n0\r\n\r\n",
        "5\r\nabcde\n0\r\n\r\n",
        "5\r\nabcdef\r\n0\r\n\r\n",
        "5\r\nabcde0\r\n\r\n",
        "\r\nabcde\r\n0\r\n\r\n",
        "g\r\nabcde\r\n0\r\n\r\n",
        "ffffffffffffffff\r\nabcde\r\n0\r\n\r\n",
        "10000000000000000\r\nabcde\r\n0\r\n\r\n",
        "8000000000000000\r\nabcde\r\n0\r\n\r\n",
        "00000000000000005\r\nabcde\r\n0\r\n\r\n",
        "0\r\nX: y\r\n\r\n",
        "0\r\nContent-Length: 5\r\n\r\n",
        "0\r\n\n",
        "0\n\r\n",
        "0\r\r\n",
        "0;a\r\n\r\n",
        "5\r\nabcde\r\n\r\n0\r\n\r\n",
    ]

    @Test("refuses chunks that aren't plain, and closes", arguments: chunkedBodies)
    func chunks(_ body: String) async throws {
        try await expectRefusal(Self.post("Transfer-Encoding: chunked", body))
    }

    static let requestLines: [String] = [
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n",
        "GET /healthz HTTP/1.2\r\nHost: x\r\n\r\n",
        "GET /healthz HTTP/0.9\r\nHost: x\r\n\r\n",
        "GET /healthz\r\n\r\n",
        "GET /healthz HTTP/1.1 \r\nHost: x\r\n\r\n",
        "GET  /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /healthz  HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET\t/healthz\tHTTP/1.1\r\nHost: x\r\n\r\n",
        " GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /healthz http/1.1\r\nHost: x\r\n\r\n",
        "GET /healthz HTTP/1.1\nHost: x\n\n",
        "GET /healthz HTTP/1.1\r\nHost: x\n\r\n",
        "GET /healthz HTTP/1.1\rHost: x\r\r\n",
        "GET /hea lthz HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /h\u{00}z HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /h\u{E9}z HTTP/1.1\r\nHost: x\r\n\r\n",
        "G\u{00}T /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        "G(T /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        "\u{16}\u{03}\u{01}\u{02}\u{00}\u{01}\u{00}\r\n\r\n",
        "\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /echo HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ]

    @Test("refuses request lines that aren't plain, and closes", arguments: requestLines)
    func lines(_ text: String) async throws {
        try await expectRefusal(Array((text + Self.smuggled).utf8))
    }

    @Test("takes what only looks odd, byte for byte, and the next request after it")
    func accepted() async throws {
        let rows = [
            ("Content-Length: 5", "abcde", "abcde"),
            ("Content-Length:  005  ", "abcde", "abcde"),
            ("content-LENGTH: 0", "", ""),
            ("Transfer-Encoding: Chunked", "5\r\nab\r\nc\r\n0\r\n\r\n", "ab\r\nc"),
            ("transfer-encoding:chunked", "00A\r\n0123456789\r\n1\r\na\r\n000\r\n\r\n", "0123456789a"),
            ("X-Transfer-Encoding: chunked\r\nContent-Length: 1", "a", "a"),
        ]
        try await TestServer.run { server in
            for (fields, body, expected) in rows {
                let (answer, isKept) = try await server.exchange("POST /echo HTTP/1.1\r\nHost: x\r\n\(fields)\r\n\r\n\(body)")
                #expect(answer?.status == 200)
                #expect(answer?.body == expected)
                #expect(isKept)
            }
        }
    }

    private func expectRefusal(_ bytes: [UInt8]) async throws {
        try await TestServer.run { server in
            try await RawClient.connect(to: server.port) { client async throws in
                await client.send(bytes)
                let answer = try #require(try await client.answer())
                #expect(answer.status == 400)
                #expect(["invalid_request", "duplicate_header"].contains(answer.member("code")))
                #expect(answer.field("Connection") == "close")
                #expect(await client.rest() == "")
            }
        }
    }
}
