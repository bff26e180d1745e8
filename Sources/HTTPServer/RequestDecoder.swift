package import NIOCore

/// Bytes in, requests out.
///
/// No I/O and no clock: the connection asks for the next event until it needs more.
package struct RequestDecoder {
    package enum Event {
        case needsMore
        /// Say now how much body is taken, with `readBody(limit:)`.
        case head(RequestHead)
        case request(RequestHead, body: ByteBuffer)
        /// The body is more than the limit and isn't read.
        case oversized(RequestHead)
        /// Answer this and close.
        ///
        /// The head is there if it was understood.
        case refusal(Problem, RequestHead?)
    }

    /// What the next byte would belong to.
    enum Place: Equatable {
        case betweenRequests
        case head
        case body
        /// Nothing is read any more.
        case ended
    }

    private enum State {
        case head
        case headDone(RequestHead)
        case fixed(RequestHead, ByteBuffer, remaining: Int)
        case chunked(RequestHead, ChunkedBody)
        case ended
    }

    private var state = State.head
    private var input = ByteBuffer()
    private var scan = HeadScan()

    /// Bytes received that no request has taken.
    var pendingBytes: Int { input.readableBytes }

    /// Body bytes received of the request being read.
    var bodyBytes: Int {
        switch state {
        case .fixed(_, let body, _): body.readableBytes
        case .chunked(_, let body): body.body.readableBytes
        default: 0
        }
    }

    /// The head of the request whose body is being read.
    var head: RequestHead? {
        switch state {
        case .headDone(let head), .fixed(let head, _, _), .chunked(let head, _): head
        case .head, .ended: nil
        }
    }

    var place: Place {
        switch state {
        case .head: input.readableBytes == 0 ? .betweenRequests : .head
        case .headDone, .fixed, .chunked: .body
        case .ended: .ended
        }
    }

    package init() {}

    package mutating func append(_ bytes: ByteBuffer) {
        if input.readableBytes == 0 {
            input = bytes
        } else {
            // A buffer keeps what was read from it: a client that always sends one byte ahead would make it grow for ever.
            input.discardReadBytes()
            input.writeImmutableBuffer(bytes)
        }
    }

    package mutating func next() -> Event {
        switch state {
        case .head: return readHead()
        case .headDone, .ended: return .needsMore
        case .fixed(let head, let body, let remaining): return readFixed(head, body, remaining)
        case .chunked(let head, let body): return readChunked(head, body)
        }
    }

    /// Follows `.head`: goes on with a body of at most `limit` bytes.
    package mutating func readBody(limit: Int) -> Event {
        guard case .headDone(let head) = state else { return .needsMore }
        switch head.framing {
        case .none:
            state = .head
            return .request(head, body: ByteBuffer())
        case .length(let length) where length > limit:
            state = .ended
            return .oversized(head)
        case .length(let length):
            return readFixed(head, ByteBuffer(), length)
        case .chunked:
            return readChunked(head, ChunkedBody(limit: limit))
        }
    }

    /// Stops reading for good; what still comes is dropped.
    mutating func end() {
        state = .ended
        input = ByteBuffer()
    }

    private mutating func readHead() -> Event {
        let found = input.withUnsafeReadableBytes { scan.find(in: $0) }
        switch found {
        case .needsMore:
            return .needsMore
        case .refused(let problem):
            return refuse(problem, nil)
        case .complete(let skipped, let count):
            input.moveReaderIndex(forwardBy: skipped)
            guard let bytes = input.readBytes(length: count) else { return refuse(.headTooLarge, nil) }
            scan = HeadScan()
            do {
                let head = try HeadParser.parse(bytes)
                state = .headDone(head)
                return .head(head)
            } catch {
                return refuse(error, nil)
            }
        }
    }

    private mutating func readFixed(_ head: RequestHead, _ body: ByteBuffer, _ remaining: Int) -> Event {
        // The state lets go of the body first, or every part would copy it.
        state = .ended
        var body = body
        let count = min(remaining, input.readableBytes)
        guard var part = input.readSlice(length: count) else { return .needsMore }
        if body.readableBytes == 0 { body = part } else { body.writeBuffer(&part) }
        guard count == remaining else {
            state = .fixed(head, body, remaining: remaining - count)
            return .needsMore
        }
        state = .head
        return .request(head, body: body)
    }

    private mutating func readChunked(_ head: RequestHead, _ body: ChunkedBody) -> Event {
        state = .ended
        var body = body
        switch body.read(&input) {
        case .needsMore:
            state = .chunked(head, body)
            return .needsMore
        case .complete:
            state = .head
            return .request(head, body: body.body)
        case .tooLarge:
            return .oversized(head)
        case .malformed:
            return refuse(.invalidRequest("chunked body is malformed"), head)
        }
    }

    private mutating func refuse(_ problem: Problem, _ head: RequestHead?) -> Event {
        end()
        return .refusal(problem, head)
    }
}

/// Finds a head's end; goes on where it stopped, so that a head in many pieces costs no more than one in one piece.
private struct HeadScan {
    enum Result {
        case needsMore
        case complete(skipped: Int, count: Int)
        case refused(Problem)
    }

    private var position = 0
    private var lineStart = 0
    private var lines = 0
    private var start = 0
    private var firstLineEnd = 0

    mutating func find(in bytes: UnsafeRawBufferPointer) -> Result {
        // One empty line before the request line is taken for the end of a sloppy body (RFC 9112 § 2.2).
        if position == 0, bytes.count >= 1, bytes[0] == 0x0D {
            guard bytes.count >= 2 else { return .needsMore }
            guard bytes[1] == 0x0A else { return .refused(.invalidRequest("request line is malformed")) }
            (start, position, lineStart) = (2, 2, 2)
        }
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            guard byte <= 0x0D else { continue }
            if byte == 0x0A {
                guard position - lineStart >= 2, bytes[position - 2] == 0x0D else { return .refused(malformed) }
                let isEmpty = position - lineStart == 2
                if lines == 0 {
                    guard !isEmpty else { return .refused(malformed) }
                    if let problem = requestLineProblem(bytes, position - 2) { return .refused(problem) }
                    firstLineEnd = position
                } else {
                    guard position - firstLineEnd <= HeadParser.headLimit else { return .refused(.headTooLarge) }
                    if isEmpty { return .complete(skipped: start, count: position - start) }
                    guard lines <= HeadParser.fieldCountLimit else { return .refused(.headTooLarge) }
                }
                lines += 1
                lineStart = position
            } else if byte == 0 {
                return .refused(malformed)
            }
        }
        if lines == 0 {
            if let problem = requestLineProblem(bytes, position) { return .refused(problem) }
        } else if position - firstLineEnd > HeadParser.headLimit {
            return .refused(.headTooLarge)
        }
        return .needsMore
    }

    private var malformed: Problem { .invalidRequest("request head is malformed") }

    /// The target alone has the limit, so that one of exactly 8 KiB passes with any method.
    private func requestLineProblem(_ bytes: UnsafeRawBufferPointer, _ end: Int) -> Problem? {
        guard end - start > HeadParser.targetLimit else { return nil }
        let line = bytes[start..<end]
        guard let space = line.firstIndex(of: 0x20), space - start <= 32 else { return malformed }
        let target = line[(space + 1)...].prefix { $0 != 0x20 }
        if target.count > HeadParser.targetLimit { return .targetTooLong }
        return line.endIndex - target.endIndex > 16 ? malformed : nil
    }
}
