/// The value of `WWW-Authenticate` for bearer tokens (RFC 6750, § 3; RFC 9728, § 5.1).
struct Challenge: Sendable {
    /// With its description, from a fixed list of texts; nil where no token was sent.
    private var error: (code: String, description: String)?
    /// What a token needs.
    var scopes: [String] = []
    /// Where the resource's metadata are.
    var metadata: String?

    init() {}

    /// - Parameter error: `invalid_request`, `invalid_token` or `insufficient_scope`.
    init(error: String, _ description: String) {
        self.error = (error, description)
    }
}

extension Challenge: CustomStringConvertible {
    var description: String {
        var parameters: [String] = []
        if let error { parameters += [Self.parameter("error", error.code), Self.parameter("error_description", error.description)] }
        if !scopes.isEmpty { parameters.append(Self.parameter("scope", scopes.joined(separator: " "))) }
        if let metadata { parameters.append(Self.parameter("resource_metadata", metadata)) }
        return parameters.isEmpty ? "Bearer" : "Bearer " + parameters.joined(separator: ", ")
    }

    /// Values come from this program and its configuration, where quotes and backslashes are refused; none is let out all the same.
    private static func parameter(_ name: String, _ value: String) -> String {
        let safe = value.utf8.filter { (0x20...0x7e).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        return name + "=\"" + String(decoding: safe, as: UTF8.self) + "\""
    }
}
