import Crypto
import Synchronization
package import ToolBridge

/// Proves tenants by the signatures of a secret (v1) and of a keyring (v2).
///
/// Checks go from cheap to dear and never tell more than the first that fails: presence, format, window, signature, nonce. A signature by a key
/// that isn't there costs as much as one by a key that is.
package final class TenantProof: TenantProving {
    /// A key that has proved a tenant.
    package enum KeyUse: Sendable, Hashable {
        /// The secret as a whole (0), or one of the parts between its commas (from 1).
        case v1(part: Int)
        case v2(keyID: String)
    }

    /// How far the clocks of signer and server may be apart for v1.
    private static let windowOfV1: Int64 = 300_000
    private static let nonceLength = 16

    private let secrets: [SymmetricKey]
    private let keyring: Mutex<TenantKeyring?>
    private let window: Int64
    private let nonces: any NonceStore
    private let clocks: Clocks
    private let used: @Sendable (KeyUse) -> Void
    private let refused: @Sendable (_ version: Int, TenantProofFault) -> Void
    private let report: @Sendable (AuthEvent) -> Void
    /// Stands in for keys that aren't there.
    private let dummy = TenantKey(id: "", material: Array("no key of this name".utf8))

    /// - Parameters:
    ///   - secret: Makes v1 acceptable, as a whole and by each of the parts between its commas; it is also the keyring if there is no other.
    ///   - keyring: What v2 is verified with.
    ///   - windowSeconds: How far the clocks may be apart for v2, 1 to 300.
    ///   - nonces: Where the nonces of writes are remembered, for twice the window.
    ///   - used: Told of each key that has proved a tenant, so that the use of an old one can be seen to end.
    ///   - refused: Told of each signature that was looked at and proved nothing.
    package init(
        secret: Secret? = nil,
        keyring: TenantKeyring? = nil,
        windowSeconds: Int = 60,
        nonces: any NonceStore,
        clocks: Clocks,
        used: @escaping @Sendable (KeyUse) -> Void = { _ in },
        refused: @escaping @Sendable (_ version: Int, TenantProofFault) -> Void = { _, _ in },
        report: @escaping @Sendable (AuthEvent) -> Void = { _ in }
    ) {
        secrets = secret.map(Self.keys) ?? []
        self.keyring = Mutex(keyring ?? secret.map { TenantKeyring(secret: $0) })
        window = Int64(min(max(1, windowSeconds), 300)) * 1000
        self.nonces = nonces
        self.clocks = clocks
        self.used = used
        self.refused = refused
        self.report = report
    }

    /// Puts another keyring in the place of the one that is in force, from the next request on.
    package func replace(_ keyring: TenantKeyring) {
        self.keyring.withLock { $0 = keyring }
    }

    package func tenant(of request: SignedRequest) async throws(TenantProofFault) -> String {
        guard let tenant = request.tenant, let timestamp = request.timestamp, let signature = request.signature else { throw .missing }
        guard TenantName.isValid(tenant), let time = Self.milliseconds(timestamp) else { throw .malformed }
        let parsed = try TenantSignature(signature)
        do throws(TenantProofFault) {
            return try await prove(tenant, parsed, at: time, timestamp, request)
        } catch {
            if case .v1 = parsed { refused(1, error) } else { refused(2, error) }
            throw error
        }
    }

    private func prove(
        _ tenant: String,
        _ signature: TenantSignature,
        at time: Int64,
        _ timestamp: String,
        _ request: SignedRequest
    ) async throws(TenantProofFault) -> String {
        switch signature {
        case .v1(let code):
            _ = try now(near: time, within: Self.windowOfV1)
            try verify(code, over: TenantMessage.v1(tenant: tenant, timestamp: timestamp))
        case .v2(let parts):
            guard let text = request.nonce, let nonce = Base64URL.decode(text), nonce.count == Self.nonceLength else { throw .malformed }
            let now = try now(near: time, within: window)
            try verify(parts, of: tenant, over: TenantMessage.v2(tenant: tenant, timestamp: timestamp, nonce: text, request))
            if !request.method.utf8.elementsEqual("GET".utf8) { try await take(nonce, parts, of: tenant, at: now) }
        }
        return tenant
    }

    private func verify(_ code: [UInt8], over message: [UInt8]) throws(TenantProofFault) {
        var valid: Int?
        // All of them, whichever fits.
        for (part, key) in secrets.enumerated() where HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: message, using: key) {
            if valid == nil { valid = part }
        }
        guard let valid else {
            if secrets.isEmpty { _ = HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: dummy.id)) }
            throw .signature
        }
        used(.v1(part: valid))
    }

    private func verify(_ parts: [TenantSignature.Part], of tenant: String, over message: [UInt8]) throws(TenantProofFault) {
        let keyring = keyring.withLock { $0 }
        var valid: [[UInt8]] = []
        for part in parts {
            let key = keyring?.key(part.keyID, of: tenant)
            guard let used = key ?? dummy.derived(for: tenant) else { continue }
            let fits = HMAC<SHA256>.isValidAuthenticationCode(part.code, authenticating: message, using: used)
            if fits && key != nil { valid.append(part.keyID) }
        }
        guard !valid.isEmpty else { throw .signature }
        for id in valid { used(.v2(keyID: String(decoding: id, as: UTF8.self))) }
    }

    /// Takes the nonce for every key that the request names.
    ///
    /// Whoever repeats it with one of its signatures left out, or after a key has come or gone, repeats it all the same.
    private func take(
        _ nonce: [UInt8],
        _ parts: [TenantSignature.Part],
        of tenant: String,
        at now: Timestamp
    ) async throws(TenantProofFault) {
        let end = now.adding(milliseconds: 2 * window)
        var taken: [[UInt8]] = []
        for part in parts where !taken.contains(part.keyID) {
            taken.append(part.keyID)
            let key = NonceKey(keyID: part.keyID, tenant: Array(tenant.utf8), nonce: nonce)
            let isNew: Bool
            do {
                isNew = try await nonces.remember(key, at: now, until: end)
            } catch {
                report(.noncesUnavailable(error: "\(error)"))
                throw .unavailable
            }
            guard isNew else { throw .replayed }
        }
    }

    /// What time it is, if that is near enough.
    private func now(near time: Int64, within window: Int64) throws(TenantProofFault) -> Timestamp {
        let now = clocks.wall()
        let (distance, overflow) = now.subtractingReportingOverflow(time)
        guard !overflow, (-window...window).contains(distance) else { throw .clockSkew }
        return Timestamp(milliseconds: now)
    }

    /// A time as 13 ASCII digits, of which the first isn't 0.
    private static func milliseconds(_ text: String) -> Int64? {
        guard text.utf8.count == 13, text.utf8.first != UInt8(ascii: "0") else { return nil }
        var value: Int64 = 0
        for byte in text.utf8 {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - UInt8(ascii: "0"))
        }
        return value
    }

    /// The secret as it stands and, if it has commas, each of its parts.
    private static func keys(_ secret: Secret) -> [SymmetricKey] {
        let bytes = Array(secret.reveal().utf8)
        let parts = bytes.split(separator: UInt8(ascii: ","))
        return ([bytes] + (bytes.contains(UInt8(ascii: ",")) ? parts.map { Array($0) } : [])).map { SymmetricKey(data: $0) }
    }
}
