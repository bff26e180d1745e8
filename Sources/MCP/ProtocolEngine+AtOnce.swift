import JSON

extension ProtocolEngine {
    /// Whether `performAtOnce` does it.
    public func endsAtOnce(_ invocation: Invocation) -> Bool {
        guard case .tool(let tool, _, _) = invocation.work else { return false }
        return definition.toolRules[tool].endsAtOnce
    }

    /// Calls a tool whose work never waits: no task, no stream, nothing to cancel.
    ///
    /// - Returns: nil for everything else, which `perform` does.
    public func performAtOnce(_ invocation: Invocation, caller: Caller, correlationID: @autoclosure () -> String) -> Performed? {
        guard case .tool(let tool, let arguments, let fault) = invocation.work,
            let work = definition.handlers[tool].runAtOnce
        else { return nil }
        let correlationID = correlationID()
        if let fault { return answer(.failure(fault), to: invocation) }
        do {
            let result = try work(RequestContext(invocation, caller: caller, correlationID: correlationID, link: nil), arguments)
            try definition.toolRules[tool].check(result, isThorough: definition.checksResults)
            return answer(result, to: invocation)
        } catch let error as ArgumentError {
            return answer(.failure(error.message), to: invocation)
        } catch let error as ToolFailure {
            return answer(.failure(error.message), to: invocation)
        } catch let error as AskError {
            return answer(.failure(error.description), to: invocation)
        } catch let error as MCPError {
            return refuse(error, invocation, fault: nil)
        } catch {
            return refuse(.internalError(correlationID: correlationID), invocation, fault: error)
        }
    }
}
