import JSON

/// A body or line as JSON.
struct IncomingJSON {
    let value: JSONValue
    /// Why the arguments of a call can't be taken: text in them that is no text (U+0000, a lone surrogate).
    ///
    /// The model can mend that, so it
    /// becomes a result of the call, and not an error of the message.
    let argumentFault: String?

    /// - Throws: `notJSON` (W9).
    init(_ bytes: [UInt8]) throws(MCPError) {
        let (value, fault): (JSONValue, JSONError?)
        do {
            (value, fault) = try JSONValue.parse(tolerating: bytes, limits: .message)
        } catch {
            throw .notJSON("the message is not JSON: \(error.reason) at byte \(error.position)")
        }
        self.value = value
        guard let fault else {
            argumentFault = nil
            return
        }
        guard let text = IncomingJSON.describe(fault), value["method"]?.string == "tools/call" else {
            throw .notJSON("the message is not acceptable JSON: \(fault.reason) at byte \(fault.position)")
        }
        argumentFault = text
    }

    private static func describe(_ fault: JSONError) -> String? {
        let arguments = "/params/arguments/"
        guard fault.path.hasPrefix(arguments) else { return nil }
        // The path holds the client's own text, which may be the very thing that is wrong.
        let place = fault.path.dropFirst(arguments.count).prefix(64).filter { $0.isLetter || $0.isNumber || "_-./".contains($0) }
        switch fault.reason {
        case .nul: return "\(place) must not hold the character U+0000"
        case .loneSurrogate: return "\(place) must not hold half of a surrogate pair"
        default: return nil
        }
    }
}
