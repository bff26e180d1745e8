#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// What a program that only serves needs beside its server.
///
/// ```swift
/// await ServerProgram.run {
///     try await MCPStdioServer(try ServerDefinition(info: …, tools: [add])).runUntilSignal()
/// }
/// ```
public enum ServerProgram {
    /// Does the work of the whole program; an error of it is said in one line on standard error, and ends the program with status 1.
    ///
    /// So a port that is taken and a declaration that breaks a rule are told to whoever starts the program.
    public static func run(_ work: @Sendable () async throws -> Void) async {
        do {
            try await work()
        } catch {
            say("\(error)")
            exit(1)
        }
    }

    /// Says something to whoever started the program: a line on standard error, after the program's name.
    public static func say(_ text: String) {
        StandardError.say("\(CommandLine.arguments.first?.split(separator: "/").last ?? "mcp"): \(text)")
    }
}
