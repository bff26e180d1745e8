/// How much is said.
package enum LogLevel: UInt8, Sendable, Comparable, CaseIterable {
    case trace, debug, info, warning, error

    /// Reads a level in any letter case; `warn` is `warning`; nil for anything else.
    package init?(_ text: String) {
        switch text.lowercased() {
        case "trace": self = .trace
        case "debug": self = .debug
        case "info": self = .info
        case "warning", "warn": self = .warning
        case "error": self = .error
        default: return nil
        }
    }

    /// The word in a log line.
    package var name: StaticString {
        switch self {
        case .trace: "trace"
        case .debug: "debug"
        case .info: "info"
        case .warning: "warning"
        case .error: "error"
        }
    }

    package static func < (left: LogLevel, right: LogLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// How a line looks.
package enum LogFormat: String, Sendable {
    /// One JSON object a line.
    case json
    /// For people at a terminal.
    case console
}

/// Where lines go.
package enum LogStream: Sendable, Equatable {
    case standardOutput
    /// For a program whose stdout speaks a protocol.
    case standardError
    /// An open file; it stays the caller's to close.
    case descriptor(Int32)

    var descriptor: Int32 {
        switch self {
        case .standardOutput: 1
        case .standardError: 2
        case .descriptor(let number): number
        }
    }
}
