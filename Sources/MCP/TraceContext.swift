/// The parent of a request's span, as it came (B16); what is malformed is dropped.
public struct TraceContext: Sendable, Equatable {
    /// `00-<32 hex>-<16 hex>-<2 hex>` (W3C Trace Context, § 3.2).
    public let traceparent: String?
    /// Vendor entries; only beside a `traceparent`, at most 512 bytes.
    public let tracestate: String?
    /// W3C Baggage; at most 8,192 bytes.
    public let baggage: String?

    public init(traceparent: String? = nil, tracestate: String? = nil, baggage: String? = nil) {
        let parent = traceparent.flatMap { TraceContext.isParent($0) ? $0 : nil }
        self.traceparent = parent
        self.tracestate = parent == nil ? nil : tracestate.flatMap { TraceContext.isVisible($0, limit: 512) ? $0 : nil }
        self.baggage = baggage.flatMap { TraceContext.isVisible($0, limit: 8192) ? $0 : nil }
    }

    private init(_ span: TraceContext, baggage: String?) {
        (traceparent, tracestate) = (span.traceparent, span.tracestate)
        self.baggage = baggage
    }

    /// What isn't said here as the other says it; a span and its vendors' entries stay together.
    func completed(by other: TraceContext) -> TraceContext {
        if traceparent == nil, baggage == nil { return other }
        return TraceContext(traceparent == nil ? other : self, baggage: baggage ?? other.baggage)
    }

    private static func isParent(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[0].count == 2, parts[1].count == 32, parts[2].count == 16, parts[3].count == 2 else { return false }
        // Version ff is forbidden; version 00 has exactly four parts; ids of zeros only are invalid.
        guard !parts[0].elementsEqual("ff".utf8), parts.count == 4 || !parts[0].elementsEqual("00".utf8) else { return false }
        guard parts[1].contains(where: { $0 != 0x30 }), parts[2].contains(where: { $0 != 0x30 }) else { return false }
        return parts.prefix(4).allSatisfy { $0.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) } }
            && text.utf8.count <= 256
    }

    private static func isVisible(_ text: String, limit: Int) -> Bool {
        !text.isEmpty && text.utf8.count <= limit && text.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x09 }
    }
}
