public import JSON

extension ServerDefinition {
    /// Calls a tool as a client's call does, with all checks, but without a client: for tests.
    ///
    /// ```swift
    /// let result = try await definition.call("find_notes", arguments: ["text": "milk"], caller: me)
    /// #expect(result.text == "Buy milk")
    /// ```
    /// Arguments that don't fit are a result with `isError`, as they are for the model. Structured results are held against the tool's schema,
    /// whatever `checksResults` says. Nobody can be asked, and nothing becomes a task.
    ///
    /// - Parameter arguments: An object; nil counts as `{}` (T15).
    /// - Throws: `MCPError` for a tool that isn't there and for arguments that are no object; what the tool throws and what isn't for the model;
    ///   and for a result that doesn't fit an error that says why.
    public func call(_ tool: String, arguments: JSONValue? = nil, caller: Caller) async throws -> ToolResult {
        guard let index = indexOfTool(named: tool) else { throw MCPError.invalidParameters("unknown tool") }
        guard arguments.map({ $0.kind == .object }) ?? true else { throw MCPError.invalidParameters("arguments must be an object") }
        let result = try await ProtocolEngine(self).call(index, arguments, nil, RequestContext(caller: caller))
        try toolRules[index].check(result, isThorough: true)
        return result
    }
}

extension ServerDefinition where Caller == Void {
    /// Calls a tool as a client's call does, with all checks, but without a client: for tests.
    public func call(_ tool: String, arguments: JSONValue? = nil) async throws -> ToolResult {
        try await call(tool, arguments: arguments, caller: ())
    }
}
