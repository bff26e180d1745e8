import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One request and its answer over a socket of their own, taken apart by hand, so that the server's own code can't hide its faults.
enum RawExchange {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    /// Sends bytes and returns the first answer whole.
    ///
    /// It runs on a thread of its own, for it blocks.
    static func run(port: Int, _ request: [UInt8]) async throws -> Response {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try exchange(port, request) }) }
        }
    }

    private static func exchange(_ port: Int, _ request: [UInt8]) throws -> Response {
        #if canImport(Darwin)
        let (stream, flags) = (SOCK_STREAM, Int32(0))
        #else
        let (stream, flags) = (Int32(SOCK_STREAM.rawValue), Int32(MSG_NOSIGNAL))
        #endif
        let descriptor = socket(AF_INET, stream, 0)
        guard descriptor >= 0 else { throw Failed(description: "no socket: \(errno)") }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
        guard connected == 0 else { throw Failed(description: "no connection: \(errno)") }
        var rest = request[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, flags) }
            // A server that has answered early may not take the rest.
            guard count > 0 else { break }
            rest = rest.dropFirst(count)
        }
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let response = try Response(received) { return response }
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { throw Failed(description: "the server closed after \(String(decoding: received, as: UTF8.self))") }
            received += buffer.prefix(count)
        }
    }
}

/// An answer.
struct Response: Sendable {
    let status: Int
    let fields: [(name: String, value: String)]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The value of a field that came once; `nil` if it came not at all or twice.
    func field(_ name: String) -> String? {
        let found = fields.filter { $0.name.lowercased() == name.lowercased() }
        return found.count == 1 ? found[0].value : nil
    }

    /// `nil` while bytes are missing.
    init?(_ bytes: [UInt8]) throws {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
        guard let first = lines.first, first.hasPrefix("HTTP/1.1 "), let status = Int(first.dropFirst(9).prefix(3)) else {
            throw RawExchange.Failed(description: "no answer: \(lines)")
        }
        self.status = status
        fields = lines.dropFirst().map { line in
            let parts = line.split(separator: ": ", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
        }
        let length = fields.first { $0.name.lowercased() == "content-length" }.flatMap { Int($0.value) } ?? 0
        guard bytes.count - end.upperBound >= length else { return nil }
        body = Array(bytes[end.upperBound...].prefix(length))
    }
}
