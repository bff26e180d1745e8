import MCP
import Observability
import Testing

/// `traceparent` by the rules of W3C Trace Context, § 3.2, as the protocol and the log read it.
@Suite("Places in a trace")
struct TraceParentTests {
    private static let trace = "0af7651916cd43dd8448eb211c80319c"
    private static let span = "b7ad6b7169203331"
    private static let good = "00-\(trace)-\(span)-01"

    /// Each text, and whether it says a place.
    static let cases: [(text: String, isRead: Bool)] = [
        (good, true),
        ("00-\(trace)-\(span)-00", true),
        ("00-\(trace)-\(span)-ff", true),
        ("00-\(trace)-\(span)-02", true),
        ("00-00000000000000000000000000000001-\(span)-01", true),
        ("00-10000000000000000000000000000000-\(span)-01", true),
        ("00-\(trace)-0000000000000001-01", true),
        ("01-\(trace)-\(span)-01", true),
        ("cc-\(trace)-\(span)-01-what the future will be like", true),
        ("fe-\(trace)-\(span)-01-", true),
        ("ff-\(trace)-\(span)-01", false),
        ("00-\(trace)-\(span)-01-", false),
        ("00-\(trace)-\(span)-01-x", false),
        ("01-\(trace)-\(span)-01.x", false),
        ("01-\(trace)-\(span)-011", false),
        ("00-00000000000000000000000000000000-\(span)-01", false),
        ("00-\(trace)-0000000000000000-01", false),
        ("00-\(trace.uppercased())-\(span)-01", false),
        ("00-\(trace)-\(span.uppercased())-01", false),
        ("0A-\(trace)-\(span)-01", false),
        ("00-\(trace)-\(span)-0A", false),
        ("00-\(trace.dropLast())-\(span)-01", false),
        ("00-\(trace)0-\(span)-01", false),
        ("00-\(trace)-\(span.dropLast())-01", false),
        ("00-\(trace)-\(span)0-01", false),
        ("00-\(trace)-\(span)-1", false),
        ("0-\(trace)-\(span)-01", false),
        ("00-\(trace)-\(span)", false),
        ("", false),
        ("00_\(trace)_\(span)_01", false),
        (" \(good)", false),
        ("\(good) ", false),
        ("00-0af7651916cd43dd8448eb211c80319g-\(span)-01", false),
        ("00-\(trace)-\(span)-0é", false),
        ("\(good),\(good)", false),
    ]

    @Test("a place is read or ignored whole, and both readers agree", arguments: cases)
    func place(_ text: String, _ isRead: Bool) throws {
        #expect((TraceContext(traceparent: text).traceparent == text) == isRead)
        let trace = RequestTrace(parent: text, of: CorrelationID())
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        let goesOn = parts.count > 1 && trace.traceID == String(parts[1])
        #expect(goesOn == isRead)
        // What goes on is of version 00, and a place itself.
        #expect(RequestTrace(parent: trace.traceparent, of: CorrelationID()).traceID == trace.traceID)
        #expect(trace.traceparent.hasPrefix("00-\(trace.traceID)-\(trace.spanID)-"))
        #expect(trace.traceparent.utf8.count == 55)
    }

    @Test("a new trace begins where none came, and each request has a span of its own")
    func begins() throws {
        var traces: Set<String> = []
        var spans: Set<String> = []
        for _ in 0..<1000 {
            let given = try #require(CorrelationID("the-same"))
            for trace in [RequestTrace(parent: nil, of: CorrelationID()), RequestTrace(parent: nil, of: given)] {
                traces.insert(trace.traceID)
                spans.insert(trace.spanID)
                #expect(trace.traceparent.hasSuffix("-00"))
            }
            spans.insert(RequestTrace(parent: Self.good, of: given).spanID)
        }
        #expect(traces.count == 2000)
        #expect(spans.count == 3000)
        let id = CorrelationID()
        #expect(RequestTrace(parent: Self.good, of: id) == RequestTrace(parent: Self.good, of: id))
        #expect(RequestTrace(parent: Self.good, of: id).spanID != Self.span)
        #expect(RequestTrace(parent: Self.good, of: id).traceparent.hasSuffix("-01"))
    }

    @Test("tracestate goes on up to 512 bytes and beside a place alone, baggage up to 8 KiB")
    func rest() {
        let long = TraceContext(
            traceparent: Self.good,
            tracestate: String(repeating: "a", count: 512),
            baggage: String(repeating: "b", count: 8192)
        )
        #expect(long.tracestate?.utf8.count == 512)
        #expect(long.baggage?.utf8.count == 8192)
        let longer = TraceContext(
            traceparent: Self.good,
            tracestate: String(repeating: "a", count: 513),
            baggage: String(repeating: "b", count: 8193)
        )
        #expect(longer.tracestate == nil && longer.baggage == nil && longer.traceparent == Self.good)
        #expect(TraceContext(tracestate: "a=b").tracestate == nil)
        #expect(TraceContext(traceparent: Self.good, baggage: "a\r\nb: c").baggage == nil)
    }
}
