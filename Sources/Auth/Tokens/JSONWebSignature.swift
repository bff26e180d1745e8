import JSON
import ToolBridge

/// A signed text in its compact form (RFC 7515, § 3.1), taken apart and not yet believed.
///
/// Nothing in its header but algorithm, id and type is looked at: keys and addresses of keys that come with a token are not there to be used.
package struct JSONWebSignature: Sendable {
    package let algorithm: Algorithm
    /// Opaque, up to 128 bytes; only HS256 may do without.
    package let keyID: String?
    package let payload: [UInt8]
    /// Header and payload as they were sent, with the dot between.
    private let message: ArraySlice<UInt8>
    private let signature: [UInt8]

    /// - Parameter text: Three parts of strict Base64URL.
    /// - Returns: nil for anything that this server takes no token of, whoever signed it.
    package init?(_ text: some Collection<UInt8>) {
        let text = Array(text)
        let parts = text.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3,
            let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]), let signature = Base64URL.decode(parts[2]),
            let fields = try? JSONValue(parsing: header), fields.kind == .object,
            let algorithm = fields["alg"]?.string.flatMap({ Algorithm(bytes: $0.utf8) }),
            fields["crit"] == nil, Self.isTypeTaken(fields["typ"])
        else { return nil }
        if let field = fields["kid"] {
            guard let id = field.string, id.utf8.count <= 128 else { return nil }
            keyID = id
        } else {
            guard algorithm == .hs256 else { return nil }
            keyID = nil
        }
        self.algorithm = algorithm
        self.payload = payload
        self.signature = signature
        message = text[..<parts[1].endIndex]
    }

    /// Whether it is this key's signature, by this key's algorithm.
    package func isSigned(with key: VerificationKey) -> Bool {
        key.algorithm == algorithm && key.verifies(signature, of: message)
    }

    /// No type, `JWT` or `at+jwt`, with or without `application/`, in any case.
    private static func isTypeTaken(_ field: JSONValue?) -> Bool {
        guard let field else { return true }
        guard let text = field.string else { return false }
        let lower = text.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
        return takenTypes.contains { $0.utf8.elementsEqual(lower) }
    }

    private static let takenTypes = ["jwt", "at+jwt", "application/jwt", "application/at+jwt"]
}
