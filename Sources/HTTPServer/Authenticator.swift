/// Finds out who calls.
///
/// This module knows no tokens.
package protocol Authenticator<Caller>: Sendable {
    associatedtype Caller: Sendable

    /// The caller; nil when no credentials were sent.
    ///
    /// Throws a `Problem` (401, 403, 503) when they're bad.
    func caller(of request: IncomingRequest) async throws -> Caller?

    /// The 401 for a request without credentials.
    func challenge(for request: IncomingRequest) -> Problem
}
