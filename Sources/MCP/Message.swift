import JSON

/// A JSON-RPC message as far as it can be read without knowing its era.
struct Message {
    enum Kind: Equatable {
        case request, notification, response
        /// Not valid (W12), and why.
        case malformed(String)
    }

    /// The whole message.
    let value: JSONValue
    private(set) var kind: Kind
    /// A valid id: a string or an integer (B2).
    private(set) var id: JSONValue?
    /// Empty unless it is a request or a notification.
    private(set) var method = ""
    private(set) var params: JSONValue?
    /// Why the arguments in it can't be taken, though the rest can.
    let argumentFault: String?

    /// - Parameter object: A JSON object.
    init(_ object: JSONValue, argumentFault: String? = nil) {
        value = object
        self.argumentFault = argumentFault
        var (version, hasID, methodValue, hasResult, hasError) = (false, false, JSONValue?.none, false, false)
        kind = .response
        for member in object.members {
            if member.keyEquals("jsonrpc" as StaticString) {
                version = member.value.string == "2.0"
            } else if member.keyEquals("id" as StaticString) {
                hasID = true
                let value = member.value
                if value.isRequestID { id = value }
            } else if member.keyEquals("method" as StaticString) {
                methodValue = member.value
            } else if member.keyEquals("params" as StaticString) {
                params = member.value
            } else if member.keyEquals("result" as StaticString) {
                hasResult = true
            } else if member.keyEquals("error" as StaticString) {
                hasError = true
            }
        }
        if !version {
            kind = .malformed("jsonrpc must be \"2.0\"")
        } else if hasID, id == nil {
            kind = .malformed("an id is a string or an integer")
        } else if let methodValue {
            guard let name = methodValue.string, !hasResult, !hasError else {
                kind = .malformed("a message has a method that is a string, or a result, or an error")
                return
            }
            method = name
            kind = id == nil ? .notification : .request
        } else if hasResult == hasError || id == nil {
            kind = .malformed("a message has a method, or an id with either a result or an error")
        }
    }

    /// `params._meta` if it is an object.
    var meta: JSONValue? {
        guard let params, params.kind == .object else { return nil }
        return params.object("_meta")
    }

    /// The request that a notification cancels (W94, CN1).
    var cancelledRequest: RequestID? {
        guard kind == .notification, method.sameBytes("notifications/cancelled"), params?.kind == .object else { return nil }
        return params?["requestId"].flatMap { RequestID($0) }
    }

    /// Whether any member of the envelope is there, whatever its value (ER1).
    var hasEnvelope: Bool {
        guard let meta else { return false }
        return meta.members.contains { member in Envelope.names.contains { member.keyEquals($0) } }
    }
}

extension JSONValue {
    /// Whether it is a string, or a number written as an integer (B2).
    var isRequestID: Bool {
        switch kind {
        case .string: true
        case .number: bytes.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-") }
        default: false
        }
    }
}
