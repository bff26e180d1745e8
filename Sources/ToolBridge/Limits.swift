/// What a client may ask of the server at most.
///
/// Sizes in bytes.
package enum Limits {
    /// One payload, as sent and as stored after a merge.
    package static let payloadBytes = 1_048_576
    package static let payloadDepth = 64
    /// Members and elements on all levels of a payload.
    package static let payloadValues = 100_000
    package static let pushItems = 1000
    package static let pageItems = 1000
    package static let defaultPageItems = 500
    /// A page ends early, after the item with which its payloads exceed this.
    package static let pageBytes = 8_388_608
    /// What an item counts beside its payload where a caller says how large a page may be.
    package static let envelopeBytes = 160
    /// How far a client's clock may run ahead before the server's own is taken instead.
    package static let clockSkewMilliseconds: Int64 = 300_000
    package static let sessionLifetimeMilliseconds: Int64 = 1_800_000
    /// The greatest first version that a pushed item may bring along.
    package static let firstVersion: Int64 = 2_147_483_647
    /// The body of a push or a batch.
    package static let pushBytes = 8_388_608
    /// Values on all levels of such a body, each of which costs memory while it is read.
    package static let pushValues = 1_000_000
    package static let batchOperations = 100
    package static let searchHits = 100
    package static let defaultSearchHits = 20
    /// How many changes that aren't searchable yet a search makes so before it looks.
    package static let searchCatchUp = 2048
    /// How many items a filtered page looks at before it ends early.
    package static let pageVisits = 10_000
}
