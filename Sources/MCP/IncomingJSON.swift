import JSON

/// A body or line as JSON.
struct IncomingJSON {
    let value: JSONValue
    /// Why the arguments of a call can't be taken: text in them that is no text (U+0000, a lone surrogate).
    ///
    /// The model can mend that, so it becomes a result of the call, and not an error of the message.
    let argumentFault: String?

    /// - Throws: `notJSON` (W9).
    init(_ bytes: [UInt8]) throws(MCPError) {
        let (value, fault): (JSONValue, JSONError?)
        do {
            (value, fault) = try JSONValue.parse(tolerating: bytes, limits: .message)
        } catch {
            throw IncomingJSON.refusal("not JSON", error)
        }
        self.value = value
        guard let fault else {
            argumentFault = nil
            return
        }
        argumentFault = try IncomingJSON.argumentFault(fault, value, bytes)
    }

    /// What to say of the first fault, if all that is wrong is text in the arguments of a call.
    private static func argumentFault(_ fault: JSONError, _ value: JSONValue, _ bytes: [UInt8]) throws(MCPError) -> String {
        do {
            guard let text = describe(fault), value["method"]?.string == "tools/call",
                let arguments = value["params"]?["arguments"]
            else { throw fault }
            // Only the first fault is known so far, and what can be mended must hide nothing else: neither in the structure of the whole…
            try JSON.checkStructure(bytes, limits: .message)
            // …nor in the text of the rest. The arguments are an object, so a number in their place is shorter.
            try JSON.check(
                bytes[..<arguments.range.lowerBound] + [UInt8(ascii: "0")] + bytes[arguments.range.upperBound...],
                limits: .message
            )
            return text
        } catch {
            let fault = error as? JSONError ?? fault
            throw refusal("not acceptable JSON", fault)
        }
    }

    private static func refusal(_ what: String, _ fault: JSONError) -> MCPError {
        guard fault.reason != .tooManyValues else { return .notJSON("the message holds more than \(JSONLimits.message.values) values") }
        return .notJSON("the message is \(what): \(fault.reason) at byte \(fault.position)")
    }

    private static func describe(_ fault: JSONError) -> String? {
        let arguments = "/params/arguments/"
        guard fault.path.utf8.starts(with: arguments.utf8) else { return nil }
        // The path holds the client's own text, which may be the very thing that is wrong; one character of it can be as long as the message.
        let path = fault.path.unicodeScalars.dropFirst(arguments.unicodeScalars.count).prefix(64)
        let place = String(
            path.filter {
                // Fillers count as letters, though nobody sees them.
                ($0.properties.isAlphabetic && !$0.properties.isDefaultIgnorableCodePoint) || $0.properties.numericType != nil
                    || "_-./".unicodeScalars.contains($0)
            }
        )
        switch fault.reason {
        case .nul: return "\(place) must not hold the character U+0000"
        case .loneSurrogate: return "\(place) must not hold half of a surrogate pair"
        default: return nil
        }
    }
}
