import JSON
import MCP
import Testing

@Suite("URI templates")
struct URITemplateTests {
    /// What a template with the variables `a` and `b` reads at an address, `a|b`; nil if nothing.
    private func match(_ template: String, _ uri: String) async throws -> String? {
        let catalogue = CatalogueServer(
            try ServerDefinition(
                info: CatalogueServer.info,
                templates: [
                    ResourceTemplate(template, name: "n", title: "N", description: "N.", .string("a"), .string("b")) { _, a, b in
                        .text("\(a)|\(b)")
                    }
                ]
            )
        )
        let reply = try await catalogue.read(uri)
        return reply.result?["contents"]?.elements.first { _ in true }?["text"]?.string
    }

    @Test(
        "RS9 reading expands by matching",
        arguments: [
            ("x://{a}/{b}", "x://1/2", "1|2"), ("x://{a}/{b}", "x://1/2/3", nil), ("x://{a}/{b}", "x://1/", nil),
            ("x://{a}/{b}", "x:///2", nil), ("x://{a}-{b}", "x://1-2-3", "1|2-3"), ("x://{a}-{b}.txt", "x://1-2.txt.txt", "1|2.txt"),
            ("x://{a}-{b}.txt", "x://1-.txt", nil), ("x://{a}aa{b}", "x://aaaaa", "a|aa"), ("x://{a}4{b}", "x://q%414z", "qA|z"),
            ("x://{a}/{b}", "x://1%2F2/3", nil), ("x://{a}/{b}", "x://1%002/3", nil), ("x://{a}/{b}", "x://%FF/3", nil),
            ("x://{a}/{b}", "x://%E2%84%AA/K", "\u{212A}|K"), ("x://{a}/{b}", "x://a@b:c/d!$&'()*+,;=", "a@b:c|d!$&'()*+,;="),
            ("x://{a}/{b}", "x://1/2?q=3", nil), ("x://{a}/{b}", "x://1/2#f", nil), ("x://{a}?q={b}#end", "x://1?q=2#end", "1|2"),
            ("x://{a}/{b}", "x://%2525/+", "%25|+"),
        ]
    )
    func matching(template: String, uri: String, expected: String?) async throws {
        #expect(try await match(template, uri) == expected)
    }

    @Test("RS9 work is bounded by the length of the address")
    func bounded() async throws {
        let long = "x://" + String(repeating: "-a", count: 4_000)
        #expect(try await match("x://{a}-{b}.txt", long) == nil)
        #expect(try await match("x://{a}-{b}", long + "/") == nil)
    }

    @Test(
        "RS4 RS9 RS10 templates that break a rule are refused",
        arguments: [
            ("x://y", "needs 1 to 32 variables"), ("x://{a", "a brace too many"), ("x://a}", "a brace too many"),
            ("x://{{a}}", "a brace too many"), ("x://{}", "plain letters"), ("x://{+a}", "plain letters"), ("x://{a*}", "plain letters"),
            ("x://{a,b}", "plain letters"), ("x://{a}{b}", "nothing between"), ("x://{a}/{a}", "has a twice"), ("{a}://b", "a scheme"),
            ("{a}", "a scheme"), ("x y://{a}", "a scheme"), ("x://{a}%4", "a scheme"), ("x://{b}", "variable b needs one declaration"),
            ("x://" + String(repeating: "y", count: 512) + "{a}", "longer than 512"),
        ]
    )
    func refused(template: String, reason: String) {
        let declared = ResourceTemplate<String>(template, name: "n", title: "N", description: "N.", .string("a")) { _, _ in nil }
        let error = #expect(throws: DefinitionError.self) { try ServerDefinition(info: CatalogueServer.info, templates: [declared]) }
        #expect(error?.description.hasPrefix("resource template \(template): ") == true)
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
    }

    @Test("RS9 a variable that isn't in the template is refused")
    func surplus() {
        let template = ResourceTemplate<String>("x://{a}", name: "n", title: "N", description: "N.", .string("a"), .string("b")) {
            _,
            _,
            _ in nil
        }
        let error = #expect(throws: DefinitionError.self) { try ServerDefinition(info: CatalogueServer.info, templates: [template]) }
        #expect(error?.description.hasSuffix("it declares a variable that its template does not have") == true)
    }
}
