import JSON

/// Speaks MCP to one endpoint, as little of it as a check needs.
struct MCPProbe: Sendable {
    let probe: Probe
    /// Such as `https://notes.example.com`, without `/mcp`.
    let base: String
    let token: String?

    /// How a call is made.
    enum Form: Sendable, CaseIterable {
        /// Without handshake, session or headers of the protocol.
        case bare
        /// The revision 2025-11-25, in a session.
        case legacy
        /// The revision 2026-07-28.
        case modern
    }

    static let legacyRevision = "2025-11-25"
    static let modernRevision = "2026-07-28"

    /// What became of a call.
    enum Outcome: Sendable {
        case result(JSONValue)
        /// A JSON-RPC error, or an answer that isn't MCP's.
        case refused(status: Int, text: String)
    }

    func fields(_ more: [(String, String)] = [], session: String? = nil) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = [
            ("Content-Type", "application/json"), ("Accept", "application/json, text/event-stream"),
        ]
        if let token { fields.append(("Authorization", "Bearer \(token)")) }
        if let session {
            fields += [("Mcp-Session-Id", session), ("MCP-Protocol-Version", Self.legacyRevision)]
        }
        return fields + more.map { (name: $0.0, value: $0.1) }
    }

    /// One request in one of the forms.
    ///
    /// - Parameters:
    ///   - parameters: JSON of the members of `params`, without `_meta`; empty for none.
    ///   - isLast: Whether the connection ends with it, so that the next may reach another machine.
    /// - Throws: ``ProbeFault``.
    func call(
        _ method: String,
        _ parameters: String = "",
        name: String? = nil,
        as form: Form = .modern,
        session: String? = nil,
        path: String = "/mcp",
        isLast: Bool = false
    ) async throws(ProbeFault) -> Outcome {
        var more: [(String, String)] = isLast ? [("Connection", "close")] : []
        var members = parameters
        if form == .modern {
            more += [("MCP-Protocol-Version", Self.modernRevision), ("Mcp-Method", method)]
            if let name { more.append(("Mcp-Name", name)) }
            members += (members.isEmpty ? "" : ",") + Self.envelope
        }
        let params = members.isEmpty ? "" : #","params":{\#(members)}"#
        let body = #"{"jsonrpc":"2.0","id":1,"method":"\#(method)"\#(params)}"#
        let answer = try await probe.send(
            ProbeRequest(method: "POST", url: base + path, headers: fields(more, session: session), body: Array(body.utf8))
        )
        return Self.outcome(answer)
    }

    /// Opens a legacy session; nil if there is none.
    ///
    /// - Throws: ``ProbeFault``.
    func open() async throws(ProbeFault) -> String? {
        let hello =
            #"{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"\#(Self.legacyRevision)","capabilities":{},"#
            + #""clientInfo":{"name":"toolbridge-doctor","version":"1"}}}"#
        let answer = try await probe.send(
            ProbeRequest(method: "POST", url: base + "/mcp", headers: fields(), body: Array(hello.utf8))
        )
        guard answer.status == 200, let session = answer.header("Mcp-Session-Id") else { return nil }
        let ready = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#
        _ = try await probe.send(
            ProbeRequest(method: "POST", url: base + "/mcp", headers: fields(session: session), body: Array(ready.utf8))
        )
        return session
    }

    /// A tool's result.
    ///
    /// - Parameter arguments: JSON of an object.
    /// - Throws: ``ProbeFault``.
    func tool(
        _ name: String,
        _ arguments: String = "{}",
        as form: Form = .modern,
        session: String? = nil,
        path: String = "/mcp"
    ) async throws(ProbeFault) -> ToolOutcome {
        let parameters = #""name":"\#(name)","arguments":\#(arguments)"#
        switch try await call("tools/call", parameters, name: name, as: form, session: session, path: path) {
        case .refused(let status, let text): return .refused(status: status, text: text)
        case .result(let result):
            let text = result["content"]?.elements.compactMap { $0["text"]?.string }.first ?? ""
            if result["isError"]?.boolean == true { return .error(text) }
            return .value(result["structuredContent"] ?? (try? JSONValue(parsing: text)) ?? result)
        }
    }

    /// What a tool came to.
    enum ToolOutcome: Sendable {
        case value(JSONValue)
        /// The tool's own refusal.
        case error(String)
        case refused(status: Int, text: String)
    }

    /// What an answer says, whether it came as JSON or as the first message of an event stream.
    static func outcome(_ answer: ProbeAnswer) -> Outcome {
        var body = answer.body
        if answer.header("Content-Type")?.hasPrefix("text/event-stream") == true {
            body = Self.messages(in: body[...]).last.map(Array.init) ?? []
        }
        guard let message = try? JSONValue(parsing: body) else {
            return .refused(status: answer.status, text: "an answer that isn't JSON")
        }
        if let result = message["result"], answer.status == 200 { return .result(result) }
        let text = message["error"].flatMap { $0["message"]?.string ?? $0.string } ?? "no result"
        return .refused(status: answer.status, text: String(text.prefix(200)))
    }

    /// The `data` of whole events in a piece of a stream.
    static func messages(in stream: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        stream.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") })
            .filter { $0.starts(with: "data:".utf8) }
            .map { $0.dropFirst("data:".utf8.count).drop { $0 == UInt8(ascii: " ") } }
            .filter { !$0.isEmpty }
    }

    private static let envelope =
        #""_meta":{"io.modelcontextprotocol/protocolVersion":"\#(modernRevision)","io.modelcontextprotocol/clientCapabilities":{},"#
        + #""io.modelcontextprotocol/clientInfo":{"name":"toolbridge-doctor","version":"1"}}"#
}
