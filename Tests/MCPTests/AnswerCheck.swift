import JSON
import MCP
import Testing

/// What every answer must be, whatever was asked: JSON-RPC, valid by the official schema of its revision, with the right status (J6).
extension TestServer {
    func check(_ reply: HTTPReply, to message: HTTPMessage) throws {
        guard reply.status != 202, reply.status != 204 else {
            #expect(reply.body == .none)
            return
        }
        let answer = try #require(reply.message, "an answer is JSON")
        let asked = try? JSONValue.parse(tolerating: message.body, limits: .message).value
        let revision = self.revision(of: message, asked: asked, reply: reply)
        var elements = answer.kind == .array ? answer.elements.map { $0 } : nil
        if case .events(let messages) = reply.body, asked?.kind == .array {
            elements = try messages.map { try JSONValue(parsing: $0, limits: .message) }
        }
        if let elements {
            let requests = (asked?.elements.map { $0 } ?? []).filter { $0["id"] != nil || $0["method"] == nil }
            for element in elements {
                // Which of several requests with one id was meant can't be told.
                let asked = requests.filter { $0["id"] == element["id"] }
                if asked.count <= 1 { try TestServer.check(element, asked: asked.first, revision) }
            }
        } else {
            try TestServer.check(answer, asked: asked, revision)
        }
    }

    static func check(_ answer: JSONValue, asked: JSONValue?, _ revision: Revision) throws {
        #expect(answer["jsonrpc"] == "2.0")
        #expect((answer["result"] == nil) != (answer["error"] == nil), "B5 exactly one of result and error")
        #expect(revision >= .v2026_07_28 || answer["result"]?["resultType"] == nil, "B10 never in legacy results")
        guard let schema = try OfficialSchema.of(revision) else { return }
        if let error = answer["error"] {
            // The null form is the one message that no schema describes (KI8).
            if answer["id"] == nil || answer["id"]?.isNull == true { return }
            try schema.check(answer, is: errorDefinition(error["code"]?.integer, revision))
        } else {
            #expect(answer["id"] == asked?["id"])
            try schema.check(answer, is: revision >= .v2025_11_25 ? "JSONRPCResultResponse" : "JSONRPCResponse")
            let result = try answer.require("result")
            let definition = try #require(resultDefinitions[asked?["method"]?.string ?? ""], "a result for an unknown method")
            switch result["resultType"]?.string {
            // Tasks are an extension, which the official schema only has a place for.
            case "task": try schema.check(result, is: "Result")
            case "input_required": try checkInputRequired(result, asked?["method"]?.string, schema)
            default: try schema.check(result, is: definition)
            }
            if let task = result["result"] { try schema.check(task, is: "CallToolResult") }
            if let error = result["error"] { try schema.check(error, is: "Error") }
            if let requests = result["inputRequests"] { try schema.check(requests, is: "InputRequests") }
        }
    }

    /// M1 to M4, K4.
    private static func checkInputRequired(_ result: JSONValue, _ method: String?, _ schema: OfficialSchema) throws {
        #expect(["tools/call", "prompts/get", "resources/read"].contains(method), "M1 nowhere else")
        try schema.check(result, is: "InputRequiredResult")
        let requests = try result.require("inputRequests")
        #expect(requests.count > 0)
        for request in requests.members {
            #expect(Set(request.value.members.map(\.key)) == ["method", "params"], "M3")
            let definition = try #require(requestDefinitions[request.value["method"]?.string ?? ""])
            try schema.check(request.value, is: definition)
        }
        #expect(result["ttlMs"] == nil && result["cacheScope"] == nil, "K4 no hints")
    }

    /// What we may ask, by method.
    static let requestDefinitions = [
        "elicitation/create": "ElicitRequest", "sampling/createMessage": "CreateMessageRequest", "roots/list": "ListRootsRequest",
    ]

    private static let resultDefinitions = [
        "initialize": "InitializeResult", "ping": "EmptyResult", "server/discover": "DiscoverResult", "tools/list": "ListToolsResult",
        "tools/call": "CallToolResult", "resources/list": "ListResourcesResult",
        "resources/templates/list": "ListResourceTemplatesResult", "resources/read": "ReadResourceResult",
        "prompts/list": "ListPromptsResult", "prompts/get": "GetPromptResult", "completion/complete": "CompleteResult",
        "tasks/get": "Result", "tasks/update": "EmptyResult", "tasks/cancel": "EmptyResult",
    ]

    private static func errorDefinition(_ code: Int64?, _ revision: Revision) -> String {
        guard revision >= .v2025_11_25 else { return "JSONRPCError" }
        switch (code, revision) {
        case (-32020, .v2026_07_28): return "HeaderMismatchError"
        case (-32021, .v2026_07_28): return "MissingRequiredClientCapabilityError"
        case (-32022, .v2026_07_28): return "UnsupportedProtocolVersionError"
        default: return "JSONRPCErrorResponse"
        }
    }

    /// The revision in which an answer must be written.
    private func revision(of message: HTTPMessage, asked: JSONValue?, reply: HTTPReply) -> Revision {
        if let negotiated = reply.result?["protocolVersion"]?.string.flatMap({ Revision($0) }) { return negotiated }
        let meta = asked?["params"]?["_meta"]
        let method = asked?["method"]?.string
        let hasEnvelope = ["protocolVersion", "clientCapabilities", "clientInfo"].contains { meta?["io.modelcontextprotocol/\($0)"] != nil }
        let isModernHeader = message.protocolVersion.contains { Revision($0)?.isLegacy != true }
        if hasEnvelope || method == "server/discover" || (isModernHeader && method != "initialize") { return .v2026_07_28 }
        if let session = endpoint.receive(
            HTTPMessage(.delete, principal: message.principal, now: message.now, sessionID: message.sessionID)
        ).session {
            return session.revision
        }
        return message.protocolVersion.first.flatMap { Revision($0) } ?? .v2025_03_26
    }
}
