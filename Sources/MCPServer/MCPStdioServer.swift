public import MCP

/// Serves tools to one client over a byte stream, one message a line (I1–I11).
///
/// ```swift
/// try await MCPStdioServer(definition, caller: me, stream: DescriptorStream()).run()
/// ```
public struct MCPStdioServer<Caller: Sendable>: Sendable {
    private let engine: ProtocolEngine<Caller>
    private let caller: Caller
    private let stream: any ByteStream
    private let settings: StdioSettings
    private let report: @Sendable (_ fault: any Error, _ correlationID: String) -> Void

    /// - Parameter report: Takes errors of ours, for the log; nothing but messages may be written to the stream.
    public init(
        _ definition: ServerDefinition<Caller>,
        caller: Caller,
        stream: any ByteStream,
        settings: StdioSettings = StdioSettings(),
        report: @escaping @Sendable (_ fault: any Error, _ correlationID: String) -> Void = { _, _ in }
    ) {
        engine = ProtocolEngine(definition, sealer: StateKeys())
        self.caller = caller
        self.stream = stream
        self.settings = settings
        self.report = report
    }

    /// Serves until the input ends, and then until what was read is answered, but not much longer (I6).
    ///
    /// - Throws: When the stream can't be read or written any more.
    public func run() async throws {
        var conversation = StdioConversation(engine)
        var buffer = LineBuffer(limit: settings.lineLimit)
        var running = RunningCalls()
        var (isReading, hasEnded) = (false, false)
        try await withThrowingTaskGroup(of: Event.self) { group in
            defer { group.cancelAll() }
            while true {
                while running.count < settings.concurrency, let line = buffer.next() ?? (hasEnded ? buffer.rest() : nil) {
                    try await follow(conversation.receive(line), &running, &group)
                }
                if hasEnded, running.count == 0 { return }
                if !hasEnded, !isReading, running.count < settings.concurrency {
                    isReading = true
                    group.addTask { .read(try await stream.read()) }
                }
                switch try await group.next() {
                case .read(let bytes?):
                    isReading = false
                    buffer.append(bytes)
                case .read(nil):
                    hasEnded = true
                    group.addTask { .timeIsUp(didWait: (try? await Task.sleep(for: settings.patience)) != nil) }
                case .done(let keys):
                    running.remove(keys)
                case .timeIsUp(didWait: true), nil:
                    return
                case .timeIsUp(didWait: false):
                    break
                }
            }
        }
    }

    private enum Event: Sendable {
        case read([UInt8]?)
        case done(RunningCalls.Keys)
        case timeIsUp(didWait: Bool)
    }

    private func follow(
        _ action: StdioConversation<Caller>.Action,
        _ running: inout RunningCalls,
        _ group: inout ThrowingTaskGroup<Event, any Error>
    ) async throws {
        switch action {
        case .nothing, .deliver, .listen: break
        case .answer(let message):
            // In a task as well: a client that takes nothing mustn't keep its own end of input from being seen.
            let (keys, _) = running.add([])
            group.addTask {
                try await write(message)
                return .done(keys)
            }
        case .cancel(let id): running.stop(id)
        case .run(let invocation):
            let (keys, stops) = running.add([invocation])
            group.addTask {
                if let message = await perform(invocation, stops.first) { try await write(message) }
                return .done(keys)
            }
        case .batch(let steps):
            let (keys, stops) = running.add(steps.compactMap(\.invocation))
            group.addTask {
                try await run(steps, stops)
                return .done(keys)
            }
        }
    }

    private func run(_ steps: [BatchStep], _ stops: [RunningCalls.Stop]) async throws {
        var messages: [[UInt8]] = []
        var stops = stops[...]
        for step in steps {
            switch step {
            case .answer(let message): messages.append(message)
            case .run(let invocation):
                if let message = await perform(invocation, stops.popFirst()) { messages.append(message) }
            }
        }
        if !messages.isEmpty { try await write(StdioConversation<Caller>.line(ofBatch: messages)) }
    }

    /// - Returns: nil if the call was cancelled: then nothing is sent for it (I4).
    private func perform(_ invocation: Invocation, _ stop: RunningCalls.Stop?) async -> [UInt8]? {
        let correlationID = String(UInt64.random(in: .min ... .max), radix: 16)
        let work = { @Sendable in await engine.perform(invocation, caller: caller, correlationID: correlationID) }
        let performed = await limited(
            to: settings.timeLimit,
            late: engine.timedOut(invocation, after: settings.timeLimit, correlationID: correlationID),
            stop: { await stop?.wait() ?? false },
            work
        )
        if let fault = performed?.fault { report(fault, correlationID) }
        return performed?.message
    }

    /// One line, whole (I1, I11).
    private func write(_ message: [UInt8]) async throws {
        try await stream.write(message + [UInt8(ascii: "\n")])
    }
}

/// The limits of a stdio server.
public struct StdioSettings: Sendable {
    /// Calls that run at once; further input waits unread.
    public var concurrency = 64
    /// Bytes.
    public var lineLimit = 1_048_576
    /// How long a tool may take (B17).
    public var timeLimit = Duration.seconds(60)
    /// How long calls may still run after the end of the input (I6).
    public var patience = Duration.seconds(5)

    public init() {}
}

extension StdioConversation {
    fileprivate mutating func receive(_ line: LineBuffer.Line) -> Action {
        switch line {
        case .line(let bytes): receive(bytes, now: unixSeconds())
        case .tooLong: .answer(refusalOfLongLine())
        }
    }
}

extension BatchStep {
    fileprivate var invocation: Invocation? {
        if case .run(let invocation) = self { invocation } else { nil }
    }
}
