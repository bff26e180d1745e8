import JSON

/// A token's claims (RFC 7519, § 4.1), read strictly.
struct TokenClaims: Sendable {
    let subject: String
    /// As sent; empty if there is none.
    let audiences: [String]
    /// Seconds since 1970.
    let expires: Int64
    let notBefore: Int64?
    let issued: Int64?
    /// OpenID Connect's: made for a client to know its user by, not for a server to let anyone in.
    let isIDToken: Bool
    let scopes: [String]
    let clientID: String?
    let actor: String?

    /// Seconds by which clocks may differ.
    static let leeway: Int64 = 30
    /// Seconds for which a token may be good.
    static let longestLife: Int64 = 24 * 3600

    /// - Throws: ``TokenFault/noSubject``, ``TokenFault/invalid``.
    init(_ claims: JSONValue) throws(TokenFault) {
        guard let named = claims["sub"] else { throw .noSubject }
        guard let subject = named.string, Self.isSubject(subject) else { throw .invalid }
        guard let expires = try Self.time(claims["exp"]) else { throw .invalid }
        self.subject = subject
        self.expires = expires
        notBefore = try Self.time(claims["nbf"])
        issued = try Self.time(claims["iat"])
        audiences = try Self.texts(claims["aud"]) { [$0] }
        isIDToken = claims["nonce"] != nil || claims["at_hash"] != nil || claims["c_hash"] != nil
        // Entra writes `scp` as one text, others as a list.
        scopes = try Self.texts(claims["scope"] ?? claims["scp"]) { text in
            text.utf8.split(separator: UInt8(ascii: " ")).map { String(Substring($0)) }
        }
        clientID = claims["client_id"]?.string ?? claims["azp"]?.string
        actor = claims["act"]?["sub"]?.string
    }

    /// - Throws: ``TokenFault``: the times are wrong, or not those of a token that is good for so short a while.
    func check(at now: Int64, requiresIssuedAt: Bool) throws(TokenFault) {
        // None of the sums overflows: all are below 2^53, and so is any year that a clock can show.
        guard expires + Self.leeway > now else { throw .expired }
        if let notBefore, notBefore > now + Self.leeway { throw .notYetValid }
        if let issued {
            guard issued <= now + Self.leeway else { throw .notYetValid }
            guard expires - issued <= Self.longestLife else { throw .invalid }
        } else if requiresIssuedAt {
            throw .invalid
        }
    }

    /// 1 to 255 bytes without control characters (Unicode's category Cc).
    static func isSubject(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count)
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
    }

    /// A NumericDate from 0 to 2^53 - 1, its fraction cut off; nil if there is none.
    private static func time(_ value: JSONValue?) throws(TokenFault) -> Int64? {
        guard let value else { return nil }
        if let whole = value.integer {
            guard (0..<1 << 53).contains(whole) else { throw .invalid }
            return whole
        }
        guard let number = value.double, number >= 0, let whole = Int64(exactly: number.rounded(.towardZero)), whole < 1 << 53 else {
            throw .invalid
        }
        return whole
    }

    /// A text or a list of texts; nothing if there is none.
    private static func texts(_ value: JSONValue?, _ split: (String) -> [String]) throws(TokenFault) -> [String] {
        guard let value else { return [] }
        if let text = value.string { return split(text) }
        guard value.kind == .array else { throw .invalid }
        var texts: [String] = []
        for element in value.elements {
            guard let text = element.string else { throw .invalid }
            texts.append(text)
        }
        return texts
    }
}
