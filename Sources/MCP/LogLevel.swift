/// How grave a log message is: the eight levels of syslog (RFC 5424, § 6.2.1), least first (L2).
public enum LogLevel: UInt8, Sendable, Comparable, CaseIterable {
    case debug, info, notice, warning, error, critical, alert, emergency

    /// The level with this name, byte for byte.
    init?(_ name: String) {
        guard let level = LogLevel.allCases.first(where: { name.sameBytes($0.name) }) else { return nil }
        self = level
    }

    /// Its name on the wire.
    public var name: String { "\(self)" }

    public static func < (a: LogLevel, b: LogLevel) -> Bool { a.rawValue < b.rawValue }
}
