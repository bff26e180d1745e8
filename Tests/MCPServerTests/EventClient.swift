import JSON
import NIOCore
import NIOPosix

/// A client that reads an event stream from a raw socket, as it comes.
final class EventClient {
    struct Event: Equatable {
        /// nil for a comment.
        var name: String?
        var data = ""

        var json: JSONValue? { try? JSONValue(parsing: data) }
    }

    private(set) var status = 0
    private(set) var fields: [String: String] = [:]
    private var bytes: [UInt8] = []
    /// What came, without the framing of chunks.
    private var body: [UInt8] = []
    private var hasEnded = false
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator

    private init(_ inbound: NIOAsyncChannelInboundStream<ByteBuffer>) {
        self.inbound = inbound.makeAsyncIterator()
    }

    /// Opens a stream, reads its head, and closes it after `work`.
    static func open<Result>(
        _ port: Int,
        _ path: String,
        _ fields: [String: String],
        _ work: (EventClient) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var text = "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
            for (name, value) in fields { text += "\(name): \(value)\r\n" }
            try await outbound.write(ByteBuffer(string: text + "\r\n"))
            let client = EventClient(inbound)
            try await client.readHead()
            return try await work(client)
        }
    }

    /// The next event or comment; nil when the stream has ended.
    func next() async throws -> Event? {
        while true {
            if let end = body.firstRange(of: Array("\n\n".utf8)) {
                let lines = String(decoding: body[..<end.lowerBound], as: UTF8.self).split(separator: "\n")
                body.removeFirst(end.upperBound)
                var event = Event()
                for line in lines {
                    if line.hasPrefix("event: ") { event.name = String(line.dropFirst(7)) }
                    if line.hasPrefix("data: ") { event.data += line.dropFirst(6) }
                }
                return event
            }
            if hasEnded { return nil }
            try await readChunk()
        }
    }

    /// The next message, without the comments before it.
    func message() async throws -> JSONValue? {
        while let event = try await next() {
            if event.name == "message" { return event.json }
        }
        return nil
    }

    private func readHead() async throws {
        while true {
            if let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
                let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
                bytes.removeFirst(end.upperBound)
                status = Int(lines[0].split(separator: " ")[1]) ?? 0
                for line in lines.dropFirst() {
                    let parts = line.split(separator: ": ", maxSplits: 1)
                    fields[parts[0].lowercased()] = parts.count > 1 ? String(parts[1]) : ""
                }
                return
            }
            guard try await read() else { throw RawAnswer.Malformed() }
        }
    }

    private func readChunk() async throws {
        while true {
            if let end = bytes.firstRange(of: Array("\r\n".utf8)) {
                guard let count = Int(String(decoding: bytes[..<end.lowerBound], as: UTF8.self), radix: 16) else {
                    throw RawAnswer.Malformed()
                }
                if bytes.count >= end.upperBound + count + 2 {
                    body += bytes[end.upperBound..<end.upperBound + count]
                    bytes.removeFirst(end.upperBound + count + 2)
                    hasEnded = count == 0
                    return
                }
            }
            guard try await read() else {
                hasEnded = true
                return
            }
        }
    }

    private func read() async throws -> Bool {
        guard let buffer = try await inbound.next() else { return false }
        bytes += buffer.readableBytesView
        return true
    }
}
