import FoundationEssentials

/// A moment, in whole milliseconds since 1970-01-01T00:00:00Z.
///
/// Written as RFC 3339 in UTC with exactly three fraction digits.
package struct Timestamp: Sendable, Hashable, Comparable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// The system's clock.
    package static func now() -> Timestamp {
        let seconds = Date().timeIntervalSince1970
        return Timestamp(milliseconds: Int64(exactly: (seconds * 1000).rounded(.down)) ?? 0)
    }

    /// The later of now and the moment after this one, so that the writes of one item never share a time.
    package func next(atLeast now: Timestamp) -> Timestamp {
        let (following, overflow) = milliseconds.addingReportingOverflow(1)
        return overflow ? self : max(now, Timestamp(milliseconds: following))
    }

    /// This moment, later by a duration; the last representable one where there is none later.
    package func adding(milliseconds delta: Int64) -> Timestamp {
        let (sum, overflow) = milliseconds.addingReportingOverflow(delta)
        return Timestamp(milliseconds: overflow ? (delta < 0 ? .min : .max) : sum)
    }

    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.milliseconds < right.milliseconds
    }
}
