/// Remembers which nonces have been used, so that a signed request is taken once.
package protocol NonceStore: Sendable {
    /// Remembers a nonce, unless it is remembered already.
    ///
    /// Of several calls with one nonce, at once or one after the other, one gets `true` until its end has passed.
    ///
    /// - Parameters:
    ///   - now: What time it is, by the clock against which requests are judged.
    ///   - end: The last moment at which the nonce must still be known.
    /// - Returns: Whether it is new.
    /// - Throws: If nothing can be said: the store can't be reached, or it has no room. Then the request must not be taken.
    func remember(_ nonce: NonceKey, at now: Timestamp, until end: Timestamp) async throws -> Bool
}

/// What a nonce is unique within.
package struct NonceKey: Sendable, Hashable {
    /// The id of the key that signed.
    package let keyID: [UInt8]
    package let tenant: [UInt8]
    package let nonce: [UInt8]

    package init(keyID: [UInt8], tenant: [UInt8], nonce: [UInt8]) {
        self.keyID = keyID
        self.tenant = tenant
        self.nonce = nonce
    }
}

/// There are as many nonces as a store may hold, and none of them has ended.
package struct NonceStoreFull: Error, Equatable {
    package init() {}
}
