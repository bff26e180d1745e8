public import MCP

extension MCPStdioServer {
    /// Serves the client that started this process, over standard input and output.
    ///
    /// - Parameter report: Takes errors that your handlers throw, for the log; nil writes a line each on standard error. Nothing but messages may be written to
    ///   standard output.
    /// - Throws: `DescriptorError` where they are closed.
    public init(
        _ server: Server<Caller>,
        caller: Caller,
        settings: StdioSettings = StdioSettings(),
        report: (@Sendable (_ fault: any Error, _ correlationID: String) -> Void)? = nil
    ) throws {
        self.init(server, caller: caller, stream: try DescriptorStream(), settings: settings, report: report)
    }
}

extension MCPStdioServer where Caller == Void {
    /// Serves something that never changes to the client that started this process, over standard input and output.
    ///
    /// - Parameter report: Takes errors that your handlers throw, for the log; nil writes a line each on standard error.
    /// - Throws: `DescriptorError` where they are closed.
    public init(
        _ definition: ServerDefinition<Void>,
        settings: StdioSettings = StdioSettings(),
        report: (@Sendable (_ fault: any Error, _ correlationID: String) -> Void)? = nil
    ) throws {
        try self.init(Server(definition), caller: (), settings: settings, report: report)
    }
}
