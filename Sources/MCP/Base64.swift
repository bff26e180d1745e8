/// Base64 of RFC 4648 in both alphabets; reading is strict.
package enum Base64: Sendable {
    /// § 4: with `+`, `/` and padding.
    case standard
    /// § 5: with `-`, `_` and without padding.
    case url

    package func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var (buffer, bits) = (UInt32(0), UInt32(0))
        for byte in bytes {
            buffer = (buffer << 8 | UInt32(byte)) & 0xFFFF
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(letter(buffer >> bits & 63))
            }
        }
        if bits > 0 { text.append(letter(buffer << (6 - bits) & 63)) }
        while self == .standard, !text.count.isMultiple(of: 4) { text.append(UInt8(ascii: "=")) }
        return String(decoding: text, as: UTF8.self)
    }

    /// nil unless this is exactly what `encode` makes of some bytes: no other letters, right padding, no bits left over.
    package func decode(_ text: some BidirectionalCollection<UInt8>) -> [UInt8]? {
        let padding = self == .standard ? text.suffix(2).count { $0 == UInt8(ascii: "=") } : 0
        guard self == .url ? text.count % 4 != 1 : text.count.isMultiple(of: 4) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3 + 2)
        var (buffer, bits) = (UInt32(0), UInt32(0))
        for byte in text.dropLast(padding) {
            guard let value = value(of: byte) else { return nil }
            buffer = (buffer << 6 | value) & 0xFFFF
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> bits))
            }
        }
        guard bits < 6, buffer & ((1 << bits) - 1) == 0 else { return nil }
        return bytes
    }

    private func letter(_ value: UInt32) -> UInt8 {
        switch UInt8(truncatingIfNeeded: value) {
        case let value where value < 26: value + 0x41
        case let value where value < 52: value - 26 + 0x61
        case let value where value < 62: value - 52 + 0x30
        case 62: self == .url ? UInt8(ascii: "-") : UInt8(ascii: "+")
        default: self == .url ? UInt8(ascii: "_") : UInt8(ascii: "/")
        }
    }

    private func value(of byte: UInt8) -> UInt32? {
        switch (byte, self) {
        case (0x41...0x5A, _): UInt32(byte) - 0x41
        case (0x61...0x7A, _): UInt32(byte) - 0x61 + 26
        case (0x30...0x39, _): UInt32(byte) - 0x30 + 52
        case (UInt8(ascii: "+"), .standard), (UInt8(ascii: "-"), .url): 62
        case (UInt8(ascii: "/"), .standard), (UInt8(ascii: "_"), .url): 63
        default: nil
        }
    }
}
