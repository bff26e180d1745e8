import Auth
import StoreConformance
import Testing
import ToolBridge

@Suite("Signed tenants, at random")
struct TenantSignatureProperties {
    private let time: Int64 = 1_764_000_000_123

    @Test("what a signer makes is taken, and with any one byte of it changed it isn't")
    func roundTrip() async throws {
        var random = SeededGenerator(for: "tenant signatures")
        let tenantBytes = Array("abcXYZ019._:-".utf8)
        for round in 0..<300 {
            let text = { (count: Int, bytes: [UInt8], random: inout SeededGenerator) in
                String(decoding: (0..<count).map { _ in bytes.randomElement(using: &random) ?? 0 }, as: UTF8.self)
            }
            let key = (0..<Int.random(in: 32...80, using: &random)).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            let ring = "k:" + StandardBase64.encode(key)
            let body = (0..<Int.random(in: 0...200, using: &random)).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            let request = SignedRequest(
                method: ["GET", "POST", "DELETE"].randomElement(using: &random) ?? "GET",
                target: "/" + text(Int.random(in: 0...60, using: &random), Array(0x21...0x7e), &random),
                authorization: Bool.random(using: &random) ? text(40, Array(0x21...0x7e), &random) : nil,
                tenant: text(Int.random(in: 1...128, using: &random), tenantBytes, &random),
                body: { body }
            )
            let signer = try #require(TenantSigner(keyring: try TenantKeyring(text: ring)))
            let signed = try request.signed(by: signer, at: time + Int64.random(in: -60_000...60_000, using: &random))
            let proof = try proof(ring: ring, TenantClock(time))
            let changed = signed.with { Self.change(&$0, body, using: &random) }
            if case .success = await outcome(changed, proof) { Issue.record("round \(round): \(changed)") }
            #expect(await outcome(signed, proof) == .success(request.tenant ?? ""), "round \(round)")
        }
    }

    private static func change(_ request: inout SignedRequest, _ body: [UInt8], using random: inout SeededGenerator) {
        switch Int.random(in: 0...7, using: &random) {
        case 0: request.target = changed(request.target, using: &random)
        case 1: request.authorization = request.authorization.map { changed($0, using: &random) } ?? "x"
        case 2: request.tenant = request.tenant.map { changed($0, using: &random) }
        case 3: request.timestamp = request.timestamp.map { changed($0, using: &random) }
        case 4: request.nonce = request.nonce.map { changed($0, using: &random) }
        case 5: request.signature = request.signature.map { changed($0, using: &random) }
        case 6: request.method = changed(request.method, using: &random)
        default:
            var other = body
            if let index = other.indices.randomElement(using: &random) {
                other[index] ^= 1 << UInt8.random(in: 0...7, using: &random)
            } else {
                other = [0]
            }
            request.body = { [other] in other }
        }
    }

    /// One byte is another one of ASCII.
    private static func changed(_ text: String, using random: inout SeededGenerator) -> String {
        var bytes = Array(text.utf8)
        guard let index = bytes.indices.randomElement(using: &random) else { return "x" }
        bytes[index] = (bytes[index] - 0x20 + UInt8.random(in: 1...94, using: &random)) % 0x5f + 0x20
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("whatever the headers hold, a proof answers")
    func garbage() async throws {
        var random = SeededGenerator(for: "tenant headers")
        let proof = try proof(secret: "a,b", TenantClock(time))
        let pieces = [
            "v2;", "k=", "k1", ";s=", ", ", "\(time)", "-9223372036854775808", "AQEBAQEBAQEBAQEBAQEBAQ", String(repeating: "a", count: 64),
            String(repeating: "A", count: 43), "é", "\u{0}", "\r\n", "t", ":", "=", " ",
        ]
        for _ in 0..<2000 {
            func text() -> String? {
                let count = Int.random(in: -1...6, using: &random)
                return count < 0 ? nil : (0..<count).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
            }
            let request = SignedRequest(
                method: "POST",
                target: "/",
                authorization: text(),
                tenant: text(),
                timestamp: Bool.random(using: &random) ? "\(time)" : text(),
                nonce: text(),
                signature: text()
            )
            if case .success(let tenant) = await outcome(request, proof) { Issue.record("\(tenant)") }
        }
    }
}
