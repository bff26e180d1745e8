internal import Crypto
internal import FoundationEssentials
internal import MCP

/// One secret of the ring, with a derived key for each use (KY3).
struct StateKey: Sendable {
    let kid: [UInt8]
    private let keys: [SymmetricKey]
    private let prefixes: [[UInt8]]
    private let principalKey: SymmetricKey
    /// Derived for whoever hides persons in a log; it seals nothing.
    let logSecret: [UInt8]

    /// - Throws: `StateKeysError` for a kid that isn't 1 to 16 of `[A-Za-z0-9_-]`, and for a secret shorter than 32 bytes.
    init(kid: String, secret: [UInt8]) throws(StateKeysError) {
        guard StateKey.isKid(kid.utf8) else { throw StateKeysError("a kid is 1 to 16 of A-Z a-z 0-9 _ -") }
        guard secret.count >= 32 else { throw StateKeysError("the secret of key \(kid) is shorter than 32 bytes") }
        self.init(checked: Array(kid.utf8), secret)
    }

    /// - Parameter entry: `kid:base64`.
    /// - Parameter number: Where it stands, from 1, to name it in an error.
    init(entry: Substring.UTF8View, number: Int) throws(StateKeysError) {
        let trimmed = entry.drop(while: isBlank).reversed().drop(while: isBlank).reversed()
        let parts = trimmed.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, StateKey.isKid(parts[0]) else {
            throw StateKeysError("key \(number) of the ring must be kid:base64, with a kid of 1 to 16 of A-Z a-z 0-9 _ -")
        }
        guard let secret = Base64.standard.decode(parts[1]) else {
            throw StateKeysError("the secret of key \(number) of the ring is not Base64 with padding")
        }
        guard secret.count >= 32 else { throw StateKeysError("the secret of key \(number) of the ring is shorter than 32 bytes") }
        self.init(checked: Array(parts[0]), secret)
    }

    static func random() -> StateKey {
        var generator = SystemRandomNumberGenerator()
        let secret = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let digits = Array("0123456789abcdef".utf8)
        return StateKey(checked: [UInt8(ascii: "r")] + (0..<8).map { _ in digits[Int.random(in: 0..<16, using: &generator)] }, secret)
    }

    private init(checked kid: [UInt8], _ secret: [UInt8]) {
        self.kid = kid
        let input = SymmetricKey(data: secret)
        let derive = { (use: String) in
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: input,
                salt: Array("toolbridge state".utf8),
                info: Array(use.utf8),
                outputByteCount: 32
            )
        }
        keys = SealPurpose.allCases.map { derive($0.rawValue) }
        prefixes = SealPurpose.allCases.map { Array($0.rawValue.utf8) + [UInt8(ascii: ".")] + kid }
        principalKey = derive("principal")
        logSecret = derive("log").withUnsafeBytes { Array($0) }
    }

    var kidText: String { String(decoding: kid, as: UTF8.self) }

    /// The key of one use.
    subscript(purpose: SealPurpose) -> SymmetricKey { keys[purpose.place] }

    /// `ms1.<kid>`: what a seal begins with, and its associated data (LS1).
    func prefix(_ purpose: SealPurpose) -> [UInt8] { prefixes[purpose.place] }

    /// The first 16 bytes of HMAC-SHA256 over issuer, 0x1F, subject (KY5).
    func tag(of principal: Principal) -> [UInt8] {
        var mac = HMAC<SHA256>(key: principalKey)
        mac.update(data: Array(principal.issuer.utf8) + [0x1F] + Array(principal.subject.utf8))
        return Array(mac.finalize().prefix(16))
    }

    private static func isKid(_ bytes: some Collection<UInt8>) -> Bool {
        (1...16).contains(bytes.count)
            && bytes.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
                default: false
                }
            }
    }
}

extension SealPurpose {
    fileprivate var place: Int {
        switch self {
        case .session: 0
        case .requestState: 1
        case .cursor: 2
        }
    }
}

private func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
}
