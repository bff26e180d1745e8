internal import HTTPServer
public import MCP

/// Serves tools to one client over a byte stream, one message a line (I1–I11).
///
/// ```swift
/// try await MCPStdioServer(definition, caller: me, stream: DescriptorStream()).run()
/// ```
public struct MCPStdioServer<Caller: Sendable>: Sendable {
    private let server: Server<Caller>
    private let caller: Caller
    private let principal: Principal
    private let stream: any ByteStream
    private let settings: StdioSettings
    private let report: @Sendable (_ fault: any Error, _ correlationID: String) -> Void
    private let observer: MCPObserver<Caller>?

    /// Serves something that never changes.
    ///
    /// - Parameter report: Takes errors that your handlers throw, for the log; nil writes a line each on standard error. Nothing but messages may be written to the
    ///     stream.
    public init(
        _ definition: ServerDefinition<Caller>,
        caller: Caller,
        stream: any ByteStream,
        settings: StdioSettings = StdioSettings(),
        report: (@Sendable (_ fault: any Error, _ correlationID: String) -> Void)? = nil
    ) {
        self.init(Server(definition), caller: caller, stream: stream, settings: settings, report: report)
    }

    /// Serves something that may change: the client is told what it asked to be told (T14, RS6, SB1).
    ///
    /// - Parameters:
    ///   - principal: Who the caller is among those whom notices are meant for (I9).
    ///   - report: Takes errors that your handlers throw, for the log; nil writes a line each on standard error. Nothing but messages may be written to the
    ///     stream.
    public init(
        _ server: Server<Caller>,
        caller: Caller,
        principal: Principal = .anonymous,
        stream: any ByteStream,
        settings: StdioSettings = StdioSettings(),
        report: (@Sendable (_ fault: any Error, _ correlationID: String) -> Void)? = nil
    ) {
        self.server = server
        self.caller = caller
        self.principal = principal
        self.stream = stream
        self.settings = settings
        self.report = report ?? StandardError.report
        observer = nil
    }

    /// The same, observed.
    ///
    /// - Parameter observer: Is told of every request.
    package init(
        _ server: Server<Caller>,
        caller: Caller,
        principal: Principal,
        stream: any ByteStream,
        settings: StdioSettings = StdioSettings(),
        observer: MCPObserver<Caller>,
        report: @escaping @Sendable (_ fault: any Error, _ correlationID: String) -> Void
    ) {
        self.server = server
        self.caller = caller
        self.principal = principal
        self.stream = stream
        self.settings = settings
        self.report = report
        self.observer = observer
    }

    /// Serves until the input ends or the process gets SIGTERM or SIGINT: the whole of a program that only serves (I6).
    ///
    /// - Throws: As `run()`.
    public func runUntilSignal() async throws {
        try await signalled(ending: stream.endInput, run)
        await server.definition.tasks?.stop()
    }

    /// Serves until the input ends, and then until what was read is answered, but not much longer (I6).
    ///
    /// - Throws: When the stream can't be read or written any more.
    public func run() async throws {
        let session = StdioSession(server, caller: caller, principal: principal, settings: settings, observer: observer, report: report)
        let stopWatching = session.watch()
        defer {
            stopWatching()
            session.client.leave()
        }
        try await withThrowingTaskGroup(of: StdioSession<Caller>.Event.self) { group in
            defer { group.cancelAll() }
            var state = StdioSession<Caller>.State(settings, principal)
            group.addTask {
                try await session.output.run(to: stream)
                return .written
            }
            group.addTask { try await session.tellChanges() }
            group.addTask {
                await server.sweepTasks(report)
                return .idle
            }
            while true {
                session.begin(&state, &group)
                while let line = state.nextLine(settings) {
                    session.follow(state.receive(line, session), &state, &group)
                    session.begin(&state, &group)
                }
                if state.hasEnded, !state.isBusy { session.finish() }
                if state.wantsInput(settings) {
                    state.isReading = true
                    group.addTask { .read(try await stream.read()) }
                }
                switch try await group.next() {
                case .read(let bytes?):
                    state.isReading = false
                    state.buffer.append(bytes)
                case .read(nil):
                    state.hasEnded = true
                    session.inputEnded(&state)
                    group.addTask { .timeIsUp(didWait: await hasPassed(settings.patience)) }
                case .done(let keys): state.running.remove(keys)
                case .answered: state.answers -= 1
                case .listenEnded(let number): state.listens.remove(number)
                case .timeIsUp(didWait: true), .written, nil: return
                case .timeIsUp(didWait: false), .idle: break
                }
            }
        }
    }
}
