/// The median time of one call, from rounds of many.
func median(times: Int, _ body: () throws -> Void) rethrows -> Duration {
    let clock = ContinuousClock()
    try body()
    var rounds: [Duration] = []
    for _ in 0..<9 {
        let start = clock.now
        for _ in 0..<times {
            try body()
        }
        rounds.append((clock.now - start) / times)
    }
    return rounds.sorted()[rounds.count / 2]
}

/// Keeps the optimizer from dropping a result.
@inline(never)
func consume<Value>(_ value: borrowing Value) {}

/// Rows to print, each compared with the first of its section.
struct Table {
    private var lines: [String] = []
    private var first: Duration?

    /// Starts a section; the next row is what the others are compared with.
    mutating func section(_ title: String) {
        lines.append("\n\(title)")
        first = nil
    }

    /// Adds a row: time, throughput, and how many times the first row's time that is.
    mutating func row(_ name: String, _ time: Duration, bytes: Int) {
        let first = first ?? time
        self.first = first
        let microseconds = time / .microseconds(1)
        let cells = [
            name.padded(to: 52),
            fixed(microseconds, 2).padded(to: 11, left: true) + " µs",
            fixed(Double(bytes) / microseconds, 1).padded(to: 9, left: true) + " MB/s",
            "× " + fixed(time / first, 2).padded(to: 8, left: true),
        ]
        lines.append(cells.joined(separator: "  "))
    }

    func print() {
        Swift.print(lines.joined(separator: "\n"))
    }

    private func fixed(_ number: Double, _ places: Int) -> String {
        let scale = places == 1 ? 10.0 : 100.0
        guard let scaled = Int(exactly: (number * scale).rounded()) else {
            return "?"
        }
        let fraction = String(scaled % Int(scale))
        return "\(scaled / Int(scale))." + String(repeating: "0", count: places - fraction.count) + fraction
    }
}

extension String {
    fileprivate func padded(to width: Int, left: Bool = false) -> String {
        let padding = String(repeating: " ", count: max(0, width - count))
        return left ? padding + self : self + padding
    }
}
