import JSON

/// The keys that sign, those that are published, and what is published in their place.
struct IssuerKeys: Sendable {
    /// All keys that were ever made here, the newest of each kind last: a token can be signed by any.
    private(set) var all: [IssuerKey]
    /// How many of the last ones are published.
    private var publishedCount: Int
    /// Published already, and sign after the next rotation.
    private var announced: [IssuerKey] = []
    private var generation = 1
    /// Further public keys of somebody's own, each a JWK as it was given.
    var guests: [[UInt8]] = []
    /// What is served as key set, byte for byte, whatever the keys are.
    var document: [UInt8]?

    init() throws {
        all = [try .rsa("dev-rsa-1"), .p256("dev-ec-1")]
        publishedCount = all.count
    }

    /// The newest key for an algorithm.
    func current(_ algorithm: String) -> IssuerKey? {
        all.last { $0.algorithm == algorithm }
    }

    func key(_ kid: String) -> IssuerKey? {
        (all + announced).last { $0.kid.utf8.elementsEqual(kid.utf8) }
    }

    /// Publishes new keys, which sign after the next rotation: servers have time to fetch them.
    mutating func announce() throws {
        guard announced.isEmpty else { return }
        generation += 1
        announced = [try .rsa("dev-rsa-\(generation)"), .p256("dev-ec-\(generation)")]
    }

    /// The announced keys sign from now on, or new ones.
    ///
    /// - Parameter overlap: Whether the keys that are published now stay so.
    mutating func rotate(overlap: Bool) throws {
        try announce()
        all += announced
        announced = []
        publishedCount = overlap ? publishedCount + 2 : 2
    }

    /// Takes all but the newest keys off the key set.
    mutating func retire() { publishedCount = 2 }

    /// The key set as it is served.
    ///
    /// - Parameter swapped: Whether each id has another key than the one that signs, as after a mistake of the provider's.
    func keySet(swapped: Bool = false) throws -> [UInt8] {
        if let document, !swapped { return document }
        var writer = JSONWriter(reserving: 1024)
        writer.beginObject()
        writer.key("keys")
        writer.beginArray()
        for key in all.suffix(publishedCount) + announced {
            guard swapped else {
                try key.writeJWK(to: &writer)
                continue
            }
            switch key.material {
            case .rsa: try IssuerKey.rsa(key.kid).writeJWK(to: &writer)
            case .p256: try IssuerKey.p256(key.kid).writeJWK(to: &writer)
            }
        }
        for guest in guests { writer.raw(guest) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}
