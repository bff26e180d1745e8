/// Who sends a request: a session, or nobody in particular (LS13, V4).
struct Peer: Sendable, Equatable {
    let revision: Revision
    var clientCapabilities: ClientCapabilities = []
    var client: ClientInfo?
    var session: SessionNumber?
    var principal = Principal.anonymous
    /// Whether it can be sent anything later: not so without a session over HTTP (LS13).
    var canBeNotified = true
    /// Whether it ever said what it can do (LS13, W97).
    var isInitialized = true

    /// Without a session nothing is known of the client; the revision is the header's, else the default of 2025-03-26.
    static func unknown(_ versions: [String] = [], principal: Principal = .anonymous) -> Self {
        Self(
            revision: versions.first.flatMap { Revision($0) } ?? .v2025_03_26,
            principal: principal,
            canBeNotified: false,
            isInitialized: false
        )
    }
}
