/// Moments as text.
enum Timestamp {
    private static let millisecondsPerDay: Int64 = 86_400_000

    /// ISO 8601 in UTC with milliseconds, as `2026-07-28T09:05:00.120Z`.
    ///
    /// - Parameter milliseconds: Since 1970; what lies outside the years 0 to 9999 is moved to their edge.
    static func text(_ milliseconds: Int64) -> String {
        let time = min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999)
        let ofDay = ((time % millisecondsPerDay) + millisecondsPerDay) % millisecondsPerDay
        let date = date(ofDay: (time - ofDay) / millisecondsPerDay)
        let seconds = ofDay / 1_000
        let day = "\(padded(date.year, 4))-\(padded(date.month, 2))-\(padded(date.day, 2))"
        let clock = "\(padded(seconds / 3_600, 2)):\(padded(seconds / 60 % 60, 2)):\(padded(seconds % 60, 2))"
        return "\(day)T\(clock).\(padded(ofDay % 1_000, 3))Z"
    }

    /// The date of the Gregorian calendar, counted in years that begin with March, so that leap days come last.
    ///
    /// - Parameter day: Days since 1970-01-01.
    private static func date(ofDay day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // From 0000-03-01 on, of which 1970-01-01 is day 719,468; 400 years have 146,097 days.
        var rest = day + 719_468
        let era = (rest >= 0 ? rest : rest - 146_096) / 146_097
        rest -= era * 146_097
        // Leap days fall every 1,461 days, but not every 36,524, but again on the last of the era.
        let yearOfEra = (rest - rest / 1_460 + rest / 36_524 - rest / 146_096) / 365
        rest -= yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100
        // Five months from March on have 153 days, whichever five they are.
        let month = (rest * 5 + 2) / 153
        let isNextYear = month >= 10
        return (
            year: era * 400 + yearOfEra + (isNextYear ? 1 : 0),
            month: isNextYear ? month - 9 : month + 3,
            day: rest - (month * 153 + 2) / 5 + 1
        )
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(width - digits.utf8.count, 0)) + digits
    }
}
