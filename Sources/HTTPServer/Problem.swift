package import HTTPTypes
package import JSON
import NIOCore

/// A refusal with the API's one error shape: `error`, `code`, further fields in order, `correlation_id`.
package struct Problem: Error, Sendable {
    package enum Value: Sendable {
        case string(String)
        case integer(Int64)
        case strings([String])
        /// An object of texts.
        case texts([(String, String)])
        /// JSON that is already made.
        case raw([UInt8])
    }

    package var status: HTTPResponse.Status
    /// Stable; clients branch on it.
    package var code: String
    /// For people; never database texts, internals or payloads.
    package var text: String
    package var fields: [(StaticString, Value)]
    package var headers: HTTPFields

    package init(
        _ status: HTTPResponse.Status,
        _ code: String,
        _ text: String,
        fields: [(StaticString, Value)] = [],
        headers: HTTPFields = [:]
    ) {
        self.status = status
        self.code = code
        self.text = text
        self.fields = fields
        self.headers = headers
    }

    /// The body.
    package func json(correlationID: String) -> [UInt8] {
        var writer = JSONWriter(reserving: 192)
        writer.beginObject()
        write(to: &writer)
        writer.member("correlation_id", correlationID)
        writer.endObject()
        return writer.bytes
    }

    /// The members of the body that say what is wrong.
    package func write(to writer: inout JSONWriter) {
        writer.member("error", text)
        writer.member("code", code)
        for (name, value) in fields {
            switch value {
            case .string(let text):
                writer.member(name, text)
            case .integer(let number):
                writer.member(name, number)
            case .strings(let texts):
                writer.key(name)
                writer.beginArray()
                for text in texts { writer.string(text) }
                writer.endArray()
            case .texts(let members):
                writer.key(name)
                writer.beginObject()
                for (key, text) in members {
                    writer.key(escaping: key)
                    writer.string(text)
                }
                writer.endObject()
            case .raw(let json):
                writer.member(name, raw: json)
            }
        }
    }

    package func answer(correlationID: String) -> Answer {
        Answer(
            status,
            contentType: "application/json",
            headers: headers,
            body: .bytes(ByteBuffer(bytes: json(correlationID: correlationID))),
            code: code
        )
    }
}

extension Problem {
    /// A fault of ours; what it was stays in the log.
    package static var internalError: Problem {
        Problem(.internalServerError, "internal_error", "internal error")
    }

    /// The head or body breaks HTTP's own rules, or a field has a value that can't be right.
    package static func invalidRequest(_ text: String, field: String? = nil) -> Problem {
        Problem(.badRequest, "invalid_request", text, fields: field.map { [("field", .string($0))] } ?? [])
    }

    package static func invalidParameter(_ name: String, _ text: String) -> Problem {
        Problem(.badRequest, "invalid_parameter", text, fields: [("field", .string(name))])
    }

    static func duplicateHeader(_ name: String) -> Problem {
        Problem(.badRequest, "duplicate_header", "\(name) was sent more than once or is misspelt", fields: [("field", .string(name))])
    }

    package static func payloadTooLarge(limit: Int) -> Problem {
        Problem(.contentTooLarge, "payload_too_large", "body over \(limit) bytes", fields: [("limit", .integer(Int64(limit)))])
    }

    static var requestTimeout: Problem { Problem(.requestTimeout, "request_timeout", "request too slow") }
    static var bodiesTooLarge: Problem {
        Problem(.serviceUnavailable, "unavailable", "too many large bodies at once", headers: [.retryAfter: "1"])
    }
    static var targetTooLong: Problem { Problem(.uriTooLong, "uri_too_long", "request target over 8 KiB") }
    static var headTooLarge: Problem {
        Problem(.requestHeaderFieldsTooLarge, "headers_too_large", "request head over 32 KiB, 16 KiB a field or 100 fields")
    }
}
