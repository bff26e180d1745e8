/// Something that those who run the server should know; this module writes no logs itself.
///
/// No case holds a token, a key or anything else that a request brought.
package enum AuthEvent: Sendable, Equatable {
    /// A key set was fetched, and is in force.
    case keysFetched(url: String, usable: Int, skipped: Int)
    /// A key set couldn't be fetched, or isn't one: the last good one stays in force.
    case keysFailed(url: String, KeySetFault)
    /// A keyring's file has changed, and its keys are in force.
    case keyringReplaced(path: String, ids: [String])
    /// A keyring's file has changed and is no good: the keys before it stay in force.
    case keyringKept(KeyringFileFault)
    /// It can't be said whether a nonce is new, so that signed writes are refused.
    case noncesUnavailable(error: String)
}
