import HTTPTypes
import Observability

/// Reads a request's head, strictly (RFC 9112 § 2–6, without the leniencies that request smuggling lives on).
///
/// This is the only reader of a request: no second parser can disagree with it.
enum HeadParser {
    static let targetLimit = 8192
    static let headLimit = 32_768
    static let fieldLimit = 16_384
    static let fieldCountLimit = 100

    /// `bytes` is a whole head with its last empty line; every LF in it follows a CR.
    static func parse(_ bytes: [UInt8]) throws(Problem) -> RequestHead {
        guard bytes.count <= UInt16.max else { throw .headTooLarge }
        var reader = HeadReader(bytes: bytes)
        let (method, target, isVersion10) = try reader.requestLine()
        var fields: [RequestHead.Field] = []
        fields.reserveCapacity(12)
        while let field = try reader.field() {
            guard fields.count < fieldCountLimit else { throw .headTooLarge }
            fields.append(field)
        }
        var facts = HeadFacts()
        for field in fields { try facts.note(field, in: bytes) }
        guard let authority = facts.host else { throw .invalidRequest("Host is missing", field: "Host") }
        guard HostSyntax.isValid(bytes[authority.range]) else { throw .invalidRequest("Host is malformed", field: "Host") }
        let path = try path(of: target, authority: authority, in: bytes)
        return RequestHead(
            bytes: bytes,
            fields: fields,
            method: method,
            target: target,
            path: path,
            authority: authority,
            framing: try facts.framing(isVersion10: isVersion10),
            isVersion10: isVersion10,
            asksToClose: facts.asksToClose || isVersion10,
            expectsContinue: facts.expectsContinue && !isVersion10,
            correlationID: facts.correlationID ?? CorrelationID()
        )
    }

    /// Origin form, or absolute form whose authority is the `Host` (RFC 9112 § 3.2).
    private static func path(of target: RequestHead.Span, authority: RequestHead.Span, in bytes: [UInt8]) throws(Problem)
        -> RequestHead.Span
    {
        var start = target.range.lowerBound
        let end = target.range.upperBound
        if bytes[start] != UInt8(ascii: "/") {
            guard let schemeEnd = schemeEnd(of: bytes[start..<end]) else { throw .invalidRequest("request target is malformed") }
            let rest = bytes[schemeEnd..<end]
            start = rest.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? end
            guard
                bytes[schemeEnd..<start].lazy.map(\.asciiLowercased).elementsEqual(bytes[authority.range].lazy.map(\.asciiLowercased)),
                start < end, bytes[start] == UInt8(ascii: "/")
            else {
                throw .invalidRequest("request target and Host differ", field: "Host")
            }
        }
        let path = bytes[start..<end].prefix { $0 != UInt8(ascii: "?") }
        // %00 is no text in any path.
        var index = path.startIndex
        while let percent = path[index...].firstIndex(of: UInt8(ascii: "%")) {
            if path[percent...].dropFirst().starts(with: "00".utf8) { throw .invalidRequest("request target is malformed") }
            index = percent + 1
        }
        return .init(start: UInt16(truncatingIfNeeded: start), count: UInt16(truncatingIfNeeded: path.count))
    }

    private static func schemeEnd(of target: ArraySlice<UInt8>) -> Int? {
        for scheme in ["http://", "https://"] where target.prefix(scheme.utf8.count).lazy.map(\.asciiLowercased).elementsEqual(scheme.utf8)
        {
            return target.startIndex + scheme.utf8.count
        }
        return nil
    }
}

/// Walks over a head's lines.
private struct HeadReader {
    let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func requestLine() throws(Problem) -> (HTTPRequest.Method, RequestHead.Span, isVersion10: Bool) {
        let start = position
        while position < bytes.count, Character.isToken(bytes[position]) { position += 1 }
        guard position - start <= 32, let method = method(start..<position), take(UInt8(ascii: " ")) else {
            throw .invalidRequest("request line is malformed")
        }
        let target = position
        while position < bytes.count, Character.isTarget(bytes[position]) { position += 1 }
        let count = position - target
        guard count > 0, take(UInt8(ascii: " ")) else { throw .invalidRequest("request line is malformed") }
        let version = bytes[position...].prefix(8)
        position += version.count
        let is11 = version.elementsEqual("HTTP/1.1".utf8)
        guard is11 || version.elementsEqual("HTTP/1.0".utf8), take(0x0D), take(0x0A) else {
            throw .invalidRequest("request line is malformed or not HTTP/1.1")
        }
        return (method, .init(start: UInt16(truncatingIfNeeded: target), count: UInt16(truncatingIfNeeded: count)), !is11)
    }

    /// Nil at the empty line.
    mutating func field() throws(Problem) -> RequestHead.Field? {
        if take(0x0D) {
            guard take(0x0A), position == bytes.count else { throw .invalidRequest("request head is malformed") }
            return nil
        }
        let start = position
        while position < bytes.count, Character.isToken(bytes[position]) { position += 1 }
        let nameCount = position - start
        guard nameCount > 0, take(UInt8(ascii: ":")) else { throw .invalidRequest("a header field name is malformed") }
        while position < bytes.count, Character.isBlank(bytes[position]) { position += 1 }
        let value = position
        while position < bytes.count, Character.isValue(bytes[position]) { position += 1 }
        var end = position
        while end > value, Character.isBlank(bytes[end - 1]) { end -= 1 }
        guard take(0x0D), take(0x0A) else { throw .invalidRequest("a header field value is malformed") }
        guard position - start - 2 <= HeadParser.fieldLimit else { throw .headTooLarge }
        return RequestHead.Field(
            name: .init(start: UInt16(truncatingIfNeeded: start), count: UInt16(truncatingIfNeeded: nameCount)),
            value: .init(start: UInt16(truncatingIfNeeded: value), count: UInt16(truncatingIfNeeded: end - value))
        )
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private func method(_ range: Range<Int>) -> HTTPRequest.Method? {
        let name = bytes[range]
        if name.elementsEqual("GET".utf8) { return .get }
        if name.elementsEqual("POST".utf8) { return .post }
        return HTTPRequest.Method(String(decoding: name, as: UTF8.self))
    }
}

/// The characters of RFC 9110 § 5.5, 5.6.2.
private enum Character {
    static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: false
        }
    }

    /// Visible ASCII but "#", which no target on the wire has.
    static func isTarget(_ byte: UInt8) -> Bool { byte > 0x20 && byte < 0x7F && byte != 0x23 }

    static func isValue(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == 0x09 }

    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
