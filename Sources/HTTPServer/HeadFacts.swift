import Observability

/// What the server itself needs to know of a head's fields.
struct HeadFacts {
    private(set) var host: RequestHead.Span?
    private(set) var asksToClose = false
    private(set) var expectsContinue = false
    private(set) var correlationID: CorrelationID?
    private var contentLength: Int?
    private var isChunked = false

    mutating func note(_ field: RequestHead.Field, in bytes: [UInt8]) throws(Problem) {
        let name = field.name.range
        switch name.count {
        case 4 where Self.equal(bytes[name], "host"):
            guard host == nil else { throw .duplicateHeader("Host") }
            host = field.value
        case 6 where Self.equal(bytes[name], "expect"):
            expectsContinue = Self.equal(bytes[field.value.range], "100-continue")
        case 10 where Self.equal(bytes[name], "connection"):
            for token in bytes[field.value.range].split(separator: UInt8(ascii: ",")) {
                let token = token.drop { $0 == 0x20 || $0 == 0x09 }.prefix { $0 != 0x20 && $0 != 0x09 }
                if Self.equal(token, "close") { asksToClose = true }
            }
        case 14 where Self.equal(bytes[name], "content-length"):
            guard contentLength == nil else { throw .duplicateHeader("Content-Length") }
            guard !Self.hasTab(beside: field, in: bytes) else {
                throw .invalidRequest("Content-Length is malformed", field: "Content-Length")
            }
            contentLength = try Self.length(bytes[field.value.range])
        case 16 where Self.equal(bytes[name], "x-correlation-id"):
            correlationID = CorrelationID(String(decoding: bytes[field.value.range], as: UTF8.self))
        case 17 where Self.equal(bytes[name], "transfer-encoding"):
            guard !isChunked, Self.equal(bytes[field.value.range], "chunked"), !Self.hasTab(beside: field, in: bytes) else {
                throw .invalidRequest("only one transfer coding is taken, chunked", field: "Transfer-Encoding")
            }
            isChunked = true
        default:
            break
        }
    }

    func framing(isVersion10: Bool) throws(Problem) -> RequestHead.Framing {
        switch (isChunked, contentLength) {
        case (false, nil), (false, 0): return .none
        case (false, let length?): return .length(length)
        case (true, nil) where !isVersion10: return .chunked
        default: throw .invalidRequest("Transfer-Encoding and Content-Length or HTTP/1.0 don't go together", field: "Transfer-Encoding")
        }
    }

    /// Digits only, below 2⁶³.
    private static func length(_ value: ArraySlice<UInt8>) throws(Problem) -> Int {
        var length = 0
        for byte in value {
            let (tens, overflow) = length.multipliedReportingOverflow(by: 10)
            let (sum, overflowToo) = tens.addingReportingOverflow(Int(byte) - 0x30)
            guard (0x30...0x39).contains(byte), !overflow, !overflowToo else {
                throw .invalidRequest("Content-Length is malformed", field: "Content-Length")
            }
            length = sum
        }
        guard !value.isEmpty else { throw .invalidRequest("Content-Length is malformed", field: "Content-Length") }
        return length
    }

    /// A tab is white space as a blank is (RFC 9112, § 5.1), but parsers disagree about it, and about a body's end they mustn't.
    private static func hasTab(beside field: RequestHead.Field, in bytes: [UInt8]) -> Bool {
        let line = bytes[field.name.range.upperBound...].prefix { $0 != 0x0D }
        return line.contains(0x09)
    }

    private static func equal(_ bytes: ArraySlice<UInt8>, _ lowercased: StaticString) -> Bool {
        guard bytes.count == lowercased.utf8CodeUnitCount else { return false }
        return lowercased.withUTF8Buffer { expected in
            var index = bytes.startIndex
            for byte in expected {
                guard bytes[index].asciiLowercased == byte else { return false }
                index += 1
            }
            return true
        }
    }
}

/// The grammar of `Host` (RFC 9110 § 7.2, RFC 3986 § 3.2.2).
enum HostSyntax {
    /// A name or address, not empty, and perhaps a port; no user information.
    static func isValid(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        if rest.first == UInt8(ascii: "[") {
            guard let end = rest.firstIndex(of: UInt8(ascii: "]")), end > rest.startIndex + 1 else { return false }
            guard rest[(rest.startIndex + 1)..<end].allSatisfy({ $0.hexDigitValue != nil || $0 == 0x3A || $0 == 0x2E }) else {
                return false
            }
            rest = rest[(end + 1)...]
        } else {
            let name = rest.prefix { $0 != UInt8(ascii: ":") }
            guard !name.isEmpty, name.allSatisfy(isNameByte) else { return false }
            rest = rest[name.endIndex...]
        }
        guard let colon = rest.first else { return true }
        return colon == UInt8(ascii: ":") && rest.count <= 6 && rest.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        // A comma, which the grammar allows, stands in no name, but some put it between two hosts.
        case 0x2D, 0x2E, 0x5F, 0x7E, 0x21, 0x24...0x2B, 0x3B, 0x3D: true
        default: false
        }
    }
}
