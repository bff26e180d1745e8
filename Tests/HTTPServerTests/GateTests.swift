import HTTPServer
import Testing

@Suite("The gate", .timeLimit(.minutes(2)))
struct GateTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        let request: String
        let status: Int
        var code: String?
        var field: String?
        var isKept = true

        var testDescription: String { name }

        init(_ name: String, _ request: String, _ status: Int, _ code: String? = nil, field: String? = nil, isKept: Bool = true) {
            self.name = name
            self.request = request
            self.status = status
            self.code = code
            self.field = field
            self.isKept = isKept
        }
    }

    static let head: [Row] = [
        Row("a plain request", "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        Row("HTTP/1.0 is served and closed", "GET /healthz HTTP/1.0\r\nHost: x\r\n\r\n", 200, isKept: false),
        Row("Connection: close closes", "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: keep, Close\r\n\r\n", 200, isKept: false),
        Row("Host is missing", "GET /healthz HTTP/1.1\r\n\r\n", 400, "invalid_request", field: "Host", isKept: false),
        Row("Host twice", "GET /healthz HTTP/1.1\r\nHost: x\r\nhost: x\r\n\r\n", 400, "duplicate_header", field: "Host", isKept: false),
        Row("Host empty", "GET /healthz HTTP/1.1\r\nHost:\r\n\r\n", 400, "invalid_request", field: "Host", isKept: false),
        Row(
            "Host with user information",
            "GET /healthz HTTP/1.1\r\nHost: a@b\r\n\r\n",
            400,
            "invalid_request",
            field: "Host",
            isKept: false
        ),
        Row("Host with a path", "GET /healthz HTTP/1.1\r\nHost: a/b\r\n\r\n", 400, "invalid_request", field: "Host", isKept: false),
        Row("Host is an IPv6 address", "GET /healthz HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 200),
        Row("absolute form of our host", "GET http://X:80/healthz?a=/ HTTP/1.1\r\nHost: x:80\r\n\r\n", 200),
        Row("absolute form of another host", "GET http://y/healthz HTTP/1.1\r\nHost: x\r\n\r\n", 400, "invalid_request", isKept: false),
        Row("absolute form without path", "GET http://x HTTP/1.1\r\nHost: x\r\n\r\n", 400, "invalid_request", isKept: false),
        Row("asterisk form", "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", 400, "invalid_request", isKept: false),
        Row("authority form", "CONNECT x:80 HTTP/1.1\r\nHost: x:80\r\n\r\n", 400, "invalid_request", isKept: false),
        Row("a target without slash", "GET healthz HTTP/1.1\r\nHost: x\r\n\r\n", 400, "invalid_request", isKept: false),
        Row("no folding of slashes", "GET //healthz HTTP/1.1\r\nHost: x\r\n\r\n", 404, "route_not_found"),
        Row("no dots", "GET /a/../healthz HTTP/1.1\r\nHost: x\r\n\r\n", 404, "route_not_found"),
        Row("no decoding", "GET /%68ealthz HTTP/1.1\r\nHost: x\r\n\r\n", 404, "route_not_found"),
        Row("%00 in the path", "GET /v1/notes/a%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "invalid_request", isKept: false),
        Row("%00 in the query", "GET /v1/notes/a?q=%00 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "invalid_parameter", field: "q"),
        Row("a bad escape in the query", "GET /v1/notes/a?q=%2 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "invalid_parameter", field: "q"),
        Row("a parameter twice", "GET /v1/notes/a?q=1&%71=2 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "invalid_parameter", field: "q"),
        Row("an unknown parameter is ignored", "GET /v1/notes/a?x=%zz&x HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        Row("a fragment", "GET /healthz#a HTTP/1.1\r\nHost: x\r\n\r\n", 400, "invalid_request", isKept: false),
        Row("one empty line before", "\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        Row("two empty lines before", "\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 400, "invalid_request", isKept: false),
    ]

    static let api: [Row] = [
        Row("no such path", "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n", 404, "route_not_found"),
        Row("another method", "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab", 405, "method_not_allowed"),
        Row("an unknown method", "BREW /echo HTTP/1.1\r\nHost: x\r\n\r\n", 405, "method_not_allowed"),
        Row("gzip", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\na", 415, "unsupported_encoding"),
        Row("identity", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Encoding: Identity\r\nContent-Length: 1\r\n\r\na", 200),
        Row("encodings in a row", "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Encoding: identity, br\r\n\r\n", 415, "unsupported_encoding"),
        Row(
            "Authorization twice",
            "GET /who HTTP/1.1\r\nHost: x\r\nAuthorization: a\r\nauthorization: a\r\n\r\n",
            400,
            "duplicate_header",
            field: "authorization"
        ),
        Row(
            "X-TB-Tenant-ID twice",
            "GET /who HTTP/1.1\r\nHost: x\r\nX-TB-Tenant-ID: a\r\nx-tb-tenant-id: a\r\n\r\n",
            400,
            "duplicate_header",
            field: "x-tb-tenant-id"
        ),
        Row(
            "X-Sync-Epoch twice, apart",
            "GET /who HTTP/1.1\r\nX-Sync-Epoch: 1\r\nHost: x\r\nX-Sync-Epoch: 2\r\n\r\n",
            400,
            "duplicate_header",
            field: "X-Sync-Epoch"
        ),
        Row("X_TB_ once", "GET /who HTTP/1.1\r\nHost: x\r\nX_TB_Tenant_ID: a\r\n\r\n", 400, "duplicate_header", field: "X_TB_Tenant_ID"),
        Row(
            "If-Match twice",
            "GET /who HTTP/1.1\r\nHost: x\r\nIf-Match: 1\r\nIf-Match: 1\r\n\r\n",
            400,
            "duplicate_header",
            field: "If-Match"
        ),
        Row(
            "X-Debug-Sub twice",
            "GET /who HTTP/1.1\r\nHost: x\r\nX-Debug-Sub: a\r\nX-Debug-Sub: b\r\n\r\n",
            400,
            "duplicate_header",
            field: "X-Debug-Sub"
        ),
        Row("Accept twice is fine", "GET /v1/a/b HTTP/1.1\r\nHost: x\r\nAccept: a\r\nAccept: b\r\n\r\n", 200),
        Row(
            "duplicates come before 404",
            "GET /nothing HTTP/1.1\r\nHost: x\r\nIf-Match: 1\r\nIf-Match: 1\r\n\r\n",
            400,
            "duplicate_header"
        ),
        Row("415 comes before 405", "PUT /echo HTTP/1.1\r\nHost: x\r\nContent-Encoding: br\r\n\r\n", 415, "unsupported_encoding"),
        Row("405 comes before 401", "POST /who HTTP/1.1\r\nHost: x\r\n\r\n", 405, "method_not_allowed"),
        Row("no token", "GET /who HTTP/1.1\r\nHost: x\r\n\r\n", 401, "unauthorized"),
        Row("a bad token", "GET /who HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer bad\r\n\r\n", 401, "unauthorized"),
        Row("a good token", "GET /who HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good-ada\r\n\r\n", 200),
        Row("nobody may look", "GET /maybe HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        Row("but not with a bad token", "GET /maybe HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer bad\r\n\r\n", 401, "unauthorized"),
        Row("any Host", "GET /v1/a/b HTTP/1.1\r\nHost: evil.example\r\nOrigin: null\r\n\r\n", 200),
        Row("100 parameters", "GET /v1/a/b?\(Array(repeating: "x=1", count: 100).joined(separator: "&")) HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        Row(
            "101 parameters",
            "GET /v1/a/b?\(Array(repeating: "x=1", count: 101).joined(separator: "&")) HTTP/1.1\r\nHost: x\r\n\r\n",
            400,
            "invalid_parameter"
        ),
        Row("a problem", "GET /problem HTTP/1.1\r\nHost: x\r\n\r\n", 409, "already_exists"),
        Row("a thrown error", "GET /fail HTTP/1.1\r\nHost: x\r\n\r\n", 500, "internal_error"),
        Row(
            "a probe with a body",
            "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na",
            413,
            "payload_too_large",
            isKept: false
        ),
    ]

    @Test("answers each head as the contract says", arguments: head + api)
    func rows(_ row: Row) async throws {
        try await TestServer.run { server in
            let (answer, isKept) = try await server.exchange(row.request)
            let got = try #require(answer)
            #expect(got.status == row.status)
            #expect(got.member("code") == row.code)
            if let field = row.field { #expect(got.member("field") == field) }
            #expect(isKept == row.isKept)
            #expect((got.field("Connection") == "close") == !row.isKept)
            try checkCommonFields(got)
        }
    }

    @Test("MCP routes check in the order W2 to W8", arguments: mcpRows)
    func mcp(_ row: MCPRow) async throws {
        try await TestServer.run { server in
            var text = "\(row.method) /mcp\(row.query) HTTP/1.1\r\nHost: \(row.host ?? "127.0.0.1:\(server.port)")\r\n"
            for header in row.headers { text += header + "\r\n" }
            if let body = row.body { text += "Content-Length: \(body.utf8.count)\r\n\r\n\(body)" } else { text += "\r\n" }
            let (answer, _) = try await server.exchange(text)
            let got = try #require(answer)
            #expect(got.status == row.status)
            #expect(got.member("code") == row.code)
            try checkCommonFields(got)
        }
    }

    struct MCPRow: Sendable, CustomTestStringConvertible {
        let name: String
        var method = "POST"
        var host: String?
        var query = ""
        var headers: [String] = []
        var body: String?
        let status: Int
        var code: String?

        var testDescription: String { name }
    }

    static let json = "Content-Type: application/json"
    static let token = "Authorization: Bearer good-ada"
    static let mcpRows: [MCPRow] = [
        MCPRow(name: "all is well", headers: [json, token], body: "{}", status: 200),
        MCPRow(
            name: "parameters of the type",
            headers: ["Content-Type: Application/JSON ; charset=utf-8", token],
            body: "{}",
            status: 200
        ),
        MCPRow(
            name: "W2 SEC4 another host",
            host: "evil.example",
            headers: [json, token, "Origin: null"],
            status: 421,
            code: "misdirected_request"
        ),
        MCPRow(name: "W2 our name, another port", host: "127.0.0.1:1", headers: [json, token], status: 421, code: "misdirected_request"),
        MCPRow(name: "W3 origin null", query: "?token=a", headers: ["Origin: null"], status: 403, code: "origin_not_allowed"),
        MCPRow(
            name: "W3 S15 SEC4 a foreign origin",
            headers: [json, token, "Origin: https://evil.example"],
            status: 403,
            code: "origin_not_allowed"
        ),
        MCPRow(
            name: "W3 a look-alike",
            headers: [json, token, "Origin: http://127.0.0.1.evil.com"],
            status: 403,
            code: "origin_not_allowed"
        ),
        MCPRow(
            name: "W3 user information",
            headers: [json, token, "Origin: https://localhost:80@evil"],
            status: 403,
            code: "origin_not_allowed"
        ),
        MCPRow(
            name: "W3 a good and a bad one",
            headers: [json, token, "Origin: http://localhost", "Origin: null"],
            status: 403,
            code: "origin_not_allowed"
        ),
        MCPRow(name: "W3 loopback with any port", headers: [json, token, "Origin: HTTP://LOCALHOST:5173"], body: "{}", status: 200),
        MCPRow(name: "W3 a listed origin", headers: [json, token, "Origin: https://app.example.com"], body: "{}", status: 200),
        MCPRow(name: "W4 AU10 a token in the query", query: "?a=1&access_token=x", headers: [json], status: 400, code: "invalid_request"),
        MCPRow(name: "W4 escaped", query: "?%74oken=x", headers: [json], status: 400, code: "invalid_request"),
        MCPRow(name: "W5 no token, though the type is wrong", headers: ["Content-Type: text/plain"], status: 401, code: "unauthorized"),
        MCPRow(name: "W5 before W7", headers: [json], body: String(repeating: "a", count: 101), status: 401, code: "unauthorized"),
        MCPRow(name: "T-5 two tokens", headers: [json, token, token], status: 400, code: "duplicate_header"),
        MCPRow(name: "W6 no type", headers: [token], body: "{}", status: 415, code: "unsupported_media_type"),
        MCPRow(
            name: "W6 another type",
            headers: ["Content-Type: text/plain", token],
            body: "{}",
            status: 415,
            code: "unsupported_media_type"
        ),
        MCPRow(
            name: "W6 even identity",
            headers: [json, token, "Content-Encoding: identity"],
            body: "{}",
            status: 415,
            code: "unsupported_encoding"
        ),
        MCPRow(
            name: "W6 before W7",
            headers: ["Content-Type: a/b", token],
            body: String(repeating: "a", count: 101),
            status: 415,
            code: "unsupported_media_type"
        ),
        MCPRow(
            name: "W7 too large",
            headers: [json, token, "Accept: text/html"],
            body: String(repeating: "a", count: 101),
            status: 413,
            code: "payload_too_large"
        ),
        MCPRow(name: "W8 takes neither", headers: [json, token, "Accept: text/html"], body: "{}", status: 406, code: "not_acceptable"),
        MCPRow(
            name: "W8 refuses both",
            headers: [json, token, "Accept: application/json;q=0, text/*; q=0.0"],
            body: "{}",
            status: 406,
            code: "not_acceptable"
        ),
        MCPRow(name: "W8 takes anything", headers: [json, token, "Accept: text/html, */*;q=0.1"], body: "{}", status: 200),
        MCPRow(name: "W8 takes streams", headers: [json, token, "Accept: text/event-stream"], body: "{}", status: 200),
        MCPRow(name: "GET needs no type", method: "GET", headers: [token], status: 200),
        MCPRow(name: "W65 a preflight needs no token", method: "OPTIONS", headers: ["Origin: http://localhost:1"], status: 204),
        MCPRow(
            name: "W65 from a foreign origin",
            method: "OPTIONS",
            headers: ["Origin: https://evil.example"],
            status: 403,
            code: "origin_not_allowed"
        ),
    ]

    @Test("H15: a page from an allowed origin may read the answer, also a refusal")
    func cors() async throws {
        try await TestServer.run { server in
            let host = "Host: localhost:\(server.port)"
            let (preflight, isKept) = try await server.exchange(
                "OPTIONS /mcp HTTP/1.1\r\n\(host)\r\nOrigin: https://app.example.com\r\nAccess-Control-Request-Method: POST\r\n\r\n"
            )
            #expect(preflight?.status == 204)
            #expect(isKept)
            #expect(preflight?.field("Access-Control-Allow-Origin") == "https://app.example.com")
            #expect(preflight?.field("Access-Control-Allow-Methods") == "POST, GET, DELETE")
            #expect(preflight?.field("Access-Control-Allow-Headers")?.contains("Mcp-Session-Id") == true)
            #expect(preflight?.field("Access-Control-Max-Age") == "600")
            #expect(preflight?.field("Vary") == "Origin")
            #expect(preflight?.field("Access-Control-Allow-Credentials") == nil)
            #expect(preflight?.field("Content-Length") == nil)
            let refusal = try await server.exchange("POST /mcp HTTP/1.1\r\n\(host)\r\nOrigin: https://app.example.com\r\n\r\n").answer
            #expect(refusal?.status == 401)
            #expect(refusal?.field("Access-Control-Allow-Origin") == "https://app.example.com")
            #expect(refusal?.field("Access-Control-Expose-Headers") == "Mcp-Session-Id, WWW-Authenticate, DPoP-Nonce")
        }
    }

    @Test("HEAD is 405 without a body, and Allow names what there is")
    func headMethod() async throws {
        try await TestServer.run { server in
            let (answer, isKept) = try await server.exchange(Array("HEAD /v1/a/b HTTP/1.1\r\nHost: x\r\n\r\n".utf8), bodyless: true)
            #expect(answer?.status == 405)
            #expect(answer?.field("Allow") == "DELETE, GET")
            #expect(isKept)
        }
    }

    private func checkCommonFields(_ answer: RawClient.Answer) throws {
        let id = try #require(answer.field("X-Correlation-ID"))
        #expect(id.utf8.count == 36)
        #expect(Array(id.utf8)[14] == UInt8(ascii: "4"))
        let date = try #require(answer.field("Date"))
        #expect(date.utf8.count == 29 && date.hasSuffix(" GMT"))
        for name in ["Date", "X-Correlation-ID", "Content-Type", "Content-Length", "Connection"] {
            #expect(answer.fields.filter { $0.name.lowercased() == name.lowercased() }.count <= 1)
        }
        guard answer.status >= 400 else { return }
        #expect(answer.field("Content-Type") == "application/json")
        #expect(answer.body.hasPrefix("{\"error\":\""))
        #expect(answer.body.hasSuffix(",\"correlation_id\":\"\(id)\"}"))
    }
}
