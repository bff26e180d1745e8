import HummingbirdCore
import Logging
import NIOCore
import Observability

/// Sets up a connection's pipeline for HummingbirdCore's server and runs its task.
struct ConnectionChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let channel: any Channel
        let mailbox: Mailbox
        let connection: NIOLoopBound<Connection>
    }

    let core: ServerCore

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let mailbox = Mailbox()
            let connection = Connection(core: core, mailbox: mailbox, peer: channel.remoteAddress?.ipAddress.flatMap { IPAddress($0) })
            try channel.pipeline.syncOperations.addHandler(connection)
            return Value(channel: channel, mailbox: mailbox, connection: NIOLoopBound(connection, eventLoop: channel.eventLoop))
        }
    }

    /// One task a connection; requests are answered one after the other.
    func handle(value: Value, logger: Logger) async {
        let executor = core.runsHandlersOnEventLoops ? LoopExecutor(value.channel.eventLoop) : nil
        await withTaskExecutorPreference(executor) {
            await value.mailbox.attached { await serve(value) }
        }
    }

    private func serve(_ value: Value) async {
        while let work = await value.mailbox.next() {
            let answer = await work.endpoint.respond(work.request)
            guard case .stream(let body) = answer.body else {
                value.channel.eventLoop.execute { value.connection.value.finish(answer) }
                continue
            }
            value.channel.eventLoop.execute { value.connection.value.beginStream(answer) }
            let isComplete = await run(body, StreamWriter(value: value, core: core), work)
            value.channel.eventLoop.execute { value.connection.value.endStream(isComplete: isComplete) }
        }
    }

    /// Whether the stream ended as it should: by its return, or because it was told to.
    private func run(
        _ body: @Sendable (any AnswerWriter) async throws -> Void,
        _ writer: StreamWriter,
        _ work: Work
    ) async -> Bool {
        do {
            try await body(writer)
            return true
        } catch is CancellationError {
            return true
        } catch is ConnectionClosed {
            return false
        } catch {
            core.observations.record(
                .internalError(error: String(describing: error), requestID: work.request.requestID, route: work.endpoint.label)
            )
            return false
        }
    }
}

/// Writes to a stream from its task.
private struct StreamWriter: AnswerWriter {
    let value: ConnectionChannel.Value
    let core: ServerCore

    var isStopping: Bool { core.isDraining }

    func write(_ buffer: ByteBuffer) async throws {
        let eventLoop = value.channel.eventLoop
        let promise = eventLoop.makePromise(of: Void.self)
        eventLoop.execute { value.connection.value.writePiece(buffer, promise) }
        do {
            // A closed channel fails all its promises, so this never hangs longer than the connection lives.
            try await promise.futureResult.get()
        } catch {
            throw ConnectionClosed()
        }
    }
}
