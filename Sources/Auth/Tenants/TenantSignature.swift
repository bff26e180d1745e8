import Crypto
import ToolBridge

/// The value of `X-TB-Signature`, read.
enum TenantSignature: Equatable {
    /// 32 bytes over tenant and time alone.
    case v1([UInt8])
    /// One or more signatures over the whole request, each by a key of its own.
    case v2([Part])

    struct Part: Equatable {
        let keyID: [UInt8]
        /// 32 bytes.
        let code: [UInt8]
    }

    private static let maximum = 3
    private static let head = Array("v2;k=".utf8)
    private static let middle = Array(";s=".utf8)
    /// What 32 bytes have as base64url.
    private static let codeLength = 43

    /// - Throws: `malformed` unless it is 64 lower-case hexadecimal digits, or 1 to 3 of `v2;k=…;s=…` with a comma and a space between.
    init(_ text: String) throws(TenantProofFault) {
        let bytes = Array(text.utf8)
        guard bytes.starts(with: Self.head) else {
            guard bytes.count == 64, let code = Hexadecimal.decode(bytes) else { throw .malformed }
            self = .v1(code)
            return
        }
        var parts: [Part] = []
        var rest = bytes[...]
        while true {
            guard parts.count < Self.maximum else { throw .malformed }
            let end = rest.firstIndex(of: UInt8(ascii: ",")) ?? rest.endIndex
            parts.append(try Self.part(rest[..<end]))
            guard end < rest.endIndex else { break }
            rest = rest[end...].dropFirst()
            guard rest.first == UInt8(ascii: " ") else { throw .malformed }
            rest = rest.dropFirst()
        }
        self = .v2(parts)
    }

    private static func part(_ text: ArraySlice<UInt8>) throws(TenantProofFault) -> Part {
        guard text.starts(with: head) else { throw .malformed }
        let text = text.dropFirst(head.count)
        guard let end = text.firstIndex(of: UInt8(ascii: ";")) else { throw .malformed }
        let (id, tail) = (text[..<end], text[end...])
        guard TenantKey.isID(id), tail.starts(with: middle) else { throw .malformed }
        let code = tail.dropFirst(middle.count)
        guard code.count == codeLength, let bytes = Base64URL.decode(String(decoding: code, as: UTF8.self)) else { throw .malformed }
        return Part(keyID: Array(id), code: bytes)
    }
}

/// Bytes as lower-case hexadecimal digits.
enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    static func encode(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    /// `nil` for an odd number of digits, or any character but 0–9 and a–f.
    static func decode(_ text: [UInt8]) -> [UInt8]? {
        guard text.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        var high: UInt8?
        for character in text {
            let value: UInt8
            switch character {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): value = character - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): value = character - UInt8(ascii: "a") + 10
            default: return nil
            }
            if let first = high {
                bytes.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return bytes
    }
}
