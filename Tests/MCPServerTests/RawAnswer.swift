import JSON
import NIOCore
import NIOPosix

/// An HTTP answer taken apart by hand: one connection, one request.
struct RawAnswer {
    let status: Int
    let fields: [String: String]
    let body: String

    struct Malformed: Error {}

    func header(_ name: String) -> String? { fields[name] }

    var json: JSONValue? { try? JSONValue(parsing: body) }

    /// The first text of a tool's result.
    var text: String? { json?["result"]?["content"]?.elements.first { _ in true }?["text"]?.string }

    static func exchange(_ port: Int, _ method: String, _ path: String, _ fields: [String: String], _ body: String) async throws
        -> RawAnswer
    {
        try await connect(port) { inbound, outbound in
            try await outbound.write(ByteBuffer(string: request(port, method, path, fields.merging(["Connection": "close"]) { $1 }, body)))
            var received: [UInt8] = []
            for try await buffer in inbound { received += buffer.readableBytesView }
            return try RawAnswer(String(decoding: received, as: UTF8.self))
        }
    }

    /// Sends a POST, waits for `moment`, and closes the connection without waiting for the answer.
    static func abandon(_ port: Int, _ body: String, _ fields: [String: String], until moment: () async -> Void) async throws {
        let fields = ["Authorization": "me", "Content-Type": "application/json"].merging(fields) { $1 }
        try await connect(port) { _, outbound in
            try await outbound.write(ByteBuffer(string: request(port, "POST", "/mcp", fields, body)))
            await moment()
        }
    }

    private static func request(_ port: Int, _ method: String, _ path: String, _ fields: [String: String], _ body: String) -> String {
        var text = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n"
        for (name, value) in fields { text += "\(name): \(value)\r\n" }
        if !body.isEmpty { text += "Content-Length: \(body.utf8.count)\r\n" }
        return text + "\r\n" + body
    }

    private static func connect<Result>(
        _ port: Int,
        _ work: (NIOAsyncChannelInboundStream<ByteBuffer>, NIOAsyncChannelOutboundWriter<ByteBuffer>) async throws -> Result
    ) async throws -> Result {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { try await work($0, $1) }
    }

    private init(_ text: String) throws {
        guard let end = text.firstRange(of: "\r\n\r\n") else { throw Malformed() }
        let lines = text[..<end.lowerBound].split(separator: "\r\n")
        guard let first = lines.first, let status = Int(first.split(separator: " ").dropFirst().first ?? "") else { throw Malformed() }
        self.status = status
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ": ", maxSplits: 1)
            fields[parts[0].lowercased()] = parts.count > 1 ? String(parts[1]) : ""
        }
        self.fields = fields
        body = String(text[end.upperBound...])
    }
}
