package import APIClient
package import Auth
import Crypto
package import ToolBridge

/// The tokens with which the API is called for clients (§ 9.1, § 9.2).
package final class UpstreamTokens: Sendable {
    /// Where they come from.
    package enum Source: Sendable {
        /// The client's own is sent on; where it sends none, this one, or none.
        case forward(shared: Secret?)
        /// This one is sent, whatever the client's is.
        case shared(Secret)
        /// One is got for the client's.
        case exchange(@Sendable (Secret, APIRequestOrigin) async -> Result<(token: Secret, expires: Int64), ItemError>)
    }

    /// A token isn't used in its last minute.
    private static let margin: Int64 = 60
    private let source: Source
    private let clocks: Clocks
    private let known: ExpiringCache<SHA256.Digest, Secret>
    private let flight = SingleFlight<SHA256.Digest, Result<Secret, ItemError>>()

    /// - Parameter capacity: How many exchanged tokens are kept.
    package init(_ source: Source, clocks: Clocks, capacity: Int = 10_000) {
        self.source = source
        self.clocks = clocks
        known = ExpiringCache(capacity: capacity)
    }

    /// How many exchanged tokens are kept.
    package var count: Int { known.count }

    /// Whether there is, or can be had, a token to call the API with.
    func hasToken(for client: Secret?) -> Bool {
        switch source {
        case .forward(let shared): client != nil || shared != nil
        case .shared: true
        case .exchange: client != nil
        }
    }

    /// The token to call the API with; nil where there is none.
    ///
    /// - Parameter refused: One that the API has refused: it isn't used again if another can be had.
    /// - Throws: What the exchange throws.
    package func token(
        for client: Secret?,
        _ origin: APIRequestOrigin,
        refused: Secret? = nil
    ) async throws(ItemError) -> Secret? {
        switch source {
        case .forward(let shared): return client ?? shared
        case .shared(let token): return token
        case .exchange(let exchange):
            guard let client else { return nil }
            return try await exchanged(client, origin, refused, exchange)
        }
    }

    private func exchanged(
        _ client: Secret,
        _ origin: APIRequestOrigin,
        _ refused: Secret?,
        _ exchange: @escaping @Sendable (Secret, APIRequestOrigin) async -> Result<(token: Secret, expires: Int64), ItemError>
    ) async throws(ItemError) -> Secret {
        let digest = SHA256.hash(data: Array(client.reveal().utf8))
        if let token = known.value(for: digest, at: clocks.monotonic()) {
            // Somebody else may have replaced the refused one meanwhile.
            guard let refused, refused.reveal().utf8.elementsEqual(token.reveal().utf8) else { return token }
            known.remove(digest)
        }
        return try await flight.value(for: digest) { [self] in
            await exchange(client, origin).map { made in
                let now = clocks.monotonic()
                // By the monotonic clock from here on: nobody who sets the other makes a token live longer.
                let life = made.expires - clocks.seconds - Self.margin
                if life > 0 { known.set(made.token, for: digest, until: now + .seconds(life), at: now) }
                return made.token
            }
        }.get()
    }
}
