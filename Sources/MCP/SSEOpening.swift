/// What a GET of /sse is (W71–W74).
public enum SSEOpening: Sendable, Equatable {
    /// A client that speaks Streamable HTTP to this address (W71, W72).
    case streamableHTTP
    case refused(HTTPReply)
    case opened

    public init(_ message: HTTPMessage) {
        guard message.sessionID.isEmpty, Era(versions: message.protocolVersion.map(\.trimmed)) == .legacy else {
            self = .streamableHTTP
            return
        }
        guard message.takesEvents else {
            let error = MCPError.invalidRequest("a GET opens an event stream: Accept must admit text/event-stream")
            self = .refused(Refusal(406, error, revision: .v2024_11_05).reply)
            return
        }
        self = .opened
    }
}

/// The name of a stream of 2024-11-05: 32 hex digits, and the replica that holds it (E2).
public struct SSEStreamID: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    /// - Parameters:
    ///   - number: 16 bytes that nobody can guess.
    ///   - replica: Empty where replicas have no names.
    public init(number: [UInt8], replica: String) {
        let number = String(hex: number)
        description = replica.isEmpty ? number : "\(number).\(replica)"
    }

    /// The replica that holds it; nil where replicas have no names.
    public var replica: String? {
        description.firstIndex(of: ".").map { String(description[description.index(after: $0)...]) }
    }

    /// Reads one that a client sends back; nil for what can't be one, whoever made it (W75).
    public init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let number = parts.first, number.count == 32, number.allSatisfy({ isHexDigit($0) }) else { return nil }
        guard parts.count == 1 || (1...64).contains(parts[1].count) && parts[1].allSatisfy({ isNameByte($0) }) else { return nil }
        description = text
    }
}

extension HTTPReply {
    /// A POST without the name of a stream, or with something that is none (W75).
    public static let sseStreamUnnamed = Refusal(400, .invalidRequest("session_id is missing or garbled"), revision: .v2024_11_05).reply

    /// A POST to a stream that is unknown, closed, another principal's or another replica's: all look alike (W76, W77, SEC3).
    public static let sseStreamUnknown = Refusal(
        404,
        .invalidRequest("there is no such stream; open one with GET /sse"),
        revision: .v2024_11_05
    )
    .reply

    /// Any other method than POST (W81).
    public static let sseMethodRefused = Refusal.method("POST").reply
}

private func isHexDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
}

private func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
    case UInt8(ascii: "_"), UInt8(ascii: "-"): true
    default: false
    }
}
