/// Writes Prometheus' text format, version 0.0.4.
struct MetricWriter {
    private(set) var bytes: [UInt8] = []

    init() {
        bytes.reserveCapacity(65_536)
    }

    /// HELP and TYPE; samples of the same family follow.
    mutating func begin(_ family: MetricFamily) {
        put("# HELP \(family.name) ")
        escape(family.help, quotes: false)
        put("\n# TYPE \(family.name) \(family.kind.rawValue)\n")
    }

    mutating func sample(_ family: MetricFamily, _ labels: [String], _ value: Double) {
        put(family.name)
        write(labels, of: family, bound: nil)
        put(" ")
        put(Self.number(value))
        put("\n")
    }

    /// - Parameter counts: Of the buckets alone; they are added up here, so that the last is the count whatever came meanwhile.
    mutating func histogram(_ family: MetricFamily, _ labels: [String], _ histogram: Histogram, _ counts: [Int]) {
        var total = 0
        for (bucket, count) in counts.enumerated() {
            total += count
            let bound = bucket < histogram.bounds.count ? Self.number(of: histogram.bounds[bucket], histogram.unit) : "+Inf"
            put(family.name)
            put("_bucket")
            write(labels, of: family, bound: bound)
            put(" \(total)\n")
        }
        put(family.name)
        put("_sum")
        write(labels, of: family, bound: nil)
        put(" \(Self.number(of: histogram.sum, histogram.unit))\n")
        put(family.name)
        put("_count")
        write(labels, of: family, bound: nil)
        put(" \(total)\n")
    }

    private mutating func write(_ labels: [String], of family: MetricFamily, bound: String?) {
        guard !family.labels.isEmpty || bound != nil else { return }
        var separator = "{"
        for (name, value) in zip(family.labels, labels) {
            put("\(separator)\(name)=\"")
            escape(value, quotes: true)
            put("\"")
            separator = ","
        }
        if let bound { put("\(separator)le=\"\(bound)\"") }
        put("}")
    }

    /// Backslash and newline, and within quotes these.
    private mutating func escape(_ text: String, quotes: Bool) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): put("\\\\")
            case UInt8(ascii: "\n"): put("\\n")
            case UInt8(ascii: "\"") where quotes: put("\\\"")
            default: bytes.append(byte)
            }
        }
    }

    private mutating func put(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// What was observed, in the unit that is exposed: exact, without the noise of binary fractions.
    static func number(of value: Int, _ unit: MetricFamily.Unit) -> String {
        guard case .seconds = unit else { return String(value) }
        var fraction = String(value % 1_000_000_000)
        fraction = String(repeating: "0", count: 9 - fraction.utf8.count) + fraction
        while fraction.utf8.last == UInt8(ascii: "0") { fraction.removeLast() }
        return fraction.isEmpty ? String(value / 1_000_000_000) : "\(value / 1_000_000_000).\(fraction)"
    }

    static func number(_ value: Double) -> String {
        if let integer = Int(exactly: value) { return String(integer) }
        return value.isNaN ? "NaN" : value == .infinity ? "+Inf" : value == -.infinity ? "-Inf" : value.description
    }
}
