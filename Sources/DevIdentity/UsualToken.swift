import JSON
import ToolBridge

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension TokenDraft {
    /// The access token that the provider usually gives (RFC 9068).
    ///
    /// - Parameters:
    ///   - audience: A string or an array; nil: the server's own address and its MCP endpoint's.
    ///   - scope: Nil: no such claim.
    ///   - lifetime: Seconds; below zero it has expired.
    init(_ facts: DevState.Facts, subject: String, audience: JSONValue?, scope: String?, lifetime: Int64, client: String? = nil) {
        let now = UnixClock.seconds
        setHeader("typ", "at+jwt")
        setClaim("iss", JSONValue(facts.issuer))
        setClaim("sub", JSONValue(subject))
        setClaim("aud", audience ?? [JSONValue(facts.server), JSONValue(facts.server + "/mcp")])
        if let client { setClaim("client_id", JSONValue(client)) }
        if let scope { setClaim("scope", JSONValue(scope)) }
        setClaim("iat", JSONValue(now))
        setClaim("exp", JSONValue(now + lifetime.clamped))
        setClaim("jti", JSONValue(UID.random().description))
    }
}

/// The clock that people set.
enum UnixClock {
    /// Since 1970.
    static var seconds: Int64 { Int64(time(nil)) }
}
