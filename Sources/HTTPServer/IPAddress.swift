/// An IP address, read strictly from its text.
///
/// IPv4 is kept as IPv6 has it (`::ffff:a.b.c.d`, RFC 4291, § 2.5.5.2), so that both spellings of one address are equal.
package struct IPAddress: Sendable, Hashable {
    let bits: UInt128

    init(bits: UInt128) {
        self.bits = bits
    }

    /// Nil for what isn't one address and nothing else: no port, no brackets, no zone, no numbers but those of RFC 6943, § 3.1.1, strict form.
    package init?(_ text: String) {
        self.init(Array(text.utf8)[...])
    }

    init?(_ text: ArraySlice<UInt8>) {
        // The longest text of an address has 45 characters.
        guard (2...45).contains(text.count) else { return nil }
        if text.contains(UInt8(ascii: ":")) {
            guard let bits = Self.version6(text) else { return nil }
            self.bits = bits
        } else {
            guard let bits = Self.version4(text) else { return nil }
            self.bits = Self.mapped | UInt128(bits)
        }
    }

    package var isVersion4: Bool { bits >> 32 == 0xFFFF }

    /// What a limit counts by: IPv4 whole, of IPv6 the first 64 bits, for one customer has all the rest.
    var limitKey: UInt128 {
        isVersion4 ? bits : bits & ~UInt128(UInt64.max)
    }

    static let mapped = UInt128(0xFFFF) << 32

    private static func version4(_ text: ArraySlice<UInt8>) -> UInt32? {
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            // With a zero before it some read it as octal.
            guard (1...3).contains(part.count), part.count == 1 || part.first != UInt8(ascii: "0") else { return nil }
            var value: UInt32 = 0
            for digit in part {
                guard (0x30...0x39).contains(digit) else { return nil }
                value = value * 10 + UInt32(digit - 0x30)
            }
            guard value <= 255 else { return nil }
            bits = bits << 8 | value
        }
        return bits
    }

    /// RFC 4291, § 2.2.
    private static func version6(_ text: ArraySlice<UInt8>) -> UInt128? {
        guard let gap = text.indices.first(where: { text[$0...].starts(with: "::".utf8) }) else {
            guard let groups = groups(text, mayEndInVersion4: true), groups.count == 8 else { return nil }
            return bits(groups)
        }
        guard let left = groups(text[..<gap], mayEndInVersion4: false), let right = groups(text[(gap + 2)...], mayEndInVersion4: true),
            left.count + right.count < 8
        else { return nil }
        return bits(left + repeatElement(0, count: 8 - left.count - right.count) + right)
    }

    private static func bits(_ groups: [UInt16]) -> UInt128 {
        groups.reduce(0) { $0 << 16 | UInt128($1) }
    }

    private static func groups(_ text: ArraySlice<UInt8>, mayEndInVersion4: Bool) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if mayEndInVersion4, index == parts.count - 1, part.contains(UInt8(ascii: ".")) {
                guard let bits = version4(part) else { return nil }
                groups += [UInt16(truncatingIfNeeded: bits >> 16), UInt16(truncatingIfNeeded: bits)]
                continue
            }
            guard (1...4).contains(part.count) else { return nil }
            var value: UInt16 = 0
            for byte in part {
                guard let digit = byte.hexDigitValue else { return nil }
                value = value << 4 | UInt16(digit)
            }
            groups.append(value)
        }
        return groups
    }
}

extension IPAddress: CustomStringConvertible {
    /// The text of RFC 5952; IPv4 in its own form.
    package var description: String {
        if isVersion4 {
            let low = UInt32(truncatingIfNeeded: bits)
            return "\(low >> 24).\(low >> 16 & 255).\(low >> 8 & 255).\(low & 255)"
        }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) }
        // The longest run of zeros, the first of equal ones, and none of a single zero.
        var (best, run) = (0..<0, 0..<0)
        for (index, group) in groups.enumerated() {
            run = group == 0 ? (run.isEmpty ? index : run.lowerBound)..<index + 1 : 0..<0
            if run.count > max(best.count, 1) { best = run }
        }
        func text(_ groups: ArraySlice<UInt16>) -> String { groups.map { String($0, radix: 16) }.joined(separator: ":") }
        return best.isEmpty ? text(groups[...]) : text(groups[..<best.lowerBound]) + "::" + text(groups[best.upperBound...])
    }
}

/// The addresses that begin with the same bits (RFC 4632).
package struct IPNetwork: Sendable, Hashable {
    private let first: UInt128
    private let mask: UInt128

    /// `address/length`, or one address; nil too if bits behind the length are set, for then one of both is a slip.
    package init?(_ text: String) {
        let parts = Array(text.utf8).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = parts.first, let address = IPAddress(whole) else { return nil }
        let isVersion4 = !whole.contains(UInt8(ascii: ":"))
        var length = 128
        if parts.count == 2 {
            guard let number = Self.number(parts[1]), number <= (isVersion4 ? 32 : 128) else { return nil }
            length = isVersion4 ? 96 + number : number
        }
        mask = length == 0 ? 0 : UInt128.max << UInt128(128 - length)
        guard address.bits & mask == address.bits else { return nil }
        first = address.bits
    }

    package func contains(_ address: IPAddress) -> Bool {
        address.bits & mask == first
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...3).contains(digits.count), digits.count == 1 || digits.first != UInt8(ascii: "0") else { return nil }
        var value = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int(digit - 0x30)
        }
        return value
    }
}
