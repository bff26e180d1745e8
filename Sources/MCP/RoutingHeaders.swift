/// The headers of a modern request that repeat what its body says (R1–R11).
struct RoutingHeaders {
    /// Values of `MCP-Protocol-Version`, `Mcp-Method`, `Mcp-Name`, one a header field.
    let versions: [String]
    let methods: [String]
    let names: [String]
    /// Those that repeat arguments; none unless a tool of this server has marked parameters.
    let parameters: [ParameterHeader]

    /// - Parameters: The values as they came; white space around them doesn't count (R3).
    init(versions: [String], methods: [String], names: [String], parameters: [ParameterHeader] = []) {
        self.versions = versions.trimmed
        self.methods = methods.trimmed
        self.names = names.trimmed
        self.parameters = parameters.map { ParameterHeader(name: $0.name, value: $0.value.trimmed) }
    }

    /// The version header must be there, once, and equal the envelope (W16, W17).
    func requireVersion(_ version: String) throws(MCPError) {
        guard !versions.isEmpty else { throw .headerMismatch("the header MCP-Protocol-Version is missing") }
        guard versions.count == 1, versions[0].sameBytes(version) else {
            throw .headerMismatch("the header MCP-Protocol-Version does not equal the version in params._meta")
        }
    }

    /// W20, R1.
    func requireMethod(_ method: String) throws(MCPError) {
        try Self.require(methods, equal: method, in: "Mcp-Method", isEncoded: false)
    }

    /// W22, R2: whether there is a header at all is said before whether the body has a name to compare it with.
    func requireName(_ name: String?) throws(MCPError) {
        try Self.require(names, equal: name, in: "Mcp-Name", isEncoded: true)
    }

    /// A notification needs no routing headers, but those it has must fit (R7).
    func check(notification method: String, name: String?) throws(MCPError) {
        if !methods.isEmpty { try requireMethod(method) }
        if !names.isEmpty, let name { try requireName(name) }
    }

    private static func require(_ values: [String], equal expected: String?, in header: String, isEncoded: Bool) throws(MCPError) {
        let value = try value(of: values, in: header, isEncoded: isEncoded)
        guard let expected else { return }
        guard value.elementsEqual(expected.utf8) else { throw .headerMismatch("the header \(header) does not equal the body") }
    }

    /// The value of a header that must be there once (R4–R6).
    ///
    /// - Parameter values: One for each header field with this name, trimmed.
    static func value(of values: [String], in header: String, isEncoded: Bool) throws(MCPError) -> [UInt8] {
        guard let value = values.first else { throw .headerMismatch("the header \(header) is missing") }
        guard values.count == 1 else { throw .headerMismatch("the header \(header) occurs more than once") }
        guard value.utf8.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x09 }) else {
            throw .headerMismatch("the header \(header) has characters that a header may not have")
        }
        guard let decoded = isEncoded ? decoded(value) : Array(value.utf8) else {
            throw .headerMismatch("the header \(header) is not encoded correctly")
        }
        return decoded
    }

    /// `=?base64?…?=` decoded, anything else as it stands; nil if it is marked so but isn't the Base64 of UTF-8 (R5).
    private static func decoded(_ value: String) -> [UInt8]? {
        let (prefix, suffix, bytes) = ("=?base64?".utf8, "?=".utf8, Array(value.utf8))
        // Looked at first, as hardly any value is marked.
        guard bytes.first == UInt8(ascii: "="), bytes.count >= prefix.count + suffix.count, bytes.starts(with: prefix),
            bytes.suffix(suffix.count).elementsEqual(suffix)
        else {
            return bytes
        }
        guard let decoded = Base64.standard.decode(bytes[prefix.count..<(bytes.count - suffix.count)]) else { return nil }
        return String(validating: decoded, as: UTF8.self) == nil ? nil : decoded
    }
}

extension String {
    /// Without the spaces and tabs around it (R3).
    var trimmed: String {
        guard let first = utf8.first, let last = utf8.last, isBlank(first) || isBlank(last) else { return self }
        let end = utf8.lastIndex { !isBlank($0) }.map { utf8.index(after: $0) } ?? startIndex
        let start = utf8.firstIndex { !isBlank($0) } ?? end
        return String(self[start..<end])
    }
}

extension [String] {
    /// Each without the spaces and tabs around it.
    fileprivate var trimmed: [String] {
        contains { isBlank($0.utf8.first ?? 0) || isBlank($0.utf8.last ?? 0) } ? map(\.trimmed) : self
    }
}

private func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09
}
