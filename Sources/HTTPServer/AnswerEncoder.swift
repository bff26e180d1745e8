import HTTPTypes
import NIOCore
import Observability

/// Writes answers' heads.
///
/// One a connection, on its event loop: keeps the buffer and the date of the last answer.
struct AnswerEncoder {
    /// What the end of the body looks like.
    enum Length {
        case none
        case bytes(Int)
        case chunked
        case untilClose
    }

    /// Bodies up to this size are copied behind their head, so that one small write does.
    static let copyLimit = 16_384

    private var buffer = ByteBuffer()
    private var date: [UInt8] = []
    private var dateSecond = Int64.min

    /// The whole head; a body may be written behind it.
    mutating func head(_ answer: Answer, _ length: Length, correlationID: CorrelationID, closes: Bool, reserving extra: Int = 0)
        -> ByteBuffer
    {
        // Given back by the socket by now, as a rule; then this allocates nothing.
        var head = buffer
        buffer = ByteBuffer()
        head.clear(minimumCapacity: 512 + extra)
        head.writeStaticString("HTTP/1.1 ")
        head.writeDecimal(answer.status.code)
        head.writeInteger(UInt8(ascii: " "))
        head.writeString(answer.status.reasonPhrase)
        refreshDate()
        head.writeBytes(date)
        head.writeStaticString("\r\nX-Correlation-ID: ")
        head.write(correlationID)
        if let type = answer.contentType {
            head.writeStaticString("\r\nContent-Type: ")
            head.writeStaticString(type)
        }
        switch length {
        case .none, .untilClose:
            break
        case .bytes(let count):
            head.writeStaticString("\r\nContent-Length: ")
            head.writeDecimal(count)
        case .chunked:
            head.writeStaticString("\r\nTransfer-Encoding: chunked")
        }
        if closes { head.writeStaticString("\r\nConnection: close") }
        for field in answer.headers {
            head.writeStaticString("\r\n")
            head.writeString(field.name.rawName)
            head.writeStaticString(": ")
            head.writeString(field.value)
        }
        head.writeStaticString("\r\n\r\n")
        return head
    }

    /// Takes a buffer back to be used again.
    mutating func recycle(_ used: ByteBuffer) {
        if used.capacity <= 4096 { buffer = used }
    }

    private mutating func refreshDate() {
        let second = WallClock.milliseconds() / 1000
        guard second != dateSecond else { return }
        dateSecond = second
        date = Array("\r\nDate: ".utf8) + HTTPDate.bytes(ofSeconds: second)
    }
}

extension ByteBuffer {
    fileprivate mutating func writeDecimal(_ number: Int) {
        guard number >= 10 else {
            writeInteger(UInt8(truncatingIfNeeded: 0x30 &+ max(0, number)))
            return
        }
        var divisor = 1
        while number / divisor >= 10 { divisor *= 10 }
        while divisor > 0 {
            writeInteger(UInt8(truncatingIfNeeded: 0x30 &+ number / divisor % 10))
            divisor /= 10
        }
    }

    fileprivate mutating func write(_ id: CorrelationID) {
        writeWithUnsafeMutableBytes(minimumWritableBytes: 64) { bytes in
            var count = 0
            id.forEachByte { byte in
                guard count < bytes.count else { return }
                bytes[count] = byte
                count += 1
            }
            return count
        }
    }
}

/// The date format of HTTP (RFC 9110 § 5.6.7).
enum HTTPDate {
    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func bytes(ofSeconds seconds: Int64) -> [UInt8] {
        let fields = WallClock.fields(ofSeconds: seconds)
        var text = days[fields.weekday] + ", " + two(fields.day) + " " + months[fields.month - 1]
        text += " " + String(fields.year) + " " + two(fields.hour)
        text += ":" + two(fields.minute) + ":" + two(fields.second) + " GMT"
        return Array(text.utf8)
    }

    private static func two(_ number: Int) -> String {
        number < 10 ? "0\(number)" : String(number)
    }
}
