import JSON

/// The usable keys of a JSON Web Key Set (RFC 7517, § 5).
package struct JSONWebKeySet: Sendable {
    /// What a document may weigh, in bytes.
    package static let maximumBytes = 256 * 1024
    /// How many keys a document may have, useless ones among them.
    static let maximumKeys = 100

    /// At least one; each has an id, and no two of one algorithm the same.
    package let keys: [VerificationKey]
    /// How many keys of the document are of no use here: for encryption, too short, on other curves.
    package let skipped: Int

    /// Reads a document.
    ///
    /// - Throws: ``KeySetFault``.
    package init(parsing bytes: [UInt8]) async throws(KeySetFault) {
        guard bytes.count <= Self.maximumBytes else { throw .tooLarge }
        guard let document = try? JSONValue(parsing: bytes), let list = document["keys"], list.kind == .array else { throw .notAKeySet }
        guard list.count <= Self.maximumKeys else { throw .tooManyKeys }
        var keys: [VerificationKey] = []
        var names: Set<KeyName> = []
        var skipped = 0
        for element in list.elements {
            let key: VerificationKey
            do {
                key = try await VerificationKey(jwk: element)
            } catch {
                skipped += 1
                continue
            }
            // Which of two is meant can't be told, and neither order nor chance may decide it.
            if let id = key.id, !names.insert(KeyName(id, key.algorithm)).inserted { throw .ambiguous }
            keys.append(key)
        }
        guard !keys.isEmpty else { throw .noUsableKey }
        self.keys = keys
        self.skipped = skipped
    }
}

/// Why there is no new key set; the last good one stays in force.
package enum KeySetFault: Error, Sendable, Equatable {
    case notFetched(OutboundFault)
    /// An HTTP status other than 200; redirects aren't followed.
    case status(Int)
    case tooLarge
    case tooManyKeys
    /// It isn't JSON, or has no `keys`.
    case notAKeySet
    /// Two of its keys have the same id.
    case ambiguous
    case noUsableKey
}
