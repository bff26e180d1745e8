import Synchronization

/// All that the provider knows, which the routes share.
final class DevState: Sendable {
    struct Facts: Sendable {
        var issuer = ""
        /// Where the server that takes the tokens is reached.
        let server: String
        /// Who is signed in.
        var user: String
        /// Seconds that an access token lives.
        var lifetime: Int64 = 3600
        var keys: IssuerKeys
        var failures: [Surface: Failure] = [:]
        var requests = RequestLog()
        var memberships = Memberships()
        var grants = Grants()
    }

    private let facts: Mutex<Facts>

    init(_ options: DevIdentityOptions) throws {
        facts = Mutex(Facts(server: options.server, user: options.user, keys: try IssuerKeys()))
    }

    /// The facts as they are now.
    var now: Facts { facts.withLock { $0 } }

    /// Reads and changes the facts at once.
    func change<Result: Sendable>(_ body: (inout Facts) throws -> Result) rethrows -> Result {
        try facts.withLock { facts throws -> Result in try body(&facts) }
    }
}

/// What can be counted, and told to fail, apart.
enum Surface: String, Sendable, CaseIterable {
    case metadata, jwks, authorize, token, register, workos
}
