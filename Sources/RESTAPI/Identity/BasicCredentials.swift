import Auth
import HTTPServer
import ToolBridge

/// The id and secret of a client in an `Authorization` header (RFC 7617).
struct BasicCredentials {
    /// OAuth has both encoded as forms are before they are joined (RFC 6749, § 2.3.1), which many clients leave out: so each is read both ways.
    let readings: [(id: String, secret: Secret)]

    /// nil for anything that isn't well-formed `Basic`.
    init?(authorization: String) {
        let scheme = "basic "
        let value = authorization.utf8
        guard value.count > scheme.utf8.count, zip(value, scheme.utf8).allSatisfy({ $0 | 0x20 == $1 }) else { return nil }
        guard let bytes = Self.decoded(value.dropFirst(scheme.utf8.count)), let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else {
            return nil
        }
        let (id, secret) = (bytes[..<colon], bytes[(colon + 1)...])
        guard let plainID = String(validating: id, as: UTF8.self), let plainSecret = String(validating: secret, as: UTF8.self) else {
            return nil
        }
        var readings = [(id: plainID, secret: Secret(plainSecret))]
        if let id = IncomingRequest.decoded(id), let secret = IncomingRequest.decoded(secret) {
            readings.append((id, Secret(secret)))
        }
        self.readings = readings
    }

    /// Standard base64 with its padding (RFC 4648, § 4): the URL's alphabet but for two characters.
    private static func decoded(_ text: Substring.UTF8View) -> [UInt8]? {
        let padding = text.suffix(2).count { $0 == UInt8(ascii: "=") }
        guard text.count.isMultiple(of: 4), !text.contains(where: { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_") }) else {
            return nil
        }
        let digits = text.dropLast(padding).map { byte in
            switch byte {
            case UInt8(ascii: "+"): UInt8(ascii: "-")
            case UInt8(ascii: "/"): UInt8(ascii: "_")
            default: byte
            }
        }
        return Base64URL.decode(digits[...])
    }
}
