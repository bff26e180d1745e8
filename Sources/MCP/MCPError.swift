public import JSON

/// Everything that can be refused with a JSON-RPC error (X1–X10).
///
/// Messages are one sentence, without secrets.
public enum MCPError: Error, Sendable, Equatable {
    /// Not JSON.
    case notJSON(String)
    /// Not a valid message, or one that isn't allowed here.
    case invalidRequest(String)
    /// Unknown, or behind a capability that isn't advertised.
    case methodNotFound
    case invalidParameters(String)
    /// No such resource for this caller; whether it exists for another one isn't told (RS3).
    case resourceNotFound(uri: String)
    /// Our fault. The correlation id leads to the log; the client learns nothing else.
    case internalError(correlationID: String)
    /// Our fault too, told in a sentence that clients may know.
    case internalFailure(String)
    /// 2026-07-28: headers and body disagree.
    case headerMismatch(String)
    /// 2026-07-28: the call can't do without this; an object shaped like `ClientCapabilities`.
    case missingCapability(JSONValue)
    /// 2026-07-28: a revision that this kind of message can't have.
    case unsupportedVersion(requested: String, supported: [Revision])

    /// Its code in 2026-07-28, and but for `resourceNotFound` in all revisions.
    public var code: Int { code(in: .v2026_07_28) }

    /// Its code in a revision.
    public func code(in revision: Revision) -> Int {
        switch self {
        case .notJSON: -32700
        case .invalidRequest: -32600
        case .methodNotFound: -32601
        case .invalidParameters: -32602
        case .resourceNotFound: revision.isLegacy ? -32002 : -32602
        case .internalError, .internalFailure: -32603
        case .headerMismatch: -32020
        case .missingCapability: -32021
        case .unsupportedVersion: -32022
        }
    }

    public var message: String {
        switch self {
        case .notJSON(let text), .invalidRequest(let text), .invalidParameters(let text), .headerMismatch(let text),
            .internalFailure(let text):
            text
        case .resourceNotFound: "there is no such resource"
        case .methodNotFound: "this server has no such method"
        case .internalError: "internal error"
        case .missingCapability: "this call needs a capability that the client does not declare"
        case .unsupportedVersion: "this protocol version is not supported here"
        }
    }

    /// The status of a modern answer (H13).
    var modernStatus: Int {
        switch self {
        case .methodNotFound: 404
        case .internalError, .internalFailure: 200
        default: 400
        }
    }

    /// Writes a whole message.
    ///
    /// - Parameter revision: Matters only for `resourceNotFound`, which comes out of work alone (X2, X3).
    func response(to id: ResponseID, in revision: Revision = .v2026_07_28) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("jsonrpc", "2.0")
            id.write(to: &writer)
            writer.key("error")
            write(to: &writer, in: revision)
        }
        return writer.bytes
    }

    /// The error alone, as it stands in a task (TK4).
    var object: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer, in: .v2026_07_28)
        return writer.bytes
    }

    private func write(to writer: inout JSONWriter, in revision: Revision) {
        writer.object { writer in
            writer.member("code", code(in: revision))
            writer.member("message", message)
            writeData(to: &writer)
        }
    }

    private func writeData(to writer: inout JSONWriter) {
        switch self {
        case .resourceNotFound(let uri):
            writer.key("data")
            writer.object { $0.member("uri", uri) }
        case .internalError(let correlationID):
            writer.key("data")
            writer.object { $0.member("correlation_id", correlationID) }
        case .missingCapability(let capabilities):
            writer.key("data")
            writer.object { $0.member("requiredCapabilities", capabilities) }
        case .unsupportedVersion(let requested, let supported):
            writer.key("data")
            writer.object { writer in
                writer.key("supported")
                writer.array { writer in
                    for revision in supported { writer.string(revision.description) }
                }
                writer.member("requested", requested)
            }
        default: break
        }
    }
}

/// What stands as the id of an answer (B2, B6).
enum ResponseID {
    /// The request's own, byte for byte.
    case request(JSONValue)
    /// It couldn't be read: `null` or nothing, as the revision has it.
    case unreadable(Revision?)

    init(_ id: JSONValue?, _ revision: Revision?) {
        self = id.map { .request($0) } ?? .unreadable(revision)
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .request(let id): writer.member("id", id)
        case .unreadable(let revision?) where revision.writesNullID:
            writer.key("id")
            writer.null()
        case .unreadable: break
        }
    }
}

extension MCPError {
    /// The message for a client that comes back for the answer to a request whose stream is not known here (LS12).
    public static func lostStream(of id: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("jsonrpc", "2.0")
            writer.member("id", id)
            writer.key("error")
            writer.object { writer in
                writer.member("code", -32603)
                writer.member("message", "the stream was lost; send the request again")
            }
        }
        return writer.bytes
    }
}
