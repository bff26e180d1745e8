import JSON

/// What a tool's declaration demands of each call, made once when it is registered.
struct ToolRules: Sendable {
    /// What arguments must fit (T9); nil for a tool whose parameters look for themselves.
    let input: JSONSchema?
    /// What structured results must fit (T6, J5).
    let output: JSONSchema?
    /// The parameters that clients repeat in headers (R8).
    let marked: [MarkedParameter]
    /// Whether 2025-06-18 and 2025-11-25 get every structured result wrapped, objects too, because they get the schema so (T6, T8).
    let wrapsObjects: Bool
    /// Whether the tool's results are shown on a page (UI5).
    let hasPage: Bool

    /// Whether a call may become a task (TK2).
    let tasks: TaskSupport
    /// Whether its work never waits.
    let endsAtOnce: Bool

    /// Why the arguments can't be taken, for the model: which of them, and what would be right (T9); nil if they can.
    ///
    /// - Parameter arguments: nil counts as `{}` (T15).
    func fault(in arguments: JSONValue?) -> String? {
        guard let violation = input?.validate(arguments ?? .emptyObject) else { return nil }
        let place = violation.instancePointer.dropFirst()
        return "\(place.isEmpty ? "the arguments" : String(place).shortened) \(violation.message)"
    }

    /// - Parameter isThorough: Whether the structured content is read and held against the schema (J5).
    /// - Throws: `ResultFault` for a result that the declaration excludes; that is our fault.
    func check(_ result: ToolResult, isThorough: Bool) throws(ResultFault) {
        guard let structured = result.structured else {
            // A failure has a text, and nothing else is promised of it.
            if output != nil, !result.isError { throw ResultFault("a tool with an output schema gave no structured content") }
            if isThorough, hasPage, !result.isError { throw ResultFault("a tool with a page gave no structured content") }
            return
        }
        guard isThorough else {
            // Bytes that are no JSON would break the whole message.
            guard result.isUnproven else { return }
            do {
                return try JSON.check(structured, limits: .message)
            } catch {
                throw ResultFault("structured content is not JSON: \(error)")
            }
        }
        if hasPage, !result.isReadable { throw ResultFault("a tool with a page gave nothing to read") }
        let value: JSONValue
        do {
            value = try JSONValue(parsing: structured, limits: .message)
        } catch {
            throw ResultFault("structured content is not JSON: \(error)")
        }
        if let violation = output?.validate(value) { throw ResultFault("structured content does not fit its schema: \(violation)") }
    }
}

/// A result that breaks what its declaration promises: for the log, never for the client.
struct ResultFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension ToolRules {
    /// The headers that repeat arguments must fit (W25); headers that no parameter of this tool names are ignored (R11).
    ///
    /// - Throws: `headerMismatch`.
    func check(_ headers: RoutingHeaders, of arguments: JSONValue?) throws(MCPError) {
        for parameter in marked { try parameter.check(arguments, headers.parameters) }
    }
}
