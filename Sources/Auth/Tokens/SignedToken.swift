import JSON
import ToolBridge

/// A token taken apart (RFC 7515, § 3.1), of which nothing is believed yet.
struct SignedToken {
    let algorithm: Algorithm
    /// Opaque, up to 128 bytes; only HS256 may do without.
    let keyID: String?
    /// A JSON object.
    let claims: JSONValue
    /// Header and claims as they were sent, with the dot between.
    let message: ArraySlice<UInt8>
    let signature: [UInt8]

    /// - Throws: ``TokenFault/invalid``.
    init(_ token: BearerToken) throws(TokenFault) {
        let text = Array(token.text.utf8)
        let parts = text.split(separator: UInt8(ascii: "."), maxSplits: 3, omittingEmptySubsequences: false)
        guard parts.count == 3,
            let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]), let signature = Base64URL.decode(parts[2]),
            let fields = try? JSONValue(parsing: header), fields.kind == .object,
            let claims = try? JSONValue(parsing: payload), claims.kind == .object,
            let algorithm = Self.algorithm(fields), let keyID = Self.keyID(fields, algorithm),
            Self.isTypeTaken(fields), fields["crit"] == nil
        else { throw .invalid }
        self.algorithm = algorithm
        self.keyID = keyID.text
        self.claims = claims
        self.signature = signature
        message = text[..<parts[1].endIndex]
    }

    private static func algorithm(_ fields: JSONValue) -> Algorithm? {
        fields["alg"]?.string.flatMap { Algorithm(bytes: $0.utf8) }
    }

    private static func keyID(_ fields: JSONValue, _ algorithm: Algorithm) -> (text: String?, Void)? {
        guard let field = fields["kid"] else { return algorithm == .hs256 ? (nil, ()) : nil }
        guard let text = field.string, text.utf8.count <= 128 else { return nil }
        return (text, ())
    }

    /// No type, `JWT` or `at+jwt`, with or without `application/`, in any case.
    private static func isTypeTaken(_ fields: JSONValue) -> Bool {
        guard let field = fields["typ"] else { return true }
        guard let text = field.string else { return false }
        let lower = text.utf8.map { (0x41...0x5A).contains($0) ? $0 + 0x20 : $0 }
        return taken.contains { $0.utf8.elementsEqual(lower) }
    }

    private static let taken = ["jwt", "at+jwt", "application/jwt", "application/at+jwt"]
}
