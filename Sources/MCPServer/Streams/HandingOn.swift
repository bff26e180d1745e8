internal import HTTPServer
internal import HTTPTypes
internal import MCP
internal import NIOCore

/// Handing a message to the replica that holds its stream, where the platform can do that (LS11, W77).
///
/// On Fly.io an empty answer with `fly-replay: instance=<machine>` makes the platform send the same request to that machine of the same
/// app. No address is ever taken from a request: it is a machine's name, and only where this process has such a name itself.
enum HandingOn {
    /// What the platform takes of a body, in bytes.
    static let mostBytes = 1_000_000

    /// Whether this is a name that the platform gives its machines: 14 hex digits.
    static func isMachine(_ name: String) -> Bool {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9"), letters = UInt8(ascii: "a")...UInt8(ascii: "f")
        return name.utf8.count == 14 && name.utf8.allSatisfy { digits.contains($0) || letters.contains($0) }
    }

    /// The answer that hands a message on; nil where nobody else can have its stream, or where it has come here in this way already.
    static func answer(to request: IncomingRequest, for stream: SSEStreamID, at replica: String) -> Answer? {
        guard let holder = stream.replica, !holder.utf8.elementsEqual(replica.utf8) else { return nil }
        guard isMachine(holder), isMachine(replica) else { return nil }
        guard request.headerValues(.flyReplaySource).isEmpty, request.body.readableBytes <= mostBytes else { return nil }
        // Where nobody replays it after all, this says what W77 says.
        return .empty(.notFound, headers: [.flyReplay: "instance=\(holder)"])
    }
}

extension MCPConnections {
    /// A name for this process in ids of streams and questions.
    ///
    /// - Parameter machine: What the platform calls it (`FLY_MACHINE_ID`); by such a name others can hand requests on to it. Without one, or
    ///   with one of another form, the name is random.
    package static func replicaName(machine: String?) -> String {
        guard let machine, HandingOn.isMachine(machine) else { return "r" + String(UInt32.random(in: .min ... .max), radix: 16) }
        return machine
    }
}

extension HTTPField.Name {
    static let flyReplay = HTTPField.Name(constant: "fly-replay")
    /// On requests that the platform has replayed.
    static let flyReplaySource = HTTPField.Name(constant: "fly-replay-src")
}
