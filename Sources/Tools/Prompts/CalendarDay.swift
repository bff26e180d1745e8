import ToolBridge

/// A day of the calendar, in UTC.
struct CalendarDay: Sendable, Hashable, Comparable {
    /// Its first moment.
    let start: Timestamp
    private static let milliseconds: Int64 = 86_400_000

    /// The day of a moment.
    init(of moment: Timestamp) {
        let rest = moment.milliseconds % Self.milliseconds
        start = moment.adding(milliseconds: rest < 0 ? -rest - Self.milliseconds : -rest)
    }

    /// Reads `2026-03-01`, alone or with a time behind it, which doesn't count.
    init?(_ text: String) {
        let day = text.utf8.prefix(10)
        if let next = text.utf8.dropFirst(10).first, next != UInt8(ascii: "T"), next != UInt8(ascii: "t"), next != UInt8(ascii: " ") {
            return nil
        }
        guard let start = Timestamp(rfc3339: Array(day) + Array("T00:00:00Z".utf8)) else { return nil }
        self.start = start
    }

    func adding(days: Int64) -> CalendarDay {
        CalendarDay(of: start.adding(milliseconds: days * Self.milliseconds))
    }

    static func < (left: CalendarDay, right: CalendarDay) -> Bool {
        left.start < right.start
    }
}

extension CalendarDay: CustomStringConvertible {
    /// `2026-03-01`.
    var description: String { String(start.description.prefix(10)) }
}
