/// The value of HTTP's `Date`: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, § 5.6.7).
enum HTTPDate {
    /// Seconds since 1970; `nil` for any other form.
    static func seconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 29, bytes.suffix(4).elementsEqual(" GMT".utf8) else { return nil }
        guard let day = number(bytes[5..<7]), let month = months.firstIndex(where: { bytes[8..<11].elementsEqual($0.utf8) }),
            let year = number(bytes[12..<16]), let hour = number(bytes[17..<19]), let minute = number(bytes[20..<22]),
            let second = number(bytes[23..<25]), (1...31).contains(day), hour < 24, minute < 60, second <= 60, year >= 1970
        else { return nil }
        return days(year, Int64(month) + 1, day) * 86_400 + hour * 3600 + minute * 60 + second
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Two or four digits.
    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - 0x30)
        }
        return value
    }

    /// Days since 1970-01-01 of a day of the Gregorian calendar; years are counted from March, so that a leap day is the last.
    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}
