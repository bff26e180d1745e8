import HTTPServer
import HTTPTypes
import NIOCore

/// The parameters of an `application/x-www-form-urlencoded` body, each of which may be there once (RFC 6749, § 3.2).
struct FormBody {
    private static let parameterLimit = 100

    private var parameters: [[UInt8]: String] = [:]

    /// - Throws: `unsupported_media_type`, `invalid_request`.
    init(_ request: IncomingRequest) throws(OAuthRefusal) {
        guard request.hasContentType("application/x-www-form-urlencoded") else {
            throw OAuthRefusal(
                .unsupportedMediaType,
                "unsupported_media_type",
                "Content-Type must be application/x-www-form-urlencoded"
            )
        }
        let pairs = Array(buffer: request.body).split(separator: UInt8(ascii: "&"), maxSplits: Self.parameterLimit)
        guard pairs.count <= Self.parameterLimit else {
            throw .invalidRequest("more than \(Self.parameterLimit) parameters")
        }
        for pair in pairs {
            let end = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            guard let name = IncomingRequest.decoded(pair[..<end]), let value = IncomingRequest.decoded(pair[end...].dropFirst()) else {
                throw .invalidRequest("the form can't be decoded")
            }
            guard parameters.updateValue(value, forKey: Array(name.utf8)) == nil else {
                throw .invalidRequest("a parameter was given twice")
            }
        }
    }

    /// A parameter's value; `nil` also without a value, which counts as left out.
    subscript(_ name: String) -> String? {
        parameters[Array(name.utf8)].flatMap { $0.isEmpty ? nil : $0 }
    }
}
