import JSON

/// A request about a task.
enum TaskRequest: Sendable, Equatable {
    case get(String)
    /// With what the client says to its questions, an object.
    case update(String, responses: JSONValue)
    case cancel(String)

    var id: String {
        switch self {
        case .get(let id), .update(let id, _), .cancel(let id): id
        }
    }
}

extension ProtocolEngine {
    /// The result of `tasks/get`, `tasks/update` or `tasks/cancel` (TK4, TK5).
    ///
    /// What a request changes is in the store before it is answered (TK6).
    func result(of request: TaskRequest, by owner: Principal) async throws -> [UInt8] {
        let meta = definition.published.resultMeta
        guard let runner = definition.tasks, let task = try await runner.find(request.id, of: owner) else { throw MCPError.unknownTask }
        switch request {
        case .get: return task.detailedResult(meta: meta)
        case .update(_, let responses): try await runner.answer(task, responses)
        case .cancel: try await runner.cancel(task)
        }
        var writer = JSONWriter(reserving: 192)
        writer.object { writer in
            writer.member("resultType", "complete")
            writer.member("_meta", raw: meta)
        }
        return writer.bytes
    }

    /// The call of a tool that may become a task (TK2).
    ///
    /// - Parameter call: Runs the tool in the context it is given.
    /// - Returns: nil if it has become no task, with what the tool gave; or the result that says which task it is (TK3).
    func taskOrResult(
        of tool: Int,
        _ invocation: Invocation,
        _ context: RequestContext<Caller>,
        _ call: (RequestContext<Caller>) async throws -> ToolResult
    ) async throws -> TaskOrResult {
        guard let runner = definition.tasks, !invocation.revision.isLegacy, invocation.clientCapabilities.contains(.tasks) else {
            // 2026-07-28 was refused before (W26).
            if definition.tools[tool].tasks == .required { return .result(.failure("This tool needs the tasks extension")) }
            return .result(try await call(context))
        }
        let correlationID = context.correlationID
        let start = TaskStart<Caller>(runner, for: invocation.principal, correlationID: correlationID) { work, context in
            await end(of: tool, correlationID, context, work)
        }
        do {
            let result = try await call(RequestContext(context, taskStart: start))
            return start.task.map { .task($0) } ?? .result(result)
        } catch {
            guard let task = start.task else { throw error }
            return .task(task)
        }
    }

    /// Does the work of a task: what a call would have answered is how it ends (TK6).
    private func end(
        of tool: Int,
        _ correlationID: String,
        _ context: RequestContext<Caller>,
        _ work: @Sendable (RequestContext<Caller>) async throws -> ToolResult
    ) async -> TaskEnd {
        do {
            let result = try await mended(tool) { try await work(context) }
            // On one line, whichever transport asks for it (I1).
            return .completed(result.result(for: .v2026_07_28, meta: definition.published.resultMeta, isSingleLine: true))
        } catch let error as MCPError {
            return .failed(error)
        } catch {
            if !(error is CancellationError && Task.isCancelled) { definition.tasks?.report(error, correlationID) }
            return .failed(.internalError(correlationID: correlationID))
        }
    }
}

/// What a call of a tool that may become a task came to.
enum TaskOrResult {
    case task(TaskRecord)
    case result(ToolResult)
}

extension MCPError {
    /// Also one that has expired, or is somebody else's (TK4, TK7).
    static let unknownTask = MCPError.invalidParameters("there is no such task")

    /// TK2, TK8, TK10.
    static let needsTasks = MCPError.missingCapability(["extensions": ["io.modelcontextprotocol/tasks": [:]]])
}
