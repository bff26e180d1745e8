import JSON

/// A parameter that clients repeat in a header, for those who route requests without reading bodies (R8).
struct MarkedParameter: Sendable, Equatable {
    /// The names on the way from the arguments to the value, each a member of the one before.
    let path: [String]
    /// The whole name of the header.
    let header: String

    /// The value must be in its header, once and equal; a value that is null or absent has no header (R4, R6, R10).
    ///
    /// Values are compared by what they are, and not by what the schema wants: what the schema says of them comes later (W29).
    /// - Throws: `headerMismatch`.
    func check(_ arguments: JSONValue?, _ headers: [ParameterHeader]) throws(MCPError) {
        let sent = headers.filter { $0.name.sameLetters(header) }.map(\.value)
        guard let value = value(in: arguments) else {
            guard sent.isEmpty else { throw .headerMismatch("the header \(header) has no argument that it could repeat") }
            return
        }
        // No header can hold these, and no marked parameter can be one, so the schema refuses them.
        guard value.kind != .object, value.kind != .array else { return }
        let decoded = try RoutingHeaders.value(of: sent, in: header, isEncoded: true)
        guard value.isRepeated(by: decoded) else { throw .headerMismatch("the header \(header) does not equal the body") }
    }

    /// The value in a call's arguments; nil if it is absent or null.
    private func value(in arguments: JSONValue?) -> JSONValue? {
        var place = arguments
        for name in path { place = place?[name] }
        return place?.isNull == true ? nil : place
    }
}

extension JSONValue {
    /// Whether a header with these bytes says the same: numbers by their value, to the last digit; strings by their bytes (R10).
    fileprivate func isRepeated(by header: [UInt8]) -> Bool {
        switch kind {
        case .string: string?.utf8.elementsEqual(header) == true
        case .boolean: header.elementsEqual((boolean == true ? "true" : "false").utf8)
        case .number: (try? JSONValue(parsing: header)).map { $0.bytes.count == header.count && $0.kind == .number && $0 == self } ?? false
        case .null, .array, .object: false
        }
    }
}

extension String {
    /// Whether these are the same bytes but for the case of ASCII letters, as names of headers are compared.
    func sameLetters(_ other: String) -> Bool {
        utf8.count == other.utf8.count && zip(utf8, other.utf8).allSatisfy { $0.lowercased == $1.lowercased }
    }
}

extension UInt8 {
    fileprivate var lowercased: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}
