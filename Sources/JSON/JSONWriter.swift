/// Appends JSON to a buffer of bytes.
///
/// Commas and colons are its business; that containers are closed and members have keys is the caller's.
public struct JSONWriter: Sendable {
    /// What has been written.
    public private(set) var bytes: [UInt8] = []
    /// Whether a value stands right before the end, so that a comma is due before the next.
    private var needsComma = false

    /// Makes an empty buffer with room for this many bytes.
    public init(reserving capacity: Int = 512) {
        bytes.reserveCapacity(max(capacity, 0))
    }

    /// Opens an object.
    public mutating func beginObject() {
        open(JSONByte.openingBrace)
    }

    /// Closes the object.
    public mutating func endObject() {
        close(JSONByte.closingBrace)
    }

    /// Opens an array.
    public mutating func beginArray() {
        open(JSONByte.openingBracket)
    }

    /// Closes the array.
    public mutating func endArray() {
        close(JSONByte.closingBracket)
    }

    /// Writes an object around what `body` writes.
    public mutating func object(_ body: (inout JSONWriter) throws -> Void) rethrows {
        beginObject()
        try body(&self)
        endObject()
    }

    /// Writes an array around what `body` writes.
    public mutating func array(_ body: (inout JSONWriter) throws -> Void) rethrows {
        beginArray()
        try body(&self)
        endArray()
    }

    /// Writes a key as it is: a constant that needs no escape.
    public mutating func key(_ name: StaticString) {
        separate()
        bytes.append(JSONByte.quote)
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        bytes.append(JSONByte.quote)
        bytes.append(JSONByte.colon)
        needsComma = false
    }

    /// Writes any key.
    public mutating func key(escaping name: String) {
        separate()
        appendQuoted(name)
        bytes.append(JSONByte.colon)
        needsComma = false
    }

    /// Writes a string.
    public mutating func string(_ text: String) {
        separate()
        appendQuoted(text)
        needsComma = true
    }

    /// Writes an integer, exactly.
    public mutating func integer(_ number: some FixedWidthInteger) {
        separate()
        if let small = Int64(exactly: number) {
            appendDigits(of: small)
        } else {
            bytes.append(contentsOf: String(number).utf8)
        }
        needsComma = true
    }

    /// Writes the shortest digits that read back as the same double; not finite becomes null.
    public mutating func double(_ number: Double) {
        guard number.isFinite else {
            return null()
        }
        separate()
        // The forms of a finite double's description ("5.0", "1e+16", "5e-324", "-0.0") are all valid JSON.
        bytes.append(contentsOf: number.description.utf8)
        needsComma = true
    }

    /// Writes `true` or `false`.
    public mutating func boolean(_ value: Bool) {
        raw(value ? "true" : "false" as StaticString)
    }

    /// Writes `null`.
    public mutating func null() {
        raw("null" as StaticString)
    }

    /// Copies one complete JSON value verbatim.
    public mutating func raw(_ value: some Collection<UInt8>) {
        separate()
        bytes.append(contentsOf: value)
        needsComma = true
    }

    /// Copies one complete JSON value verbatim.
    public mutating func raw(_ value: StaticString) {
        separate()
        value.withUTF8Buffer { bytes.append(contentsOf: $0) }
        needsComma = true
    }

    /// Copies a value's bytes.
    public mutating func value(_ value: JSONValue) {
        raw(value.bytes)
    }

    private mutating func open(_ byte: UInt8) {
        separate()
        bytes.append(byte)
        needsComma = false
    }

    private mutating func close(_ byte: UInt8) {
        bytes.append(byte)
        needsComma = true
    }

    @inline(__always)
    private mutating func separate() {
        if needsComma {
            bytes.append(JSONByte.comma)
        }
    }

    private mutating func appendQuoted(_ text: String) {
        bytes.append(JSONByte.quote)
        var text = text
        text.withUTF8 { bytes.appendEscaping($0) }
        bytes.append(JSONByte.quote)
    }

    private mutating func appendDigits(of number: Int64) {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 20) { digits in
            // 19 digits and a minus at most, so the index stays inside; the buffer is filled from its end.
            var start = 20
            var rest = number.magnitude
            repeat {
                start -= 1
                digits[start] = JSONByte.zero + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            } while rest > 0
            if number < 0 {
                start -= 1
                digits[start] = JSONByte.minus
            }
            bytes.append(contentsOf: UnsafeBufferPointer(rebasing: digits[start...]))
        }
    }
}
