import Crypto
import ToolBridge

/// A named key from which each tenant's own key is derived, or one tenant's derived key.
struct TenantKey: Sendable {
    private enum Material: Sendable {
        /// What HKDF extracts from the key: it is the same for all tenants, so it is made once.
        case all(SymmetricKey)
        case one(tenant: [UInt8], SymmetricKey)
    }

    static let byteCount = 32
    let id: [UInt8]
    private let material: Material

    /// A key for all tenants, whatever its length.
    init(id: String, material: [UInt8]) {
        self.id = Array(id.utf8)
        self.material = .all(Self.extracted(material))
    }

    /// Reads `id:base64` or `id:tenant:base64`; a tenant may have colons of its own, the other two have none.
    init(_ entry: Substring.UTF8View.SubSequence) throws(TenantKeyringFault.Reason) {
        let entry = Self.trimmed(entry)
        guard !entry.isEmpty else { throw .empty }
        let colon = UInt8(ascii: ":")
        guard let first = entry.firstIndex(of: colon), let last = entry.lastIndex(of: colon) else { throw .noID }
        id = Array(entry[..<first])
        guard Self.isID(id) else { throw id.isEmpty ? .noID : .badID }
        guard let bytes = Base64.decode(entry[entry.index(after: last)...]) else { throw .notBase64 }
        guard first < last else {
            guard bytes.count >= Self.byteCount else { throw .tooShort }
            material = .all(Self.extracted(bytes))
            return
        }
        let tenant = Array(entry[entry.index(after: first)..<last])
        guard TenantName.isValid(String(decoding: tenant, as: UTF8.self)) else { throw .badTenant }
        guard bytes.count == Self.byteCount else { throw .notDerived }
        material = .one(tenant: tenant, SymmetricKey(data: bytes))
    }

    /// Whether some signature could be meant for either.
    func collides(with other: TenantKey) -> Bool {
        guard id == other.id else { return false }
        guard case .one(let tenant, _) = material, case .one(let another, _) = other.material else { return true }
        return tenant == another
    }

    /// The tenant's own key (RFC 5869); nil if this is another tenant's.
    func derived(for tenant: String) -> SymmetricKey? {
        switch material {
        case .all(let extracted):
            HKDF<SHA256>.expand(pseudoRandomKey: extracted, info: Array("tb2|".utf8) + Array(tenant.utf8), outputByteCount: Self.byteCount)
        case .one(let own, let key): own.elementsEqual(tenant.utf8) ? key : nil
        }
    }

    /// 1 to 32 bytes of `A–Z a–z 0–9 . _ -`.
    static func isID(_ bytes: some Collection<UInt8>) -> Bool {
        (1...32).contains(bytes.count)
            && bytes.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    private static func extracted(_ material: [UInt8]) -> SymmetricKey {
        SymmetricKey(data: HKDF<SHA256>.extract(inputKeyMaterial: SymmetricKey(data: material), salt: [UInt8]()))
    }

    private static func trimmed(_ text: Substring.UTF8View.SubSequence) -> Substring.UTF8View.SubSequence {
        let isSpace = { (byte: UInt8) in byte == 0x20 || (0x09...0x0d).contains(byte) }
        var rest = text.drop(while: isSpace)
        while let last = rest.last, isSpace(last) { rest.removeLast() }
        return rest
    }
}

/// Base64 with the standard alphabet and its padding (RFC 4648, § 4), strict: bytes have exactly one spelling.
enum Base64 {
    /// `nil` for anything else.
    static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 4) else { return nil }
        var plain = Array(text)
        if plain.last == UInt8(ascii: "=") { plain.removeLast() }
        if plain.last == UInt8(ascii: "=") { plain.removeLast() }
        var urlSafe: [UInt8] = []
        urlSafe.reserveCapacity(plain.count)
        for byte in plain {
            switch byte {
            case UInt8(ascii: "+"): urlSafe.append(UInt8(ascii: "-"))
            case UInt8(ascii: "/"): urlSafe.append(UInt8(ascii: "_"))
            case UInt8(ascii: "-"), UInt8(ascii: "_"): return nil
            default: urlSafe.append(byte)
            }
        }
        return Base64URL.decode(String(decoding: urlSafe, as: UTF8.self))
    }

    static func encode(_ bytes: [UInt8]) -> String {
        var text = Array(Base64URL.encode(bytes).utf8).map { byte in
            switch byte {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: byte
            }
        }
        while !text.count.isMultiple(of: 4) { text.append(UInt8(ascii: "=")) }
        return String(decoding: text, as: UTF8.self)
    }
}
