/// RFC 3339 by hand: the formatters of Foundation need ICU and are slower by two orders of magnitude.
extension Timestamp: CustomStringConvertible {
    /// For example `2026-03-01T10:00:01.120Z`.
    package var description: String {
        String(decoding: rfc3339, as: UTF8.self)
    }

    /// The description's bytes, all of them ASCII.
    package var rfc3339: [UInt8] {
        // Years 0000 to 9999 are all that RFC 3339 can say.
        let bounded = min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999)
        let (days, millisecondOfDay) = bounded.flooredDivision(by: 86_400_000)
        let (year, month, day) = Self.civilDate(daysSince1970: days)
        let second = millisecondOfDay / 1000
        var text: [UInt8] = []
        text.reserveCapacity(24)
        func append(_ value: Int64, digits: Int) {
            var divisor: Int64 = 1
            for _ in 1..<digits { divisor *= 10 }
            while divisor > 0 {
                text.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value / divisor % 10))
                divisor /= 10
            }
        }
        append(year, digits: 4)
        text.append(UInt8(ascii: "-"))
        append(month, digits: 2)
        text.append(UInt8(ascii: "-"))
        append(day, digits: 2)
        text.append(UInt8(ascii: "T"))
        append(second / 3600, digits: 2)
        text.append(UInt8(ascii: ":"))
        append(second / 60 % 60, digits: 2)
        text.append(UInt8(ascii: ":"))
        append(second % 60, digits: 2)
        text.append(UInt8(ascii: "."))
        append(millisecondOfDay % 1000, digits: 3)
        text.append(UInt8(ascii: "Z"))
        return text
    }

    /// Reads a time as clients write it into payloads: RFC 3339 with any fraction and offset, or decimal milliseconds since 1970 of 1 to 15 digits.
    ///
    /// Fractions finer than a millisecond are cut. Zero, negative and all other texts are `nil`: the client gave no time.
    package init?(payloadText text: String) {
        let bytes = Array(text.utf8)
        guard let moment = Self(digits: bytes) ?? Self(rfc3339: bytes), moment.milliseconds > 0 else { return nil }
        self = moment
    }

    private init?(digits: [UInt8]) {
        guard (1...15).contains(digits.count) else { return nil }
        var value: Int64 = 0
        for byte in digits {
            guard let digit = byte.decimalDigit else { return nil }
            value = value * 10 + digit
        }
        self.init(milliseconds: value)
    }

    /// Reads `2026-03-01T10:00:00[.fraction](Z|±hh:mm)`.
    package init?(rfc3339 text: [UInt8]) {
        var reader = DigitReader(text)
        guard let year = reader.number(digits: 4), reader.take("-"), let month = reader.number(digits: 2), reader.take("-"),
            let day = reader.number(digits: 2), reader.take("T", or: "t"), let hour = reader.number(digits: 2), reader.take(":"),
            let minute = reader.number(digits: 2), reader.take(":"), let second = reader.number(digits: 2)
        else { return nil }
        // A leap second counts as the last ordinary one: no clock here can tell it from its neighbour.
        guard (1...12).contains(month), (1...Self.daysIn(month: month, of: year)).contains(day), hour < 24, minute < 60, second <= 60
        else { return nil }
        var fraction: Int64 = 0
        if reader.take(".") {
            guard let milliseconds = reader.fractionInMilliseconds() else { return nil }
            fraction = milliseconds
        }
        guard let offset = reader.offsetInMinutes(), reader.isAtEnd else { return nil }
        let days = Self.daysSince1970(year: year, month: month, day: day)
        let minutes = days * 1440 + hour * 60 + minute - offset
        self.init(milliseconds: (minutes * 60 + min(second, 59)) * 1000 + fraction)
    }
}

/// The proleptic Gregorian calendar in integers (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms"): years are counted from March, in eras of 400.
extension Timestamp {
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let (era, yearOfEra) = shifted.flooredDivision(by: 400)
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func civilDate(daysSince1970 days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    private static func daysIn(month: Int64, of year: Int64) -> Int64 {
        switch month {
        case 4, 6, 9, 11: 30
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        default: 31
        }
    }
}

/// Takes a timestamp's text apart from left to right.
private struct DigitReader {
    private let text: [UInt8]
    private var position = 0

    init(_ text: [UInt8]) { self.text = text }

    var isAtEnd: Bool { position >= text.count }

    mutating func take(_ character: Unicode.Scalar, or other: Unicode.Scalar? = nil) -> Bool {
        guard position < text.count else { return false }
        let byte = text[position]
        guard byte == UInt8(ascii: character) || other.map({ byte == UInt8(ascii: $0) }) == true else { return false }
        position += 1
        return true
    }

    mutating func number(digits: Int) -> Int64? {
        guard text.count - position >= digits else { return nil }
        var value: Int64 = 0
        for _ in 0..<digits {
            guard let digit = text[position].decimalDigit else { return nil }
            value = value * 10 + digit
            position += 1
        }
        return value
    }

    /// One digit at least; the fourth and later ones are cut.
    mutating func fractionInMilliseconds() -> Int64? {
        var value: Int64 = 0
        var count = 0
        while position < text.count, let digit = text[position].decimalDigit {
            if count < 3 { value = value * 10 + digit }
            count += 1
            position += 1
        }
        guard count > 0 else { return nil }
        for _ in min(count, 3)..<3 { value *= 10 }
        return value
    }

    mutating func offsetInMinutes() -> Int64? {
        if take("Z", or: "z") { return 0 }
        let sign: Int64
        if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
        guard let hours = number(digits: 2), take(":"), let minutes = number(digits: 2), hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }
}

extension UInt8 {
    fileprivate var decimalDigit: Int64? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) ? Int64(self - UInt8(ascii: "0")) : nil
    }
}

extension Int64 {
    fileprivate func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
