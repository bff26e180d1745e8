import JSON
import NIOCore
import NIOPosix

/// One connection to a server, read piece by piece.
final class StreamClient {
    struct Malformed: Error {}

    struct Head: Sendable {
        let status: Int
        let fields: [String: String]

        var isStream: Bool { fields["content-type"] == "text/event-stream" }
    }

    struct Event: Sendable, Equatable {
        var id: String?
        var name: String?
        var data: String?
        var retry: Int?
        /// A sign of life.
        var isComment = false

        var json: JSONValue? { data.flatMap { try? JSONValue(parsing: $0) } }
        var method: String? { json?["method"]?.string }
        var text: String? { json?["result"]?["content"]?.elements.first { _ in true }?["text"]?.string }
    }

    /// Whether the answer ended as it should; false as long as it goes on, and for one that broke off.
    private(set) var isComplete = false
    private let port: Int
    private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
    private var received: [UInt8] = []
    /// What chunks brought, and no event took yet.
    private var text: [UInt8] = []

    private init(_ port: Int, _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>) {
        self.port = port
        self.outbound = outbound
        self.inbound = inbound.makeAsyncIterator()
    }

    /// Connects for the time of `work`; then the connection is closed, whatever still comes.
    static func connect<Result>(_ port: Int, _ work: (StreamClient) async throws -> Result) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture { try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel) }
            }
        return try await channel.executeThenClose { try await work(StreamClient(port, $0, $1)) }
    }

    func send(_ method: String = "POST", _ path: String = "/mcp", _ fields: [String: String] = [:], _ body: String = "") async throws {
        var text = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
        let usual = body.isEmpty ? ["Authorization": "me"] : ["Authorization": "me", "Content-Type": "application/json"]
        for (name, value) in usual.merging(fields, uniquingKeysWith: { $1 }) { text += "\(name): \(value)\r\n" }
        if !body.isEmpty { text += "Content-Length: \(body.utf8.count)\r\n" }
        try await outbound.write(ByteBuffer(string: text + "\r\n" + body))
    }

    func head() async throws -> Head {
        guard let end = try await find("\r\n\r\n") else { throw Malformed() }
        let lines = String(decoding: received[..<end], as: UTF8.self).split(separator: "\r\n")
        received.removeSubrange(..<(end + 4))
        guard let first = lines.first, let status = Int(first.split(separator: " ").dropFirst().first ?? "") else { throw Malformed() }
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ": ", maxSplits: 1)
            fields[parts[0].lowercased()] = parts.count > 1 ? String(parts[1]) : ""
        }
        let head = Head(status: status, fields: fields)
        if head.isStream, fields["content-length"] != nil {
            text = Array(try await body(of: head).utf8)
            isComplete = true
        }
        return head
    }

    /// A body that isn't a stream.
    func body(of head: Head) async throws -> String {
        let count = Int(head.fields["content-length"] ?? "0") ?? 0
        while received.count < count { guard try await receive() else { throw Malformed() } }
        defer { received.removeSubrange(..<count) }
        return String(decoding: received[..<count], as: UTF8.self)
    }

    /// The next event, comment or `retry`; nil when the stream has ended.
    func next() async throws -> Event? {
        while true {
            if let end = text.firstRange(of: Array("\n\n".utf8)) {
                let block = String(decoding: text[..<end.lowerBound], as: UTF8.self)
                text.removeSubrange(..<end.upperBound)
                return try Self.event(block)
            }
            guard try await chunk() else { return nil }
        }
    }

    /// The next event that has a message.
    func message() async throws -> Event? {
        while let event = try await next() {
            if event.data?.isEmpty == false { return event }
        }
        return nil
    }

    /// All that still comes.
    func rest() async throws -> [Event] {
        var events: [Event] = []
        while let event = try await next() { events.append(event) }
        return events
    }

    private static func event(_ block: String) throws -> Event {
        var event = Event()
        for line in block.split(separator: "\n") {
            if line.utf8.starts(with: ":".utf8) {
                event.isComment = true
                continue
            }
            guard let end = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { throw Malformed() }
            let value = String(line[line.utf8.index(after: end)...].drop { $0 == " " })
            switch line[..<end] {
            case "id": event.id = value
            case "event": event.name = value
            case "data": event.data = (event.data ?? "") + value
            case "retry": event.retry = Int(value)
            default: throw Malformed()
            }
        }
        return event
    }

    /// - Returns: false at the end of the answer.
    private func chunk() async throws -> Bool {
        guard !isComplete, let end = try await find("\r\n") else { return false }
        guard let count = Int(String(decoding: received[..<end], as: UTF8.self), radix: 16) else { throw Malformed() }
        while received.count < end + 2 + count + 2 { guard try await receive() else { return false } }
        text += received[(end + 2)..<(end + 2 + count)]
        received.removeSubrange(..<(end + 2 + count + 2))
        isComplete = count == 0
        return !isComplete
    }

    private func find(_ mark: String) async throws -> Int? {
        while true {
            if let range = received.firstRange(of: Array(mark.utf8)) { return range.lowerBound }
            guard try await receive() else { return nil }
        }
    }

    private func receive() async throws -> Bool {
        guard let buffer = try? await inbound.next() else { return false }
        received += buffer.readableBytesView
        return true
    }
}
