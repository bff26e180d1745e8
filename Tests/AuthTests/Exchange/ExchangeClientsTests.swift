import Auth
import Testing

@Suite("Clients of token exchange")
struct ExchangeClientsTests {
    @Test("a client is known by its id and secret, whatever characters the secret has")
    func known() throws {
        let clients = try ExchangeClients(text: Secret("mcp:one:two, other:s3cret ,mcp:next"))
        #expect(clients.areRequired)
        for (id, secret, isKnown) in [
            ("mcp", "one:two", true), ("other", "s3cret", true), ("mcp", "next", true), ("mcp", "one", false), ("mcp:one", "two", false),
            ("mcp", "s3cret", false), ("other", "s3cret ", false), ("", "", false), ("MCP", "next", false), ("mcp", "", false),
            ("mcpn", "ext", false), ("nobody", "next", false),
        ] {
            #expect(clients.contains(id: id, secret: Secret(secret)) == isKnown, "\(id) \(secret)")
        }
    }

    @Test("without a list no client has to say who it is, and none is known")
    func none() {
        #expect(!ExchangeClients.none.areRequired && !ExchangeClients.none.contains(id: "", secret: Secret("")))
    }

    @Test(
        "a list that can't be read is refused with its entry's number, and without a word of it",
        arguments: [
            ("", "entry 1 isn't of the form id:secret"), ("canary", "entry 1 isn't of the form id:secret"),
            ("a:canary,", "entry 2 isn't of the form id:secret"), ("a:canary,,b:canary", "entry 2 isn't of the form id:secret"),
            (":canary", "entry 1 has no id of printable ASCII characters before its colon"),
            ("a b:canary", "entry 1 has no id of printable ASCII characters before its colon"),
            ("é:canary", "entry 1 has no id of printable ASCII characters before its colon"),
            ("a:canary,b:", "entry 2 has no secret after its colon"),
            ("a:canary\n,b:canary", "entry 1 has a control character in its secret"),
        ]
    )
    func unreadable(text: String, fault: String) {
        let found = #expect(throws: ExchangeClients.Fault.self) { try ExchangeClients(text: Secret(text)) }
        #expect(found?.text == fault)
    }
}
