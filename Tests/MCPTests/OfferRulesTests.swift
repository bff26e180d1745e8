import JSON
import MCP
import Testing

@Suite("What else may be registered")
struct OfferRulesTests {
    private func fault(
        resources: [Resource<Void>] = [],
        templates: [ResourceTemplate<Void>] = [],
        prompts: [Prompt<Void>] = [],
        tools: [Tool<Void>] = [],
        origin: String? = "https://example.com"
    ) -> String? {
        do {
            _ = try ServerDefinition(
                info: CatalogueServer.info,
                tools: tools,
                resources: resources,
                templates: templates,
                prompts: prompts,
                origin: origin
            )
            return nil
        } catch {
            return error.description
        }
    }

    private func resource(
        _ uri: String = "x:a",
        name: String = "n",
        title: String = "N",
        _ description: String = "N.",
        size: Int? = nil,
        icons: [Icon] = []
    )
        -> Resource<Void>
    {
        Resource(uri, name: name, title: title, description: description, size: size, icons: icons) { _ in nil }
    }

    @Test("RS4 RS5 RS10 A2 resources have an address, a name, a title and a description")
    func resources() {
        #expect(fault(resources: [resource()]) == nil)
        for uri in ["", "a", "x:", "x y:a", "x:a b", "x:%4", "x:{a}"] {
            #expect(fault(resources: [resource(uri)]) == "resource \(uri): its address is no URI of RFC 3986")
        }
        #expect(fault(resources: [resource(name: "")]) == "resource x:a: it needs a name")
        #expect(fault(resources: [resource(title: "")]) == "resource x:a: it needs a title and a description")
        #expect(fault(resources: [resource("x:a", "")]) == "resource x:a: it needs a title and a description")
        #expect(fault(resources: [resource(size: -1)]) == "resource x:a: its size is negative")
        #expect(fault(resources: [resource(), resource()]) == "two resources have the name x:a")
        #expect(fault(resources: [resource("x:" + String(repeating: "a", count: 511))])?.hasSuffix("longer than 512 bytes") == true)
    }

    @Test("RS10 A2 templates likewise")
    func templates() {
        func template(_ uri: String = "x:{a}", name: String = "n", title: String = "N", _ description: String = "N.") -> ResourceTemplate<
            Void
        > {
            ResourceTemplate(uri, name: name, title: title, description: description, .string("a")) { _, _ in nil }
        }
        #expect(fault(templates: [template(), template("x:{a}/y")]) == nil)
        #expect(fault(templates: [template(name: "")]) == "resource template x:{a}: it needs a name")
        #expect(fault(templates: [template(title: "")]) == "resource template x:{a}: it needs a title and a description")
        #expect(fault(templates: [template("x:{a}", "")]) == "resource template x:{a}: it needs a title and a description")
        #expect(fault(templates: [template(), template()]) == "two resource templates have the name x:{a}")
    }

    @Test("P5 A2 prompts have a name, a title, a description, and arguments with names of their own")
    func prompts() {
        func prompt(_ name: String = "p", title: String = "P", _ description: String = "P.", _ first: String = "a", _ second: String = "b")
            -> Prompt<Void>
        {
            Prompt(name, title: title, description, .string(first), .string(second)) { _, _, _ in [] }
        }
        #expect(fault(prompts: [prompt(), prompt("P")]) == nil)
        #expect(fault(prompts: [prompt("")])?.contains("a name is 1 to 64") == true)
        #expect(fault(prompts: [prompt("a/b")])?.contains("a name is 1 to 64") == true)
        #expect(fault(prompts: [prompt(title: "")]) == "prompt p: it needs a title and a description")
        #expect(fault(prompts: [prompt("p", "")]) == "prompt p: it needs a title and a description")
        #expect(fault(prompts: [prompt(), prompt()]) == "two prompts have the name p")
        #expect(fault(prompts: [prompt("p", "P.", "a", "a")]) == "prompt p: two of its arguments have the name a")
        #expect(fault(prompts: [prompt("p", "P.", "a", "\u{212A}")])?.hasPrefix("prompt p, argument 2: a name is") == true)
    }

    @Test(
        "A1 icons are png or svg, data: or https: of the server's own origin",
        arguments: [
            ("data:image/png;base64,AA==", "image/png", true), ("https://example.com/i.svg", "image/svg+xml", true),
            ("https://Example.com:443/i.svg?v=1", "image/svg+xml", true), ("https://example.com:8443/i.svg", "image/svg+xml", false),
            ("https://cdn.example.com/i.svg", "image/svg+xml", false), ("https://example.com.evil.org/i.svg", "image/svg+xml", false),
            ("https://example.com@evil.org/i.svg", "image/svg+xml", false), ("https:///i.svg", "image/svg+xml", false),
            ("http://example.com/i.png", "image/png", false), ("data:image/gif;base64,AA==", "image/gif", false),
            ("data:image/svg+xml,a", "image/png", false), ("javascript:alert(1)", "image/svg+xml", false),
            ("https://a b", "image/png", false),
        ]
    )
    func icons(source: String, type: String, isFine: Bool) {
        let icons = [Icon(source: source, mimeType: type, sizes: ["any"])]
        let info = Implementation(name: "s", version: "1", icons: icons)
        let tool = Tool<Void>("t", title: "T", "T.", annotations: .reading, icons: icons) { _ in .text("") }
        let prompt = Prompt<Void>("p", title: "P", "P.", icons: icons) { _ in [] }
        let template = ResourceTemplate<Void>("x:{a}", name: "n", title: "N", description: "N.", icons: icons, .string("a")) { _, _ in nil }
        var serverFault: String?
        do { _ = try ServerDefinition<Void>(info: info, origin: "https://example.com") } catch { serverFault = error.description }
        let faults = [
            fault(resources: [resource(icons: icons)]), fault(templates: [template]), fault(prompts: [prompt]), fault(tools: [tool]),
            serverFault,
        ]
        for fault in faults { #expect((fault == nil) == isFine, "\(fault ?? "")") }
    }

    @Test("A1 without an origin every https: icon is somebody else's, and an origin is one")
    func origins() {
        let icons = [Icon(source: "https://example.com/i.png", mimeType: "image/png", sizes: ["any"])]
        #expect(fault(resources: [resource(icons: icons)], origin: nil)?.hasSuffix("of the server's own origin") == true)
        #expect(fault(resources: [resource(icons: icons)], origin: "https://EXAMPLE.com:443") == nil)
        for origin in [
            "", "http://example.com", "https://", "https://example.com/", "https://example.com?a", "https://a@example.com", "https://a b",
        ] {
            #expect(fault(origin: origin) == "the origin \(origin) is not https:// with a host and nothing more")
        }
    }

    @Test("A3 a priority is from 0 to 1")
    func priority() {
        #expect(Annotations(priority: 1.5).priority == 1)
        #expect(Annotations(priority: -1).priority == 0)
        #expect(Annotations(priority: .nan).priority == nil)
        #expect(Annotations(priority: 0.25).priority == 0.25)
    }
}
