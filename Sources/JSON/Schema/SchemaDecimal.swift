/// The exact value of a JSON number: digits without zeros at the ends, times a power of ten.
///
/// Exponents of more than 18 digits count as 10^18.
struct SchemaDecimal: Sendable, Hashable {
    let isNegative: Bool
    /// 0…9 each, the first and the last not zero; empty for zero.
    let digits: [UInt8]
    /// The power of ten of the last digit; 0 for zero.
    let exponent: Int

    /// Takes a number that a scanner has found well-formed.
    init(_ bytes: ArraySlice<UInt8>) {
        var digits: [UInt8] = []
        var exponent = 0
        var isInFraction = false
        var rest = bytes
        while let byte = rest.popFirst(), byte != JSONByte.e, byte != JSONByte.capitalE {
            if byte == JSONByte.dot {
                isInFraction = true
            } else if JSONByte.isDigit(byte) {
                exponent -= isInFraction ? 1 : 0
                if !digits.isEmpty || byte != JSONByte.zero {
                    digits.append(byte & 0xF)
                }
            }
        }
        let isDown = rest.first == JSONByte.minus
        var power = 0
        for byte in rest where JSONByte.isDigit(byte) {
            power = power < 100_000_000_000_000_000 ? power * 10 + Int(byte & 0xF) : 1_000_000_000_000_000_000
        }
        exponent += isDown ? -power : power
        while digits.last == 0 {
            digits.removeLast()
            exponent += 1
        }
        self.digits = digits
        self.exponent = digits.isEmpty ? 0 : exponent
        isNegative = bytes.first == JSONByte.minus && !digits.isEmpty
    }

    /// Whether the value is an integer, however it is written.
    var isInteger: Bool {
        exponent >= 0
    }

    /// How one value stands to another.
    enum Order {
        case less, equal, greater
    }

    /// How this value stands to another.
    func order(to other: Self) -> Order {
        if digits.isEmpty || other.digits.isEmpty || isNegative != other.isNegative {
            let signs = (sign, other.sign)
            return signs.0 == signs.1 ? .equal : signs.0 < signs.1 ? .less : .greater
        }
        let magnitude = magnitudeOrder(to: other)
        guard isNegative else {
            return magnitude
        }
        return magnitude == .less ? .greater : magnitude == .greater ? .less : .equal
    }

    private var sign: Int {
        digits.isEmpty ? 0 : isNegative ? -1 : 1
    }

    private func magnitudeOrder(to other: Self) -> Order {
        // The power of ten just above the first digit.
        let top = exponent + digits.count
        let otherTop = other.exponent + other.digits.count
        guard top == otherTop else {
            return top < otherTop ? .less : .greater
        }
        for (one, another) in zip(digits, other.digits) where one != another {
            return one < another ? .less : .greater
        }
        return digits.count == other.digits.count ? .equal : digits.count < other.digits.count ? .less : .greater
    }
}

/// The divisor of `multipleOf`: exact also for decimal fractions.
struct SchemaDivisor: Sendable {
    private let digits: UInt64
    private let exponent: Int

    /// Takes a positive number of at most 18 significant digits.
    init?(_ decimal: SchemaDecimal) {
        guard !decimal.isNegative, !decimal.digits.isEmpty, decimal.digits.count <= 18 else {
            return nil
        }
        digits = decimal.digits.reduce(0) { $0 * 10 + UInt64($1) }
        exponent = decimal.exponent
    }

    /// Whether the number is an integer times the divisor.
    func divides(_ number: SchemaDecimal) -> Bool {
        if number.digits.isEmpty {
            return true
        }
        // Both have no zero at the end, so a number with a smaller last place can't be a multiple.
        guard number.exponent >= exponent else {
            return false
        }
        // Both below 10^18, so ten times a remainder and a digit fit.
        var remainder: UInt64 = 0
        for digit in number.digits {
            remainder = (remainder * 10 + UInt64(digit)) % digits
        }
        return multiply(remainder, power(of: 10, number.exponent - exponent)) == 0
    }

    private func power(of base: UInt64, _ exponent: Int) -> UInt64 {
        var result = 1 % digits
        var square = base % digits
        var rest = exponent
        while rest > 0 {
            if rest & 1 == 1 {
                result = multiply(result, square)
            }
            square = multiply(square, square)
            rest >>= 1
        }
        return result
    }

    /// Both are below the divisor, so the quotient fits.
    private func multiply(_ left: UInt64, _ right: UInt64) -> UInt64 {
        digits.dividingFullWidth(left.multipliedFullWidth(by: right)).remainder
    }
}
