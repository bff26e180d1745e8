import JSON
import MCP
import Testing
import ToolBridge
import Tools

/// Results and refusals as a model gets them.
@Suite struct ResultTests {
    @Test func everyResultFitsItsSchemaAndHasAllItsMembers() async throws {
        let service = CountingService()
        let box = ToolBox(service)
        for tool in box.tools {
            let schema = try #require(tool.outputSchema, "\(tool.name)")
            let value = try await box.value(tool.name, MinimalArguments.of(tool.name))
            #expect(SchemaCheck.faults(of: value, in: schema) == [], "\(tool.name)")
            let shape = tool.name == "health_check" ? Self.report : tool.name.hasPrefix("list_") ? Self.page : Self.item
            #expect(SchemaCheck.faults(of: value, in: shape) == [], "\(tool.name)")
            #expect(value.members.map(\.key) == shape["properties"]?.members.map(\.key), "\(tool.name)")
            for item in value["items"]?.elements.map({ $0 }) ?? [] {
                #expect(SchemaCheck.faults(of: item, in: Self.item) == [], "\(tool.name)")
                #expect(item.members.map(\.key) == Self.item["properties"]?.members.map(\.key), "\(tool.name)")
            }
        }
        // The checker itself finds faults.
        let wrong: JSONValue = ["uid": 1, "version": "1", "updatedAt": "", "deletedAt": false, "payload": []]
        #expect(SchemaCheck.faults(of: wrong, in: Self.item).count == 4)
        let schema = try #require(box.tools.first { $0.name == "get_note" }?.outputSchema)
        #expect(SchemaCheck.faults(of: ["uid": "1", "version": 1], in: schema).count == 3)
    }

    /// What results are, as the contract has it; the published schemas say less of it.
    private static let item: JSONValue = [
        "type": "object",
        "properties": [
            "uid": ["type": "string"], "version": ["type": "integer"], "updatedAt": ["type": "string"],
            "deletedAt": ["type": ["string", "null"]], "payload": ["type": "object"],
        ],
    ]
    private static let page: JSONValue = [
        "type": "object", "properties": ["items": ["type": "array"], "nextCursor": ["type": ["string", "null"]]],
    ]
    private static let report: JSONValue = [
        "type": "object",
        "properties": [
            "status": ["enum": ["healthy", "degraded"]], "tenant_id": ["type": ["string", "null"]],
            "go_api_base_url": ["type": ["string", "null"]], "version": ["type": "string"], "role": ["type": "string"],
            "upstream": ["type": "string"], "server_time": ["type": "string"],
        ],
    ]

