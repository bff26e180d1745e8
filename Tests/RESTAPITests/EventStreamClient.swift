import Foundation
import JSON
import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A client of one event stream, which takes lines and chunks apart by itself.
final class EventStreamClient: Sendable {
    struct Event: Sendable {
        var name = ""
        var id: String?
        var data: [String] = []

        var json: JSONValue {
            get throws { try JSONValue(parsing: data.joined(separator: "\n")) }
        }
    }

    private let descriptor: Int32
    private let lines: AsyncStream<String>

    /// Connects, sends the request and runs the body with what comes back; then the connection is closed.
    ///
    /// - Parameter body: Gets the status line and header lines, and the stream's events one by one; `nil` is the stream's clean end.
    static func run(
        port: Int,
        _ target: String,
        _ headers: [(String, String)] = [],
        as subject: String = "me",
        _ body: (_ head: [String], _ events: inout EventIterator) async throws -> Void
    ) async throws {
        let client = try EventStreamClient(port: port)
        defer { shutdown(client.descriptor, Int32(SHUT_RDWR)) }
        var request = "GET \(target) HTTP/1.1\r\nHost: test\r\nAccept: text/event-stream\r\nX-Debug-Sub: \(subject)\r\n"
        for (name, value) in headers { request += "\(name): \(value)\r\n" }
        let bytes = Array((request + "\r\n").utf8)
        guard send(client.descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
            throw RawExchange.Failed(description: "not sent")
        }
        var lines = client.lines.makeAsyncIterator()
        var head: [String] = []
        while let line = await lines.next(), !line.isEmpty { head.append(line) }
        var events = EventIterator(lines: lines)
        try await body(head, &events)
    }

    private init(port: Int) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.descriptor = descriptor
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        self.lines = lines
        guard connected == 0 else {
            close(descriptor)
            throw RawExchange.Failed(description: "no connection: \(errno)")
        }
        // A thread of its own, for it blocks; it ends with the connection.
        Thread.detachNewThread {
            var decoder = LineDecoder()
            var buffer = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { break }
                for line in decoder.lines(of: buffer.prefix(count)) { continuation.yield(line) }
                if decoder.isAtEnd { break }
            }
            continuation.finish()
            close(descriptor)
        }
    }

    /// The events of a stream's lines.
    struct EventIterator {
        var lines: AsyncStream<String>.AsyncIterator
        private(set) var comments = 0

        init(lines: AsyncStream<String>.AsyncIterator) {
            self.lines = lines
        }

        /// The next event; `nil` at the end of the stream.
        mutating func next() async -> Event? {
            var event = Event()
            while let line = await lines.next() {
                if line.isEmpty {
                    if !event.name.isEmpty || !event.data.isEmpty { return event }
                } else if line.hasPrefix(":") {
                    comments += 1
                } else if line.hasPrefix("event: ") {
                    event.name = String(line.dropFirst(7))
                } else if line.hasPrefix("id: ") {
                    event.id = String(line.dropFirst(4))
                } else if line.hasPrefix("data: ") {
                    event.data.append(String(line.dropFirst(6)))
                }
            }
            return nil
        }
    }
}

/// The lines of a head and of a chunked body.
private struct LineDecoder {
    private var raw: [UInt8] = []
    private var line: [UInt8] = []
    private var isBody = false
    private var left = 0
    /// The chunk without bytes has come: the body is whole.
    private(set) var isAtEnd = false

    mutating func lines(of bytes: some Collection<UInt8>) -> [String] {
        raw += bytes
        var found: [String] = []
        while true {
            if !isBody || left == 0 {
                guard let end = raw.firstRange(of: [0x0d, 0x0a]) else { return found }
                let text = String(decoding: raw[..<end.lowerBound], as: UTF8.self)
                raw.removeSubrange(..<end.upperBound)
                if !isBody {
                    found.append(text)
                    isBody = text.isEmpty
                } else if !text.isEmpty {
                    left = Int(text, radix: 16) ?? 0
                    isAtEnd = isAtEnd || left == 0
                }
            } else {
                guard let byte = raw.first else { return found }
                raw.removeFirst()
                left -= 1
                if byte == 0x0a {
                    found.append(String(decoding: line, as: UTF8.self))
                    line = []
                } else {
                    line.append(byte)
                }
            }
        }
    }
}
