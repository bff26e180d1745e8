/// The exact value of a number's digits: sign, significant digits, power of ten.
///
/// All functions expect bytes that a scanner has found to be a number.
struct JSONNumber {
    private let isNegative: Bool
    /// The digits from the first to the last that isn't zero, with a point perhaps among them; empty for zero.
    private let digits: ArraySlice<UInt8>
    /// The value is the digits read as one integer, times ten to this power and to that of `exponent`.
    private let shift: Int
    /// The written exponent, or nil if it has more than 18 digits.
    private let exponent: Int?
    /// The digits of the exponent without leading zeros, with a minus if it has one.
    private let exponentText: ArraySlice<UInt8>
    private let isExponentNegative: Bool

    /// Takes a number apart.
    init(_ bytes: ArraySlice<UInt8>) {
        isNegative = bytes.first == JSONByte.minus
        let mantissa = bytes.prefix { $0 != JSONByte.e && $0 != JSONByte.capitalE }
        var exponentText = bytes[mantissa.endIndex...].dropFirst()
        isExponentNegative = exponentText.first == JSONByte.minus
        exponentText = exponentText.drop { !JSONByte.isDigit($0) || $0 == JSONByte.zero }
        self.exponentText = exponentText
        if exponentText.count <= 18 {
            let magnitude = exponentText.reduce(0) { $0 * 10 + Int($1 & 0xF) }
            exponent = isExponentNegative ? -magnitude : magnitude
        } else {
            exponent = nil
        }
        let isInsignificant = { (byte: UInt8) in byte == JSONByte.zero || byte == JSONByte.dot || byte == JSONByte.minus }
        let leading = mantissa.drop(while: isInsignificant)
        guard let last = leading.lastIndex(where: { !isInsignificant($0) }) else {
            digits = []
            shift = 0
            return
        }
        digits = leading[...last]
        // Digits behind the last significant one count up to the point, digits behind the point count down.
        let point = mantissa.firstIndex(of: JSONByte.dot) ?? mantissa.endIndex
        shift = point > last ? point - last - 1 : point - last
    }

    /// The value if it is an integer within ±(2^53 − 1).
    var integral: Int64? {
        if digits.isEmpty {
            return 0
        }
        guard let exponent else {
            return nil
        }
        // Both are far from the ends of Int: at most 18 digits and the length of a document.
        let power = exponent + shift
        guard power >= 0, power < 16, digits.count <= 17 else {
            return nil
        }
        var magnitude: Int64 = 0
        for byte in digits where byte != JSONByte.dot {
            magnitude = magnitude * 10 + Int64(byte & 0xF)
        }
        for _ in 0..<power {
            guard magnitude < 1 << 53 else {
                return nil
            }
            magnitude *= 10
        }
        guard magnitude < 1 << 53 else {
            return nil
        }
        return isNegative ? -magnitude : magnitude
    }

    /// Whether two numbers have the same mathematical value.
    ///
    /// Exponents of more than 18 digits are compared as they are written, leading zeros aside.
    static func equal(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
        if left.elementsEqual(right) {
            return true
        }
        let left = JSONNumber(left)
        let right = JSONNumber(right)
        if left.digits.isEmpty || right.digits.isEmpty {
            return left.digits.isEmpty && right.digits.isEmpty
        }
        guard left.isNegative == right.isNegative, left.hasSameDigits(as: right) else {
            return false
        }
        if let first = left.exponent, let second = right.exponent {
            return first + left.shift == second + right.shift
        }
        return left.shift == right.shift && left.isExponentNegative == right.isExponentNegative
            && left.exponentText.elementsEqual(right.exponentText)
    }

    private func hasSameDigits(as other: Self) -> Bool {
        var rest = other.digits.lazy.filter { $0 != JSONByte.dot }.makeIterator()
        for byte in digits where byte != JSONByte.dot {
            guard rest.next() == byte else {
                return false
            }
        }
        return rest.next() == nil
    }

    /// The value of an integer without fraction and exponent, if it fits.
    static func integer(_ bytes: ArraySlice<UInt8>) -> Int64? {
        let isNegative = bytes.first == JSONByte.minus
        var value: Int64 = 0
        for byte in isNegative ? bytes.dropFirst() : bytes {
            let digit = Int64(byte & 0xF)
            let (product, overflows) = value.multipliedReportingOverflow(by: 10)
            // Counting down from zero, because the negative side reaches one further.
            let (next, overflowsToo) = product.subtractingReportingOverflow(digit)
            guard !overflows, !overflowsToo else {
                return nil
            }
            value = next
        }
        if isNegative {
            return value
        }
        return value == .min ? nil : -value
    }

    /// The nearest double, if it is finite.
    static func double(_ bytes: ArraySlice<UInt8>) -> Double? {
        // The grammar has been checked, so this never sees what else `Double` would take: "nan", "0x1p3", white space.
        guard let double = Double(String(decoding: bytes, as: UTF8.self)), double.isFinite else {
            return nil
        }
        return double
    }
}
