import HTTPServer
import HTTPTypes
import JSON
import NIOCore

/// A refusal of `/oauth/token`: OAuth's shape inside the API's own.
struct OAuthRefusal: Error {
    let status: HTTPResponse.Status
    let code: String
    let text: String

    init(_ status: HTTPResponse.Status, _ code: String, _ text: String) {
        self.status = status
        self.code = code
        self.text = text
    }

    static func invalidRequest(_ text: String) -> OAuthRefusal { OAuthRefusal(.badRequest, "invalid_request", text) }

    func answer(correlationID: String) -> Answer {
        var writer = JSONWriter(reserving: 256)
        writer.object { writer in
            writer.member("error", code)
            writer.member("error_description", text)
            writer.member("code", code)
            writer.member("correlation_id", correlationID)
        }
        return Answer(
            status,
            contentType: "application/json",
            headers: [.cacheControl: "no-store"],
            body: .bytes(ByteBuffer(bytes: writer.bytes)),
            code: code
        )
    }
}
