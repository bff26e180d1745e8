import Auth
import HTTPServer
import HTTPTypes
import JSON
import NIOCore

/// A refusal of `/oauth/token`: OAuth's shape inside the API's own.
struct OAuthRefusal: Error {
    let status: HTTPResponse.Status
    let code: String
    let text: String
    var headers: HTTPFields = [.cacheControl: "no-store"]

    init(_ status: HTTPResponse.Status, _ code: String, _ text: String) {
        self.status = status
        self.code = code
        self.text = text
    }

    init(_ fault: ExchangeFault) {
        self.init(fault.isTemporary ? .serviceUnavailable : .badRequest, fault.code, fault.text)
        if fault == .unverifiable { headers[.retryAfter] = "1" }
    }

    /// The client hasn't proved who it is.
    static var invalidClient: OAuthRefusal {
        var refusal = OAuthRefusal(.unauthorized, "invalid_client", "client authentication failed")
        refusal.headers[.wwwAuthenticate] = #"Basic realm="token exchange", charset="UTF-8""#
        return refusal
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
            headers: headers,
            body: .bytes(ByteBuffer(bytes: writer.bytes)),
            code: code
        )
    }
}
