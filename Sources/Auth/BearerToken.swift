/// The token of an `Authorization` header (RFC 6750, § 2.1): the scheme in any case, one space, and what RFC 7235 calls a token68.
package struct BearerToken: Sendable {
    /// Up to 8 KiB.
    package let text: Substring

    package init?(authorization: String) {
        let scheme = "bearer "
        let value = authorization.utf8
        guard value.count > scheme.utf8.count, value.count <= scheme.utf8.count + 8192 else { return nil }
        guard zip(value, scheme.utf8).allSatisfy({ $0 == $1 || ($0 >= 0x41 && $0 <= 0x5a && $0 + 0x20 == $1) }) else { return nil }
        let token = value.dropFirst(scheme.utf8.count)
        guard token.allSatisfy(Self.isTokenCharacter) else { return nil }
        text = Substring(token)
    }

    /// A token that comes without a scheme before it.
    package init?(token: String) {
        guard (1...8192).contains(token.utf8.count), token.utf8.allSatisfy(Self.isTokenCharacter) else { return nil }
        text = Substring(token)
    }

    /// Whether the value of an `Authorization` header claims to hold a bearer token, good or not.
    package static func isScheme(of authorization: String) -> Bool {
        let word = authorization.utf8.prefix { $0 != 0x20 && $0 != 0x09 }
        return word.elementsEqual("bearer".utf8) { byte, lower in byte == lower || (byte >= 0x41 && byte <= 0x5a && byte + 0x20 == lower) }
    }

    private static func isTokenCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: "+"), UInt8(ascii: "/"),
            UInt8(ascii: "="):
            true
        default: false
        }
    }
}
