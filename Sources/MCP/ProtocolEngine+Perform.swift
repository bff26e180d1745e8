import JSON

/// What a call came to.
public struct Performed: Sendable {
    /// A whole JSON-RPC message.
    public let message: [UInt8]
    /// The HTTP status that goes with it (H13, W44).
    public let status: Int
    /// Our own fault, for the log; the client sees only the correlation id (W31).
    public let fault: (any Error)?
    /// Whether the call failed, in whichever way.
    public let isError: Bool
}

extension ProtocolEngine {
    /// Runs the tool and writes its answer.
    ///
    /// - Parameter correlationID: Leads from an internal error's answer to the log.
    public func perform(_ invocation: Invocation, caller: Caller, correlationID: String) async -> Performed {
        let context = RequestContext(
            caller: caller,
            client: invocation.client,
            clientCapabilities: invocation.clientCapabilities,
            revision: invocation.revision,
            correlationID: correlationID,
            trace: invocation.trace
        )
        do {
            if let fault = invocation.argumentFault {
                return answer(.failure(fault), to: invocation)
            }
            let result = try await definition.tools[invocation.tool].call(context, arguments: invocation.arguments)
            try check(result)
            return answer(result, to: invocation)
        } catch let error as ArgumentError {
            return answer(.failure(error.message), to: invocation)
        } catch let error as ToolFailure {
            return answer(.failure(error.message), to: invocation)
        } catch let error as MCPError {
            return refuse(error, invocation, fault: nil)
        } catch is CancellationError {
            // Nobody waits for the answer any more; nothing of ours failed.
            return refuse(.internalError(correlationID: correlationID), invocation, fault: nil)
        } catch {
            return refuse(.internalError(correlationID: correlationID), invocation, fault: error)
        }
    }

    /// The answer to a call that was stopped because it took too long (B17).
    public func timedOut(_ invocation: Invocation, after limit: Duration) -> Performed {
        answer(.failure("the tool took longer than \(limit.components.seconds) seconds and was stopped"), to: invocation)
    }

    private func answer(_ result: ToolResult, to invocation: Invocation) -> Performed {
        let message = result.response(
            to: invocation.id,
            for: invocation.revision,
            meta: definition.published.resultMeta,
            isSingleLine: invocation.form.isSingleLine
        )
        return Performed(message: message, status: 200, fault: nil, isError: result.isError)
    }

    private func refuse(_ error: MCPError, _ invocation: Invocation, fault: (any Error)?) -> Performed {
        let status = invocation.revision.isLegacy ? 200 : error.modernStatus
        return Performed(message: error.response(to: .request(invocation.id)), status: status, fault: fault, isError: true)
    }

    /// Structured content is spliced in unread, so debug builds and tests look whether it is JSON (J5).
    private func check(_ result: ToolResult) throws(JSONError) {
        #if DEBUG
        if let structured = result.structured { try JSON.check(structured, limits: .message) }
        #endif
    }
}
