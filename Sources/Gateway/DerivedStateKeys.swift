import Auth
import Crypto

/// Keys that seal what travels through clients, made from the secrets that sign tenants: all replicas have these (KY2).
struct DerivedStateKeys {
    /// The first seals.
    let all: [(kid: String, secret: [UInt8])]

    /// - Parameters:
    ///   - keyring: `id:base64,…`; each entry makes a key.
    ///   - secret: Makes one more.
    init(keyring: Secret?, secret: Secret?) {
        var keys: [(kid: String, secret: [UInt8])] = []
        let blank: (UInt8) -> Bool = { $0 == 0x20 || (0x09...0x0D).contains($0) }
        for entry in keyring?.reveal().utf8.split(separator: UInt8(ascii: ",")) ?? [] {
            let trimmed = entry.drop(while: blank).reversed().drop(while: blank).reversed()
            // The secret alone: an id may change while its key doesn't.
            guard let colon = trimmed.lastIndex(of: UInt8(ascii: ":")) else { continue }
            keys.append(Self.key(Array(trimmed[colon...].dropFirst())))
        }
        if let secret { keys.append(Self.key(Array(secret.reveal().utf8))) }
        var kids: Set<String> = []
        all = keys.filter { kids.insert($0.kid).inserted }
    }

    private static func key(_ material: [UInt8]) -> (kid: String, secret: [UInt8]) {
        let derived = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: material),
            salt: Array("toolbridge gateway".utf8),
            info: Array("state".utf8),
            outputByteCount: 32
        )
        let bytes = derived.withUnsafeBytes { Array($0) }
        let digits = Array("0123456789abcdef".utf8)
        let name = SHA256.hash(data: bytes).prefix(4).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return ("t" + String(decoding: name, as: UTF8.self), bytes)
    }
}
