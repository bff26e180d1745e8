/// Proves by a signature from which tenant a request comes.
package protocol TenantProving: Sendable {
    /// The tenant that is signed.
    ///
    /// - Throws: ``TenantProofFault``.
    func tenant(of request: SignedRequest) async throws(TenantProofFault) -> String
}

/// What a signature may cover: the request as it was sent.
package struct SignedRequest: Sendable {
    /// In upper case, as sent.
    package var method: String
    /// Path, and ? with the query if there is one, exactly as sent.
    package var target: String
    /// The value of `Authorization`, if there is one.
    package var authorization: String?
    /// The value of `X-TB-Tenant-ID`.
    package var tenant: String?
    /// The value of `X-TB-Timestamp`.
    package var timestamp: String?
    /// The value of `X-TB-Nonce`.
    package var nonce: String?
    /// The value of `X-TB-Signature`.
    package var signature: String?
    /// The body's bytes, without transfer coding; only asked for where a signature covers it.
    package var body: @Sendable () -> [UInt8]

    package init(
        method: String,
        target: String,
        authorization: String? = nil,
        tenant: String? = nil,
        timestamp: String? = nil,
        nonce: String? = nil,
        signature: String? = nil,
        body: @escaping @Sendable () -> [UInt8] = { [] }
    ) {
        self.method = method
        self.target = target
        self.authorization = authorization
        self.tenant = tenant
        self.timestamp = timestamp
        self.nonce = nonce
        self.signature = signature
        self.body = body
    }
}

/// Why a request's tenant isn't believed; the raw value is what clients are told.
package enum TenantProofFault: String, Error, Sendable {
    case missing
    case malformed
    case clockSkew = "clock_skew"
    case signature
    case replayed
    /// No room to remember another nonce: nothing can be said about a replay.
    case unavailable
}
