import NIOCore
import NIOPosix

/// A TCP client that sends any bytes and takes answers apart by itself, so that the server's own code can't hide its faults.
final class RawClient {
    struct Answer: Equatable {
        var status: Int
        var fields: [(name: String, value: String)]
        var body: String

        func field(_ name: String) -> String? {
            fields.first { $0.name.lowercased() == name.lowercased() }?.value
        }

        /// The value of a text member of the body; enough for error bodies.
        func member(_ name: String) -> String? {
            guard let start = body.firstRange(of: "\"\(name)\":\"") else { return nil }
            return String(body[start.upperBound...].prefix { $0 != "\"" })
        }

        static func == (left: Answer, right: Answer) -> Bool {
            left.status == right.status && left.body == right.body
        }
    }

    struct Malformed: Error {
        let bytes: String
    }

    private let channel: any Channel
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private(set) var received: [UInt8] = []

    private init(
        _ channel: any Channel,
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) {
        self.channel = channel
        self.inbound = inbound
        self.outbound = outbound
    }

    static func connect<Result>(to port: Int, _ body: (RawClient) async throws -> Result) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true)
                    )
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await body(RawClient(channel.channel, inbound.makeAsyncIterator(), outbound))
        }
    }

    /// A refused or reset connection takes nothing; that is for the answer to show.
    func send(_ bytes: some Collection<UInt8>) async {
        try? await outbound.write(ByteBuffer(bytes: bytes))
    }

    func send(_ text: String) async {
        await send(Array(text.utf8))
    }

    /// Ends our side; the server may still answer.
    func endSending() {
        outbound.finish()
    }

    /// The next final answer; nil when the server closed before one.
    func answer(bodyless: Bool = false) async throws -> Answer? {
        while true {
            guard let head = try await line(endingWith: "\r\n\r\n") else { return nil }
            var answer = try parse(head)
            if answer.status == 100 { continue }
            if bodyless || answer.status == 204 { return answer }
            if answer.field("Transfer-Encoding") == "chunked" {
                while let piece = try await chunk(), !piece.isEmpty { answer.body += piece }
            } else if let length = answer.field("Content-Length").flatMap({ Int($0) }) {
                answer.body = String(decoding: try await take(length), as: UTF8.self)
            }
            return answer
        }
    }

    /// The head of an answer, or an interim answer.
    func head() async throws -> Answer? {
        try await line(endingWith: "\r\n\r\n").map(parse)
    }

    /// The next piece of a chunked body: "" at its end, nil when the server closed before.
    func chunk() async throws -> String? {
        guard let line = try await line(endingWith: "\r\n"),
            let size = Int(line.utf8.dropLast(2).map { String(UnicodeScalar($0)) }.joined(), radix: 16)
        else { return nil }
        let piece = try await take(size + 2)
        return String(decoding: piece.dropLast(2), as: UTF8.self)
    }

    /// Everything until the server closes.
    func rest() async -> String {
        while await more() {}
        return String(decoding: received, as: UTF8.self)
    }

    private func line(endingWith end: String) async throws -> String? {
        while true {
            if let range = received.firstRange(of: Array(end.utf8)) {
                defer { received.removeFirst(range.upperBound) }
                return String(decoding: received[..<range.upperBound], as: UTF8.self)
            }
            guard await more() else {
                if received.isEmpty { return nil }
                throw Malformed(bytes: String(decoding: received, as: UTF8.self))
            }
        }
    }

    private func take(_ count: Int) async throws -> [UInt8] {
        while received.count < count {
            guard await more() else { throw Malformed(bytes: String(decoding: received, as: UTF8.self)) }
        }
        defer { received.removeFirst(count) }
        return Array(received.prefix(count))
    }

    private func more() async -> Bool {
        guard let buffer = try? await inbound.next() else { return false }
        received += buffer.readableBytesView
        return true
    }

    private func parse(_ head: String) throws -> Answer {
        let lines = head.split(separator: "\r\n")
        guard let first = lines.first, first.hasPrefix("HTTP/1.1 "), let status = Int(first.dropFirst(9).prefix(3)) else {
            throw Malformed(bytes: head)
        }
        let fields = lines.dropFirst().map { line -> (name: String, value: String) in
            let parts = line.split(separator: ": ", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
        }
        return Answer(status: status, fields: fields, body: "")
    }
}