    @Test func itemsOfARealDatabaseFitTheSchemasToo() async throws {
        try await withService { service, _ in
            let box = ToolBox(service)
            let payload = #"{"pi": 3.14159265358979323846264338327950288, "big":123456789012345678901234567890 ,"e":1E2,"s":"\u00e9\/"}"#
            let uid = UID.numbered(3)
            let change = Change(uid: uid, kind: .notes, updatedAt: nil, payload: Array(payload.utf8))
            _ = try await service.push([.success(change)], .notes, epoch: 1, of: .me)
            let result = try await box.call("get_note", #"{"uid":"\#(uid)"}"#)
            let text = String(decoding: try #require(result.structured), as: UTF8.self)
            #expect(
                text
                    == #"{"uid":"\#(uid)","version":1,"updatedAt":"2026-03-01T10:00:00.000Z","deletedAt":null,"payload":\#(payload)}"#
            )
            for (tool, arguments) in [
                ("get_note", #"{"uid":"\#(uid)"}"#), ("list_notes", #"{"limit":1}"#), ("delete_note", #"{"uid":"\#(uid)"}"#),
                ("list_notes", #"{"include_deleted":true}"#), ("list_notes", "{}"),
            ] {
                let schema = try #require(box.tools.first { $0.name == tool }?.outputSchema)
                let value = try await box.value(tool, arguments)
                #expect(SchemaCheck.faults(of: value, in: schema) == [], "\(tool)")
                let item = try #require(box.tools.first { $0.name == "get_note" }?.outputSchema)
                for element in value["items"]?.elements.map({ $0 }) ?? [] { #expect(SchemaCheck.faults(of: element, in: item) == []) }
            }
        }
    }

    @Test func healthNeedsNoItemsAndSaysWhatItKnows() async throws {
        let service = CountingService(refusing: .unavailable(Unexpected(description: "database")))
        let value = try await ToolBox(service).value("health_check")
        #expect(
            value.members.map(\.key) == ["status", "tenant_id", "go_api_base_url", "version", "role", "upstream", "server_time"]
        )
        #expect(value["status"]?.string == "healthy")
        #expect(value["tenant_id"]?.string == "tenant")
        #expect(value["go_api_base_url"]?.isNull == true)
        #expect(value["server_time"]?.string.flatMap { Timestamp(payloadText: $0) } != nil)
        #expect(service.count == 0)
        let ill = Tool<Owner>.healthCheck { _ in
            HealthReport(isHealthy: false, tenant: nil, apiBaseURL: "https://api", version: "1", role: "mcp", upstream: "toolbridge")
        }
        let report = try JSONValue(parsing: try #require(try await ill.call(.init(caller: .me), arguments: nil).structured))
        #expect(report["status"]?.string == "degraded")
        #expect(report["tenant_id"]?.isNull == true)
        #expect(report["go_api_base_url"]?.string == "https://api")
    }

    @Test(arguments: ItemError.Code.allCases)
    func everyRefusalReachesTheModelAsTextAndJSON(_ code: ItemError.Code) async throws {
        let details: [ItemError.Detail] = [
            .init(.uid, .string("\"u\"")), .init(.version, .integer(-3)), .init(.allowed, .strings(["a", "b"])),
        ]
        let cause = Unexpected(description: "SELECT secret FROM https://internal")
        let service = CountingService(refusing: ItemError(code, "the text of \(code)", details, underlying: cause))
        let box = ToolBox(service)
        let correlation = code.status >= 500 ? #","correlation_id":"c-1""# : ""
        for tool in box.tools where tool.name != "health_check" {
            let refusal = try await box.refusal(tool.name, MinimalArguments.of(tool.name))
            #expect(refusal.text == "the text of \(code)", "\(tool.name)")
            #expect(
                refusal.line
                    == #"{"code":"\#(code.rawValue)","status":\#(code.status),"uid":"\"u\"","version":-3,"allowed":["a","b"]\#(correlation)}"#,
                "\(tool.name)"
            )
        }
    }

    @Test func textsOfTheCatalogueHoldNoCause() async throws {
        let cause = Unexpected(description: "disk /var/lib at https://internal")
        for error in [ItemError.unavailable(cause), .internalError(cause)] {
            let refusal = try await ToolBox(CountingService(refusing: error)).refusal("list_notes", "{}")
            #expect(!refusal.text.contains("internal/") && !refusal.text.contains("://") && !refusal.line.contains("://"))
            #expect(refusal.json["correlation_id"]?.string == "c-1")
        }
    }

    @Test func aCallerWithoutAnOwnerIsRefused() async throws {
        let service = CountingService()
        let tools = ItemTools<Owner>(service: service, owner: { _ in throw ItemError(.notFound, "no owner") }).all
        for tool in tools {
            let value = try JSONValue(parsing: MinimalArguments.of(tool.name))
            #expect(try Refusal(try await tool.call(.init(caller: .me), arguments: value)).text == "no owner")
        }
        #expect(service.count == 0)
    }
}

/// A checker for as much of JSON Schema as our output schemas use.
enum SchemaCheck {
    static func faults(of value: JSONValue, in schema: JSONValue, at path: String = "") -> [String] {
        var faults: [String] = []
        if let type = schema["type"] {
            let types = type.kind == .array ? type.elements.compactMap(\.string) : [type.string ?? "-"]
            if !types.contains(where: { fits(value, $0) }) { faults.append("\(path) is \(value.kind), not \(types)") }
        }
        if let choices = schema["enum"], !choices.elements.contains(where: { $0 == value }) {
            faults.append("\(path) is none of its values")
        }
        for property in schema["properties"]?.members.map({ $0 }) ?? [] {
            guard let member = value[property.key] else { continue }
            faults += self.faults(of: member, in: property.value, at: path + "/" + property.key)
        }
        for name in schema["required"]?.elements.compactMap(\.string) ?? [] where value[name] == nil {
            faults.append("\(path)/\(name) is missing")
        }
        if let items = schema["items"] {
            for element in value.elements { faults += self.faults(of: element, in: items, at: path + "/-") }
        }
        for keyword in schema.members.map(\.key) where !["type", "enum", "properties", "required", "items"].contains(keyword) {
            faults.append("\(path): \(keyword) isn't checked")
        }
        return faults
    }

    private static func fits(_ value: JSONValue, _ type: String) -> Bool {
        type == "integer" ? value.integral != nil : value.kind.rawValue == type
    }
}
