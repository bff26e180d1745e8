#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The time of day, and how it is written.
package enum WallClock {
    /// Milliseconds since 1970 (UTC).
    package static func milliseconds() -> Int64 {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return Int64(now.tv_sec) &* 1000 &+ Int64(now.tv_nsec) / 1_000_000
    }

    /// The calendar's fields of an instant, UTC, proleptic Gregorian.
    package static func fields(ofSeconds seconds: Int64) -> Fields {
        let day = seconds >= 0 ? seconds / 86_400 : -((86_399 &- seconds) / 86_400)
        let second = Int(seconds &- day &* 86_400)
        // Days are counted from 1 March of year 0, so that the leap day ends a year; 400 years are 146,097 days.
        let shifted = day &+ 719_468
        let era = (shifted >= 0 ? shifted : shifted &- 146_096) / 146_097
        let dayOfEra = shifted &- era &* 146_097
        let yearOfEra = (dayOfEra &- dayOfEra / 1460 &+ dayOfEra / 36_524 &- dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
        let month = (5 &* dayOfYear &+ 2) / 153
        let weekday = (day &+ 4) % 7
        return Fields(
            year: Int(yearOfEra &+ era &* 400 &+ (month >= 10 ? 1 : 0)),
            month: Int(month < 10 ? month &+ 3 : month &- 9),
            day: Int(dayOfYear &- (153 &* month &+ 2) / 5 &+ 1),
            weekday: Int(weekday < 0 ? weekday &+ 7 : weekday),
            hour: second / 3600,
            minute: second / 60 % 60,
            second: second % 60
        )
    }

    /// Month and day count from 1, weekdays from Sunday = 0.
    package struct Fields: Sendable, Equatable {
        package let year, month, day, weekday, hour, minute, second: Int
    }
}
