import Crypto
import JSON
import ToolBridge

/// A token to be: the usual header and claims, and what is asked for in their place.
struct TokenDraft: Sendable {
    /// Members in their order; a JSON `null` leaves one out.
    private(set) var header: [(name: String, value: JSONValue)] = []
    private(set) var claims: [(name: String, value: JSONValue)] = []

    mutating func setHeader(_ name: String, _ value: JSONValue) { Self.set(&header, name, value) }

    mutating func setClaim(_ name: String, _ value: JSONValue) { Self.set(&claims, name, value) }

    /// The token, signed by a key of the provider's.
    func signed(by key: IssuerKey) throws -> String {
        var draft = self
        draft.insertHeader("kid", JSONValue(key.kid))
        draft.insertHeader("alg", JSONValue(key.algorithm))
        let text = draft.signedText
        return "\(text).\(Base64URL.encode(try key.sign(Array(text.utf8))))"
    }

    /// The token, with HMAC-SHA256 under a secret.
    func signed(secret: String) -> String {
        var draft = self
        draft.insertHeader("alg", JSONValue("HS256"))
        let text = draft.signedText
        let code = HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: Array(secret.utf8)))
        return "\(text).\(Base64URL.encode(Array(code)))"
    }

    private var signedText: String { "\(Base64URL.encode(Self.json(header))).\(Base64URL.encode(Self.json(claims)))" }

    /// What the key says stands unless the header was told otherwise.
    private mutating func insertHeader(_ name: String, _ value: JSONValue) {
        guard !header.contains(where: { $0.name.utf8.elementsEqual(name.utf8) }) else { return }
        header.insert((name, value), at: 0)
    }

    private static func set(_ members: inout [(name: String, value: JSONValue)], _ name: String, _ value: JSONValue) {
        if let index = members.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
            members[index].value = value
        } else {
            members.append((name, value))
        }
    }

    private static func json(_ members: [(name: String, value: JSONValue)]) -> [UInt8] {
        var writer = JSONWriter(reserving: 512)
        writer.beginObject()
        for member in members where !member.value.isNull {
            writer.key(escaping: member.name)
            writer.value(member.value)
        }
        writer.endObject()
        return writer.bytes
    }
}
