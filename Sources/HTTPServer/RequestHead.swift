package import HTTPTypes
package import Observability
import Synchronization

/// A request's head as it stood on the wire, checked by `HeadParser`.
///
/// One object a request: fields are positions in the bytes received, and become text only when somebody asks.
package final class RequestHead: Sendable {
    struct Field: Sendable {
        let name: Span
        let value: Span
    }

    /// A part of `bytes`; a head has at most 40 KiB, so two 16-bit numbers do.
    struct Span: Sendable {
        let start: UInt16
        let count: UInt16

        var range: Range<Int> { Int(start)..<Int(start) + Int(count) }
    }

    /// How the body's end is found (RFC 9112 § 6.3).
    enum Framing: Sendable, Equatable {
        case none
        case length(Int)
        case chunked
    }

    let bytes: [UInt8]
    let fields: [Field]
    /// Which lengths names have, modulo 64: most questions for a field end here.
    private let nameLengths: UInt64
    package let method: HTTPRequest.Method
    let targetSpan: Span
    let pathSpan: Span
    let authority: Span
    let framing: Framing
    let isVersion10: Bool
    /// Nothing is read behind this request.
    package let asksToClose: Bool
    let expectsContinue: Bool
    package let correlationID: CorrelationID
    /// Found out after the head was read; for the log.
    private let observed = Mutex<ObservedCaller?>(nil)

    init(
        bytes: [UInt8],
        fields: [Field],
        method: HTTPRequest.Method,
        target: Span,
        path: Span,
        authority: Span,
        framing: Framing,
        isVersion10: Bool,
        asksToClose: Bool,
        expectsContinue: Bool,
        correlationID: CorrelationID
    ) {
        self.bytes = bytes
        self.fields = fields
        nameLengths = fields.reduce(0) { $0 | 1 << UInt64($1.name.count & 63) }
        self.method = method
        targetSpan = target
        pathSpan = path
        self.authority = authority
        self.framing = framing
        self.isVersion10 = isVersion10
        self.asksToClose = asksToClose
        self.expectsContinue = expectsContinue
        self.correlationID = correlationID
    }

    /// The request target exactly as sent.
    package var target: String { text(targetSpan) }

    /// The field lines in their order, names as sent.
    package var fieldLines: [(name: String, value: String)] { fields.map { (text($0.name), text($0.value)) } }

    /// Who asks, once that is found out; for the log.
    var caller: ObservedCaller? {
        get { observed.withLock { $0 } }
        set { observed.withLock { $0 = newValue } }
    }

    func text(_ span: Span) -> String {
        String(decoding: bytes[span.range], as: UTF8.self)
    }

    /// Positions of the values of every field with this (lower-case) name.
    func values(_ canonicalName: String) -> [Span] {
        guard mayHave(canonicalName) else { return [] }
        return fields.lazy.filter { self.isNamed($0, canonicalName) }.map(\.value)
    }

    /// The values of every field with this (lower-case) name.
    func texts(_ canonicalName: String) -> [String] {
        // Few have any, and those have one.
        guard mayHave(canonicalName) else { return [] }
        var texts: [String] = []
        for field in fields where isNamed(field, canonicalName) { texts.append(text(field.value)) }
        return texts
    }

    func firstValue(_ canonicalName: String) -> Span? {
        guard mayHave(canonicalName) else { return nil }
        for field in fields where isNamed(field, canonicalName) { return field.value }
        return nil
    }

    /// The value of a field that is there once.
    func onlyValue(_ canonicalName: String) -> Span? {
        var only: Span?
        for field in fields where isNamed(field, canonicalName) {
            guard only == nil else { return nil }
            only = field.value
        }
        return only
    }

    /// nil unless the header is there exactly once.
    var traceparent: String? {
        guard mayHave("traceparent"), let value = onlyValue("traceparent") else { return nil }
        return text(value)
    }

    /// Whether there is a query, empty or not.
    var hasQuery: Bool { pathSpan.range.upperBound < targetSpan.range.upperBound }

    /// The query: what stands behind the first "?", nil without one.
    var query: ArraySlice<UInt8>? {
        guard hasQuery else { return nil }
        return bytes[(pathSpan.range.upperBound + 1)..<targetSpan.range.upperBound]
    }

    private func mayHave(_ canonicalName: String) -> Bool {
        nameLengths & 1 << UInt64(canonicalName.utf8.count & 63) != 0
    }

    private func isNamed(_ field: Field, _ canonicalName: String) -> Bool {
        var name = canonicalName
        guard Int(field.name.count) == name.utf8.count else { return false }
        let start = Int(field.name.start)
        return name.withUTF8 { name in
            // The last byte first: names of one length often begin alike.
            for offset in stride(from: name.count - 1, through: 0, by: -1) where bytes[start + offset].asciiLowercased != name[offset] {
                return false
            }
            return true
        }
    }
}

extension UInt8 {
    /// This letter in lower case, if it is an ASCII letter.
    var asciiLowercased: UInt8 {
        self >= 0x41 && self <= 0x5A ? self | 0x20 : self
    }
}
