import NIOCore
import NIOPosix
import Synchronization

/// A server on loopback that sends what a script says, whatever is asked.
final class RawServer: Sendable {
    /// What it does once a request's head has come.
    enum Step: Sendable {
        case send([UInt8])
        /// The same piece again and again, one each millisecond, until the client goes away.
        case repeating([UInt8])
        case close
    }

    fileprivate struct State {
        var requests: [String] = []
        var connections = 0
        var sent = 0
        var closed = 0
    }

    private let channel: any Channel
    private let state: Counters

    /// - Parameter script: What is done for a request, given its head.
    init(_ script: @escaping @Sendable (_ head: String) -> [Step]) async throws {
        let state = Counters()
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Handler(script: script, state: state))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        self.state = state
    }

    /// With one answer for all.
    convenience init(_ answer: String) async throws {
        try await self.init { _ in [.send(Array(answer.utf8))] }
    }

    var port: Int { channel.localAddress?.port ?? 0 }
    func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }
    /// The heads of the requests that came.
    var requests: [String] { state.value.withLock { $0.requests } }
    var connections: Int { state.value.withLock { $0.connections } }
    /// Bytes.
    var sent: Int { state.value.withLock { $0.sent } }
    var closed: Int { state.value.withLock { $0.closed } }

    func stop() async { try? await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let script: @Sendable (String) -> [Step]
        private let state: Counters
        private var received: [UInt8] = []

        init(script: @escaping @Sendable (String) -> [Step], state: Counters) {
            self.script = script
            self.state = state
        }

        func channelActive(context: ChannelHandlerContext) {
            state.value.withLock { $0.connections += 1 }
        }

        func channelInactive(context: ChannelHandlerContext) {
            state.value.withLock { $0.closed += 1 }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += Array(unwrapInboundIn(data).readableBytesView)
            let head = String(decoding: received, as: UTF8.self)
            // Whoever speaks TLS here gets an answer at once, like everybody.
            guard head.contains("\r\n\r\n") || received.first == 0x16 else { return }
            received = []
            state.value.withLock { $0.requests.append(head) }
            for step in script(head) {
                switch step {
                case .send(let bytes): write(bytes, context.channel)
                case .repeating(let bytes): repeatedly(bytes, context.channel)
                case .close: context.close(promise: nil)
                }
            }
        }

        private func write(_ bytes: [UInt8], _ channel: any Channel) {
            let (state, count) = (state, bytes.count)
            channel.writeAndFlush(ByteBuffer(bytes: bytes)).whenSuccess { state.value.withLock { $0.sent += count } }
        }

        private func repeatedly(_ bytes: [UInt8], _ channel: any Channel) {
            let state = state
            channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: .milliseconds(1)) { task in
                guard channel.isActive else { return task.cancel() }
                guard channel.isWritable else { return }
                channel.writeAndFlush(ByteBuffer(bytes: bytes)).whenSuccess { state.value.withLock { $0.sent += bytes.count } }
            }
        }
    }
}

/// What a server's connections have seen so far.
private final class Counters: Sendable {
    let value = Mutex(RawServer.State())
}
