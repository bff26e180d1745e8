import Auth
import JSON
import ToolBridge

/// Asks an API as its clients do, and as those who shouldn't.
struct APIProbe: Sendable {
    let probe: Probe
    let base: String
    let token: Secret?
    let tenant: String?
    let signer: TenantSigner?

    /// How the tenant is proved.
    enum Proof: Sendable {
        /// As the deployment wants it: signed where there is a key, else by name alone.
        case right
        case none
        case wrongSignature
        /// Signed so many milliseconds before now.
        case late(Int64)
    }

    /// One request.
    ///
    /// - Parameter authorized: Whether the token is sent.
    /// - Throws: ``ProbeFault``.
    func send(
        _ method: String,
        _ path: String,
        body: String? = nil,
        authorized: Bool = true,
        proof: Proof = .right,
        tenant other: String? = nil,
        headers more: [(name: String, value: String)] = []
    ) async throws(ProbeFault) -> ProbeAnswer {
        var headers = more
        let body = body.map { Array($0.utf8) }
        if body != nil { headers.append((name: "Content-Type", value: "application/json")) }
        let authorization = authorized ? token.map { "Bearer \($0.reveal())" } : nil
        if let authorization { headers.append((name: "Authorization", value: authorization)) }
        headers += tenantHeaders(method, path, authorization, body ?? [], proof, other ?? tenant)
        return try await probe.send(ProbeRequest(method: method, url: base + path, headers: headers, body: body))
    }

    private func tenantHeaders(
        _ method: String,
        _ path: String,
        _ authorization: String?,
        _ body: [UInt8],
        _ proof: Proof,
        _ tenant: String?
    ) -> [(name: String, value: String)] {
        guard let tenant else { return [] }
        if case .none = proof { return [] }
        guard let signer else { return [(name: "X-TB-Tenant-ID", value: tenant)] }
        var now = Timestamp.now().milliseconds
        if case .late(let milliseconds) = proof { now -= milliseconds }
        var request = SignedRequest(method: method, target: path, authorization: authorization, tenant: tenant)
        request.body = { body }
        guard let signed = try? signer.headers(request, at: Timestamp(milliseconds: now)) else { return [] }
        var signature = signed.signature
        if case .wrongSignature = proof { signature = Self.changed(signature) }
        var headers = [
            (name: "X-TB-Tenant-ID", value: signed.tenant), (name: "X-TB-Timestamp", value: signed.timestamp),
            (name: "X-TB-Signature", value: signature),
        ]
        if let nonce = signed.nonce { headers.append((name: "X-TB-Nonce", value: nonce)) }
        return headers
    }

    /// The same signature with another last digit but one, of the form that it had.
    private static func changed(_ signature: String) -> String {
        var bytes = Array(signature.utf8)
        guard bytes.count > 4 else { return signature }
        let place = bytes.count - 3
        bytes[place] = bytes[place] == UInt8(ascii: "a") ? UInt8(ascii: "b") : UInt8(ascii: "a")
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension ProbeAnswer {
    /// A member of the answer's JSON object.
    subscript(_ key: String) -> JSONValue? { (try? JSONValue(parsing: body))?[key] }

    /// The error that an API's answer names, for people: its text and its code.
    var problem: String {
        let text = self["error"]?.string ?? "no text"
        return self["code"]?.string.map { "\(text) (\($0))" } ?? text
    }
}
