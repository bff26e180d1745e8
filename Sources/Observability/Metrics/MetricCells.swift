import Synchronization

/// A number that only grows.
package final class Counter: Sendable {
    private let cell = Atomic(0)

    @inline(__always)
    package func add(_ amount: Int = 1) {
        cell.wrappingAdd(amount, ordering: .relaxed)
    }

    package var value: Int { cell.load(ordering: .relaxed) }
}

/// A number that rises and falls.
package final class Gauge: Sendable {
    private let cell = Atomic(0)

    @inline(__always)
    package func add(_ amount: Int) {
        cell.wrappingAdd(amount, ordering: .relaxed)
    }

    package func set(_ value: Int) {
        cell.store(value, ordering: .relaxed)
    }

    package var value: Int { cell.load(ordering: .relaxed) }
}

/// How many values fell into each bucket, and their sum.
package final class Histogram: Sendable {
    let unit: MetricFamily.Unit
    let bounds: [Int]
    private let cells: Cells

    init(_ unit: MetricFamily.Unit) {
        self.unit = unit
        bounds = unit.bounds
        cells = Cells(count: bounds.count + 2)
    }

    /// - Parameter value: Nanoseconds, bytes or a number, as the family's unit says.
    package func observe(_ value: Int) {
        var bucket = 0
        while bucket < bounds.count, value > bounds[bucket] { bucket &+= 1 }
        cells.add(1, at: bucket)
        cells.add(max(0, value), at: bounds.count &+ 1)
    }

    package func observe(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        observe(Int(seconds) &* 1_000_000_000 &+ Int(attoseconds / 1_000_000_000))
    }

    /// How many values were in each bucket alone, the one without end last.
    package var counts: [Int] { (0...bounds.count).map(cells.value) }

    /// Of all values, in what is observed.
    package var sum: Int { cells.value(at: bounds.count + 1) }
}

/// Counters of HTTP's status codes, beside one another; those that are 0 aren't exposed.
package final class CodeCounters: Sendable {
    /// All codes that a program of ours answers with; others count as the last.
    static let codes = [
        200, 201, 202, 204, 206, 301, 302, 303, 304, 307, 308, 400, 401, 403, 404, 405, 406, 408, 409, 410, 411, 412, 413, 414, 415, 417,
        421, 422, 428, 429, 431, 499, 500, 501, 502, 503, 504, 505,
    ]
    private static let places: [UInt8] = {
        var places = [UInt8](repeating: UInt8(codes.count), count: 600)
        for (place, code) in codes.enumerated() { places[code] = UInt8(place) }
        return places
    }()

    private let cells = Cells(count: CodeCounters.codes.count + 1)
    private let places = CodeCounters.places

    @inline(__always)
    package func add(_ code: Int) {
        cells.add(1, at: code >= 0 && code < places.count ? Int(places[code]) : Self.codes.count)
    }

    /// The codes that came, with their counts.
    var values: [(code: String, count: Int)] {
        (Self.codes.map(String.init) + ["other"]).enumerated().map { ($1, cells.value(at: $0)) }.filter { $0.count > 0 }
    }
}

/// Counters in a row.
private struct Cells: Sendable {
    /// A counter of its own place in memory: neighbours that many threads raise don't share a line of the processor's cache.
    private final class Cell: Sendable {
        let value = Atomic(0)
    }

    private let cells: [Cell]

    init(count: Int) {
        cells = (0..<count).map { _ in Cell() }
    }

    @inline(__always)
    func add(_ amount: Int, at index: Int) {
        guard cells.indices.contains(index) else { return }
        cells[index].value.wrappingAdd(amount, ordering: .relaxed)
    }

    func value(at index: Int) -> Int {
        guard cells.indices.contains(index) else { return 0 }
        return cells[index].value.load(ordering: .relaxed)
    }
}
