package import JSON
internal import MCP

/// How a stream's events are named: `<replica>.<stream>.<number>`, and on a request's stream also the request's id (LS12).
package struct EventIDs: Sendable, Equatable {
    package let replica: String
    /// 16 hex digits.
    package let stream: String
    /// The request's id as JSON, in Base64; nil on a stream that belongs to no request.
    package let request: String?

    package init(replica: String, stream: String, request: [UInt8]? = nil) {
        self.replica = replica
        self.stream = stream
        self.request = request.map { Base64.url.encode($0) }
    }

    package func text(_ number: Int) -> String {
        let name = "\(replica).\(stream).\(number)"
        return request.map { "\(name).\($0)" } ?? name
    }

    /// An event's id as a client sends it back.
    package struct Parsed: Sendable {
        package let ids: EventIDs
        package let number: Int

        /// The request's id as JSON; nil if it isn't a request's stream, or the text is none of ours.
        package var requestID: JSONValue? {
            guard let request = ids.request, let bytes = Base64.url.decode(request.utf8) else { return nil }
            guard let value = try? JSONValue(parsing: bytes), RequestID(value) != nil else { return nil }
            return value
        }
    }

    /// - Returns: nil for what can't be one of ours, wherever it was made.
    package static func parse(_ text: String) -> Parsed? {
        guard text.utf8.count <= 4_096 else { return nil }
        let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false).map { String($0) }
        guard parts.count >= 3, let replica = parts[0], let stream = parts[1], let number = parts[2].flatMap({ Int($0) }) else {
            return nil
        }
        let request = parts.count == 4 ? parts[3] : nil
        return Parsed(ids: EventIDs(replica: replica, stream: stream, base64: request), number: number)
    }

    private init(replica: String, stream: String, base64: String?) {
        self.replica = replica
        self.stream = stream
        request = base64
    }
}
