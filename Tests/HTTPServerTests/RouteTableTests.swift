import HTTPServer
import HTTPTypes
import Testing

@Suite("The route table")
struct RouteTableTests {
    private func route(_ verb: Route<String>.Verb, _ template: String) -> Route<String> {
        Route(verb, template, label: template, .open { _ in .empty(.ok) })
    }

    private func table() throws -> RouteTable<String> {
        try RouteTable([
            route(.only(.get), "/"), route(.only(.get), "/v1/notes"), route(.only(.post), "/v1/notes"),
            route(.only(.get), "/v1/notes/{uid}"),
            route(.only(.post), "/v1/notes/{uid}/archive"), route(.only(.get), "/v1/sync/state"),
            route(.only(.get), "/v1/{kind}/deep/{uid}/x"),
            route(.any, "/mcp"), route(.any, "/messages/"),
        ])
    }

    @Test(
        "finds the route and its parameters, a literal before a parameter",
        arguments: [
            ("GET", "/", "/", ""), ("GET", "/v1/notes", "/v1/notes", ""), ("GET", "/v1/notes/a%20b", "/v1/notes/{uid}", "a%20b"),
            ("GET", "/v1/notes/é", "/v1/notes/{uid}", "é"), ("POST", "/v1/notes/7/archive", "/v1/notes/{uid}/archive", "7"),
            ("GET", "/v1/sync/state", "/v1/sync/state", ""), ("GET", "/v1/sync/deep/9/x", "/v1/{kind}/deep/{uid}/x", "9"),
            ("GET", "/v1/notes/deep/9/x", "/v1/{kind}/deep/{uid}/x", "9"), ("DELETE", "/mcp", "/mcp", ""),
            ("GET", "/messages/", "/messages/", ""),
        ]
    )
    func found(_ method: String, _ path: String, _ template: String, _ uid: String) throws {
        guard case .found(let route, let parameters) = try table().match(try #require(.init(method)), path: path) else {
            Issue.record("not found")
            return
        }
        #expect(route.template == template)
        #expect(parameters["uid"] ?? "" == uid)
        #expect(parameters["nothing"] == nil)
    }

    @Test(
        "finds nothing else",
        arguments: [
            "", "v1/notes", "/v1", "/v1/", "/v1/notes/", "/v1/notes//", "//v1/notes", "/V1/notes", "/v1/notes/a/", "/v1/notes/a/archive/",
            "/mcp/", "/messages",
            "/v1/sync", "/v1//deep/a/x", "/%76%31/notes", "/v1/notes/a/b", "/cafe\u{301}",
        ]
    )
    func notFound(_ path: String) throws {
        guard case .notFound = try table().match(.get, path: path) else {
            Issue.record("found")
            return
        }
    }

    @Test(
        "says which methods there are, and never HEAD",
        arguments: [
            ("PUT", "/v1/notes", ["GET", "POST"]), ("HEAD", "/v1/notes", ["GET", "POST"]), ("get", "/v1/notes", ["GET", "POST"]),
            ("HEAD", "/mcp", ["DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT"]),
        ]
    )
    func methods(_ method: String, _ path: String, _ expected: [String]) throws {
        guard case .methodNotAllowed(let allow) = try table().match(try #require(.init(method)), path: path) else {
            Issue.record("allowed")
            return
        }
        #expect(allow == expected)
    }

    @Test("refuses routes that clash or make no sense")
    func errors() {
        #expect(throws: RouteTableError.clash("/a/{y}")) { try RouteTable([route(.only(.get), "/a/{x}"), route(.only(.get), "/a/{y}")]) }
        #expect(throws: RouteTableError.clash("/a")) { try RouteTable([route(.any, "/a"), route(.only(.get), "/a")]) }
        #expect(throws: RouteTableError.clash("/a")) { try RouteTable([route(.any, "/a"), route(.any, "/a")]) }
        for template in ["", "a", "/{}", "/{a", "/{a}/{b}/{c}/{d}/{e}"] {
            #expect(throws: RouteTableError.malformed(template)) { try RouteTable([route(.any, template)]) }
        }
    }
}
