/// Scheme, host and port of an https address, as far as two of them can be compared (RFC 6454, § 5).
struct Origin: Sendable, Equatable {
    private let authority: String

    /// The origin of an address; nil unless it is https and has a host.
    init?(of address: String) {
        let scheme = "https://"
        guard address.utf8.prefix(scheme.utf8.count).elementsEqual(scheme.utf8) else { return nil }
        let rest = address.utf8.dropFirst(scheme.utf8.count)
        let end = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? rest.endIndex
        var authority = String(decoding: rest[..<end], as: UTF8.self).lowercased()
        if authority.hasSuffix(":443") { authority.removeLast(4) }
        guard !authority.isEmpty, !authority.utf8.contains(UInt8(ascii: "@")) else { return nil }
        self.authority = authority
    }

    /// An origin and nothing more: `https://example.com`.
    ///
    /// - Throws: `DefinitionError` for a path, or another scheme.
    static func checked(_ text: String) throws(DefinitionError) -> Origin {
        guard let origin = Origin(of: text), URIText.isURI(text), !text.dropFirst(8).contains(where: { "/?#".contains($0) }) else {
            throw DefinitionError("the origin \(text) is not https:// with a host and nothing more")
        }
        return origin
    }
}
