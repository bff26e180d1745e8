import NIOCore

/// Takes a chunked body apart (RFC 9112 § 7.1): no extensions, no trailers, nothing but CRLF.
struct ChunkedBody {
    enum Progress: Equatable {
        case needsMore
        case complete
        case tooLarge
        case malformed
    }

    private enum State {
        case size(value: Int, digits: Int)
        case sizeEnd(Int)
        case data(Int)
        case dataEnd
        case dataEndLF
        case lastLine
        case lastLF
    }

    private var state = State.size(value: 0, digits: 0)
    private let limit: Int
    private(set) var body = ByteBuffer()

    /// `limit` is in bytes of data.
    init(limit: Int) {
        self.limit = limit
    }

    /// Consumes as much of `input` as belongs to the body.
    mutating func read(_ input: inout ByteBuffer) -> Progress {
        while true {
            if case .data(let remaining) = state {
                guard input.readableBytes > 0 else { return .needsMore }
                guard var slice = input.readSlice(length: min(remaining, input.readableBytes)) else { return .malformed }
                let count = slice.readableBytes
                body.writeBuffer(&slice)
                state = count == remaining ? .dataEnd : .data(remaining - count)
                continue
            }
            guard let byte: UInt8 = input.readInteger() else { return .needsMore }
            switch (state, byte) {
            case (.size(let value, let digits), _) where byte.hexDigitValue != nil:
                // Fifteen digits can't overflow, and nobody needs more.
                guard digits < 15 else { return .malformed }
                state = .size(value: value << 4 | Int(byte.hexDigitValue ?? 0), digits: digits + 1)
            case (.size(let value, 1...), 0x0D):
                state = .sizeEnd(value)
            case (.sizeEnd(0), 0x0A):
                state = .lastLine
            case (.sizeEnd(let size), 0x0A):
                guard size <= limit - body.readableBytes else { return .tooLarge }
                state = .data(size)
            case (.dataEnd, 0x0D):
                state = .dataEndLF
            case (.dataEndLF, 0x0A):
                state = .size(value: 0, digits: 0)
            case (.lastLine, 0x0D):
                state = .lastLF
            case (.lastLF, 0x0A):
                return .complete
            default:
                return .malformed
            }
        }
    }
}
