import JSON

/// A message of ours that nobody answers.
enum Notification {
    /// Writes a whole message.
    ///
    /// - Parameter params: Writes the members of `params`; without it there are none.
    static func message(_ method: String, params: ((inout JSONWriter) -> Void)? = nil) -> [UInt8] {
        var writer = JSONWriter(reserving: 192)
        writer.object { writer in
            writer.member("jsonrpc", "2.0")
            writer.member("method", method)
            if let params {
                writer.key("params")
                writer.object { params(&$0) }
            }
        }
        return writer.bytes
    }

    /// PR1; `message` is known from 2025-03-26 on.
    static func progress(token: JSONValue, _ progress: Double, total: Double?, message text: String?, for revision: Revision) -> [UInt8] {
        message("notifications/progress") { writer in
            writer.member("progressToken", token)
            writer.member("progress", progress)
            if let total { writer.member("total", total) }
            if let text, revision.hasAudioAndAnnotations { writer.member("message", text) }
        }
    }

    /// L1–L4.
    static func log(_ level: LogLevel, logger: String?, _ data: JSONValue) -> [UInt8] {
        message("notifications/message") { writer in
            writer.member("level", level.name)
            if let logger { writer.member("logger", logger) }
            writer.member("data", data)
        }
    }

    /// Says that a request is cancelled: ours (CN1), or on stdio a listen that we end (SB6).
    static func cancelled(_ id: JSONValue, reason: String) -> [UInt8] {
        message("notifications/cancelled") { writer in
            writer.member("requestId", id)
            writer.member("reason", reason)
        }
    }
}
