import JSON
import Synchronization

/// What an authorization server says of itself (RFC 8414), fetched when somebody asks and kept.
///
/// Clients of old revisions look for it at our own address (AU2).
package final class AuthorizationServerMetadata: Sendable {
    /// A document that is the issuer's own.
    package struct Document: Sendable, Equatable {
        /// As it came.
        package let bytes: [UInt8]
        /// The scopes that the server knows; nil if it doesn't say.
        package let scopes: [String]?
    }

    private struct State {
        var document: Document?
        /// Until then nobody asks the server.
        var settled: ContinuousClock.Instant?
    }

    private static let life = Duration.seconds(86_400)
    private static let pause = Duration.seconds(60)
    private static let limit = Duration.seconds(10)
    private static let bodyLimit = 262_144
    private let issuer: String
    private let keySetURL: String?
    private let outbound: any Outbound
    private let clocks: Clocks
    private let state = Mutex(State())
    private let flight = SingleFlight<Int, Document?>()

    /// - Parameters:
    ///   - issuer: `https`, or `http` to loopback; no slash is added to it.
    ///   - keySetURL: Where this server has the issuer's keys from: the document may name keys there, or at the issuer's own host.
    package init(issuer: String, keySetURL: String? = nil, outbound: any Outbound, clocks: Clocks) {
        self.issuer = issuer
        self.keySetURL = keySetURL
        self.outbound = outbound
        self.clocks = clocks
    }

    /// The document: at most a day old, or the last good one if the server doesn't answer; nil while it was never had.
    package func document() async -> Document? {
        let now = clocks.monotonic()
        let (document, isSettled) = state.withLock { state in
            (state.document, state.settled.map { $0 > now } ?? false)
        }
        if isSettled { return document }
        return await flight.value(for: 0) { [self] in await refreshed() }
    }

    private func refreshed() async -> Document? {
        let fetched = await fetched()
        let now = clocks.monotonic()
        return state.withLock { state in
            if let fetched { state.document = fetched }
            state.settled = now + (fetched == nil ? Self.pause : Self.life)
            return state.document
        }
    }

    private func fetched() async -> Document? {
        for url in Self.addresses(of: issuer) {
            guard
                let answer = try? await outbound.get(
                    url,
                    headers: [("Accept", "application/json")],
                    bodyLimit: Self.bodyLimit,
                    within: Self.limit
                )
            else { continue }
            if answer.status == 200, let document = Document(answer.body, of: issuer, keySetURL) { return document }
        }
        return nil
    }

    /// Where the document may stand: that of OAuth before that of OpenID, whose path comes behind the issuer's (RFC 8414, § 3.1 and § 5).
    package static func addresses(of issuer: String) -> [String] {
        let oauth = "/.well-known/oauth-authorization-server"
        let openID = "/.well-known/openid-configuration"
        let base = issuer.utf8.last == UInt8(ascii: "/") ? String(issuer.dropLast()) : issuer
        let bytes = base.utf8
        guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")), let host = bytes.index(colon, offsetBy: 3, limitedBy: bytes.endIndex),
            let path = bytes[host...].firstIndex(of: UInt8(ascii: "/"))
        else { return [base + oauth, base + openID] }
        return [String(base[..<path]) + oauth + String(base[path...]), base + openID]
    }
}

extension AuthorizationServerMetadata.Document {
    /// Reads a document.
    ///
    /// - Returns: nil for one that isn't this issuer's: its `issuer` must be the same, byte for byte (RFC 8414, § 3.3), and its keys must lie
    ///   where the issuer is or where the configuration has them from (T-29).
    init?(_ bytes: [UInt8], of issuer: String, _ keySetURL: String?) {
        guard let value = try? JSONValue(parsing: bytes), value.kind == .object, let named = value["issuer"]?.string,
            named.utf8.elementsEqual(issuer.utf8)
        else { return nil }
        if let keys = value["jwks_uri"] {
            guard let origin = keys.string.flatMap(Self.origin),
                [issuer, keySetURL].compactMap({ $0.flatMap(Self.origin) }).contains(origin)
            else { return nil }
        }
        self.bytes = bytes
        scopes = value["scopes_supported"].flatMap { $0.kind == .array ? $0.elements.compactMap(\.string) : nil }
    }

    /// Scheme, host and port of an address, in lower case; what stands before an `@` isn't left out, so that no such address fits.
    private static func origin(_ url: String) -> [UInt8]? {
        let lowered = url.utf8.map { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) ? $0 + 0x20 : $0 }
        for scheme in ["https://", "http://"] where lowered.starts(with: scheme.utf8) {
            return Array(scheme.utf8) + lowered.dropFirst(scheme.utf8.count).prefix { !"/?#\\".utf8.contains($0) }
        }
        return nil
    }
}
