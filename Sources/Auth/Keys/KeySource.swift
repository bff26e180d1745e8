/// Where the keys of one issuer are looked up.
package protocol KeySource: Sendable {
    /// Changes when keys have come or gone.
    var version: Int { get }

    /// The key that a token names, if there is one for this algorithm.
    ///
    /// - Throws: ``TokenFault/keysUnavailable``.
    func key(_ id: String?, _ algorithm: Algorithm) async throws(TokenFault) -> VerificationKey?
}

extension KeySource {
    package var version: Int { 0 }
}

/// Keys that stay as they are.
package struct FixedKeys: KeySource {
    private let named: [KeyName: VerificationKey]
    /// The secret without an id, which is meant whatever id a token names: its issuer has no other.
    private let secret: VerificationKey?

    /// - Parameter keys: Of two with the same id and algorithm, the first counts.
    package init(_ keys: [VerificationKey]) {
        var named: [KeyName: VerificationKey] = [:]
        for key in keys {
            guard let id = key.id else { continue }
            let name = KeyName(id, key.algorithm)
            if named[name] == nil { named[name] = key }
        }
        self.named = named
        secret = keys.first { $0.id == nil }
    }

    package func key(_ id: String?, _ algorithm: Algorithm) -> VerificationKey? {
        if let id, let key = named[KeyName(id, algorithm)] { return key }
        return secret?.algorithm == algorithm ? secret : nil
    }
}

/// What a key is found by: the bytes of its id, since strings may be equal that aren't the same.
struct KeyName: Hashable, Sendable {
    private let id: [UInt8]
    private let algorithm: Algorithm

    init(_ id: String, _ algorithm: Algorithm) {
        self.id = Array(id.utf8)
        self.algorithm = algorithm
    }
}
