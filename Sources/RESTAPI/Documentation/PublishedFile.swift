import Auth
import HTTPServer
import HTTPTypes
import NIOCore
import Synchronization

/// What is made once, when it is first asked for, and served as long as the program runs.
final class PublishedFile: Sendable {
    private let contentType: StaticString
    private let headers: HTTPFields
    private let make: @Sendable () -> [UInt8]
    private let made = Mutex<(bytes: ByteBuffer, tag: String)?>(nil)

    init(_ contentType: StaticString, headers: HTTPFields = [:], make: @escaping @Sendable () -> [UInt8]) {
        self.contentType = contentType
        self.headers = headers
        self.make = make
    }

    /// 304 without a body where the request names what there is (RFC 9110, § 13.1.2).
    func answer(to request: IncomingRequest) -> Answer {
        let (bytes, tag) = content
        var headers = headers
        headers[.eTag] = tag
        headers[.cacheControl] = "no-cache"
        guard !request.names(tag) else { return .empty(.notModified, headers: headers) }
        return Answer(.ok, contentType: contentType, headers: headers, body: .bytes(bytes))
    }

    /// Two first requests at once may make it twice, but it is the same both times.
    private var content: (bytes: ByteBuffer, tag: String) {
        if let made = made.withLock({ $0 }) { return made }
        let bytes = make()
        let digits = Fingerprint.of([bytes]).prefix(12).map { byte in
            let digits = String(byte, radix: 16)
            return digits.utf8.count == 1 ? "0" + digits : digits
        }
        let content = (bytes: ByteBuffer(bytes: bytes), tag: "\"\(digits.joined())\"")
        made.withLock { $0 = content }
        return content
    }
}

extension IncomingRequest {
    /// Whether `If-None-Match` has this tag, weak or not, or `*`.
    fileprivate func names(_ tag: String) -> Bool {
        headerValues(.ifNoneMatch).contains { value in
            value.utf8.split(separator: UInt8(ascii: ",")).contains { part in
                var candidate = Substring(part).drop { $0 == " " || $0 == "\t" }
                while let last = candidate.last, last == " " || last == "\t" { candidate.removeLast() }
                if candidate.hasPrefix("W/") { candidate = candidate.dropFirst(2) }
                return candidate.utf8.elementsEqual(tag.utf8) || candidate.utf8.elementsEqual("*".utf8)
            }
        }
    }
}
