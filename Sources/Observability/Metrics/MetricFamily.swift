/// One family of metrics: what it is called, what it counts, and by which labels.
///
/// The list of all is ``MetricFamily/all``; nothing is exposed that isn't in it.
package struct MetricFamily: Sendable {
    package enum Kind: String, Sendable {
        case counter, gauge, histogram
    }

    /// What a histogram's values are, and where its buckets end.
    package enum Unit: Sendable {
        /// Observed in nanoseconds, exposed in seconds.
        case seconds
        case bytes
        /// Writes that were committed together.
        case writes
        /// No histogram.
        case none
    }

    /// Which program has something to say about it.
    package enum Role: String, Sendable, CaseIterable {
        case serve, mcp
    }

    package let name: String
    package let kind: Kind
    package let labels: [String]
    package let unit: Unit
    /// For people: the HELP line.
    package let help: String
    package let roles: Set<Role>

    private init(_ name: String, _ kind: Kind, _ labels: [String], _ unit: Unit, _ roles: Set<Role>, _ help: String) {
        self.name = name
        self.kind = kind
        self.labels = labels
        self.unit = unit
        self.roles = roles
        self.help = help
    }

    static func counter(_ name: String, _ labels: String..., in roles: Set<Role> = [.serve, .mcp], help: String) -> MetricFamily {
        MetricFamily(name, .counter, labels, .none, roles, help)
    }

    static func gauge(_ name: String, _ labels: String..., in roles: Set<Role> = [.serve, .mcp], help: String) -> MetricFamily {
        MetricFamily(name, .gauge, labels, .none, roles, help)
    }

    static func histogram(
        _ name: String,
        _ labels: String...,
        of unit: Unit = .seconds,
        in roles: Set<Role> = [.serve, .mcp],
        help: String
    ) -> MetricFamily {
        MetricFamily(name, .histogram, labels, unit, roles, help)
    }
}

extension MetricFamily.Unit {
    /// Upper ends of the buckets, in what is observed; one without end follows.
    var bounds: [Int] {
        switch self {
        case .seconds:
            [1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000].map { milliseconds in Int(exactly: milliseconds * 1e6) ?? 0 }
        case .bytes: [256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 8 << 20]
        case .writes: [1, 2, 4, 8, 16, 32, 64, 128, 256]
        case .none: []
        }
    }
}
