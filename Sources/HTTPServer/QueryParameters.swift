extension IncomingRequest {
    /// Whether the target has a query, empty or not.
    package var hasQuery: Bool { received.hasQuery }

    /// A query parameter, percent-decoded, with `+` as a space; nil when it isn't there.
    ///
    /// Throws 400 `invalid_parameter` naming it when it comes twice or holds a bad escape, bad UTF-8 or NUL. Other parameters aren't looked
    /// at.
    package func queryParameter(_ name: String) throws(Problem) -> String? {
        guard let query = received.query else { return nil }
        var found: String?
        for pair in query.split(separator: UInt8(ascii: "&")) {
            let end = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard let key = Self.decoded(pair[pair.startIndex..<end]), key.utf8.elementsEqual(name.utf8) else { continue }
            guard found == nil else { throw .invalidParameter(name, "\(name) was given more than once") }
            guard let value = Self.decoded(pair[end...].dropFirst()) else { throw .invalidParameter(name, "\(name) can't be read") }
            found = value
        }
        return found
    }

    /// A segment of the path that the route's template names, percent-decoded; nil also where it can't be.
    ///
    /// Paths are routed as they were sent: what is decoded here never chooses a route.
    package func pathParameter(_ name: String) -> String? {
        guard let segment = parameters[name] else { return nil }
        guard segment.utf8.contains(UInt8(ascii: "%")) else { return segment }
        return Self.decoded(Array(segment.utf8)[...], plusIsSpace: false)
    }

    /// Whether a parameter is there, readable or not.
    func hasQueryParameter(_ name: String) -> Bool {
        guard let query = received.query else { return false }
        return query.split(separator: UInt8(ascii: "&")).contains { pair in
            Self.decoded(pair.prefix { $0 != UInt8(ascii: "=") })?.utf8.elementsEqual(name.utf8) ?? false
        }
    }

    /// The names of the query's parameters, as far as they can be decoded.
    package var queryParameterNames: [String] {
        guard let query = received.query else { return [] }
        return query.split(separator: UInt8(ascii: "&")).compactMap { pair in Self.decoded(pair.prefix { $0 != UInt8(ascii: "=") }) }
    }

    /// How many parameters the query has.
    var queryParameterCount: Int {
        guard let query = received.query else { return 0 }
        return query.split(separator: UInt8(ascii: "&")).count
    }

    /// Percent-decoded, as forms and queries are; nil for a bad escape, bad UTF-8 or NUL.
    package static func decoded(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool = true) -> String? {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var rest = bytes
        while let byte = rest.popFirst() {
            switch byte {
            case 0:
                return nil
            case UInt8(ascii: "+") where plusIsSpace:
                result.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst()?.hexDigitValue, let low = rest.popFirst()?.hexDigitValue, high | low != 0 else {
                    return nil
                }
                result.append(high << 4 | low)
            default:
                result.append(byte)
            }
        }
        return String(validating: result, as: UTF8.self)
    }
}

extension UInt8 {
    /// 0–15 for an ASCII hex digit of either case.
    var hexDigitValue: UInt8? {
        switch self {
        case 0x30...0x39: self &- 0x30
        case 0x41...0x46: self &- 0x37
        case 0x61...0x66: self &- 0x57
        default: nil
        }
    }
}
