import JSON

/// Writes fields one after the other, each after its length in two bytes.
struct StateWriter {
    var bytes: [UInt8] = []

    mutating func append(_ number: Int64) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// A field of 64 KiB and more has a wrong length, but is there as a whole.
    mutating func append(_ field: some Collection<UInt8>) {
        appendCount(field.count)
        bytes += field
    }

    mutating func append<Element>(_ list: [Element], _ write: (inout StateWriter, Element) -> Void) {
        appendCount(list.count)
        for element in list { write(&self, element) }
    }

    private mutating func appendCount(_ count: Int) {
        bytes.append(UInt8(truncatingIfNeeded: count >> 8))
        bytes.append(UInt8(truncatingIfNeeded: count))
    }
}

/// Reads what `StateWriter` wrote; nil for anything else.
struct StateReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() -> UInt8? {
        rest.popFirst()
    }

    mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
        guard rest.count >= count else { return nil }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func integer() -> Int64? {
        bytes(8).map { Int64(bitPattern: $0.reduce(0) { $0 << 8 | UInt64($1) }) }
    }

    mutating func field() -> ArraySlice<UInt8>? {
        count().flatMap { bytes($0) }
    }

    mutating func text() -> String? {
        field().flatMap { String(validating: $0, as: UTF8.self) }
    }

    mutating func json() -> JSONValue? {
        field().flatMap { try? JSONValue(parsing: Array($0), limits: .message) }
    }

    mutating func list<Element>(_ read: (inout StateReader) -> Element?) -> [Element]? {
        guard let count = count() else { return nil }
        var list: [Element] = []
        for _ in 0..<count {
            guard let element = read(&self) else { return nil }
            list.append(element)
        }
        return list
    }

    private mutating func count() -> Int? {
        bytes(2).map { $0.reduce(0) { $0 << 8 | Int($1) } }
    }
}
