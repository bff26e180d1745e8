import NIOCore
import NIOPosix
import Synchronization

/// A server that speaks HTTP as badly as a test wants.
final class RawServer: Sendable {
    /// What is done on a connection when a whole request is there.
    enum Act: Sendable {
        case write(String)
        /// Byte by byte, without an end.
        case drip(String)
        case close
    }

    typealias Script = @Sendable (_ request: String, _ number: Int) -> [Act]

    private let channel: any Channel
    private let log: RequestLog
    var port: Int { channel.localAddress?.port ?? 0 }
    /// The whole requests so far.
    var requests: [String] { log.requests.withLock { $0 } }
    var connections: Int { log.connections.withLock { $0 } }

    private init(_ channel: any Channel, _ log: RequestLog) {
        self.channel = channel
        self.log = log
    }

    static func run<Value: Sendable>(_ script: @escaping Script, _ body: (RawServer) async throws -> Value) async throws -> Value {
        let log = RequestLog()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    log.connections.withLock { $0 += 1 }
                    try channel.pipeline.syncOperations.addHandler(ScriptHandler(script, log))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let value: Value
        do {
            value = try await body(RawServer(channel, log))
        } catch {
            try await channel.close()
            throw error
        }
        try await channel.close()
        return value
    }

    /// A port on which nobody listens.
    static func closedPort() async throws -> Int {
        try await run({ _, _ in [] }) { $0.port }
    }
}

final class RequestLog: Sendable {
    let requests = Mutex<[String]>([])
    let connections = Mutex(0)
}

/// Gathers requests and does what the script says.
private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let script: RawServer.Script
    private let log: RequestLog
    private var received = ""

    init(_ script: @escaping RawServer.Script, _ log: RequestLog) {
        self.script = script
        self.log = log
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received += String(buffer: unwrapInboundIn(data))
        guard let end = received.range(of: "\r\n\r\n") else { return }
        let length =
            received.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).drop { $0 == " " }) } ?? 0
        guard received[end.upperBound...].utf8.count >= length else { return }
        let request = received
        received = ""
        let number = log.requests.withLock { requests in
            requests.append(request)
            return requests.count - 1
        }
        for act in script(request, number) {
            switch act {
            case .write(let text): context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
            case .close: context.close(promise: nil)
            case .drip(let text): drip(Array(text.utf8), context)
            }
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func drip(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        guard let first = bytes.first, context.channel.isActive else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: [first])), promise: nil)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .milliseconds(20)) { bound.value.0.drip(Array(bytes.dropFirst()), bound.value.1) }
    }
}

extension String {
    /// An answer of HTTP.
    static func answer(_ body: String, _ status: String = "200 OK", _ headers: String = "") -> String {
        "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)"
    }

    fileprivate func range(of text: String) -> Range<String.Index>? {
        let (bytes, wanted) = (utf8, text.utf8)
        var start = bytes.startIndex
        while start < bytes.endIndex {
            if bytes[start...].starts(with: wanted) { return start..<bytes.index(start, offsetBy: wanted.count) }
            start = bytes.index(after: start)
        }
        return nil
    }
}
