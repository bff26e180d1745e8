/// A signature algorithm for tokens (RFC 7518, § 3.1); no others are taken, whatever a key or a token says.
package enum Algorithm: String, Sendable, Hashable, CaseIterable {
    case rs256 = "RS256"
    case es256 = "ES256"
    case hs256 = "HS256"

    /// The algorithm with exactly this name.
    init?(bytes: some Collection<UInt8>) {
        guard let named = Self.allCases.first(where: { $0.rawValue.utf8.elementsEqual(bytes) }) else { return nil }
        self = named
    }
}
