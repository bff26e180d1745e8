import Synchronization

/// What the program counts, as its metrics endpoint shows it.
///
/// Whoever counts asks for its counters once, by their labels, and keeps them; to count is then an atomic addition. Labels come from closed
/// sets, never from what a request says.
package final class Metrics: Sendable {
    /// More series than this aren't exposed, whoever asks for them.
    package static let seriesLimit = 2500

    private enum Source {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)
        case codes(CodeCounters)
        case read(@Sendable () -> Double?)
    }

    private struct Series {
        let labels: [String]
        let source: Source
        var isShownAtZero = true
    }

    private struct State {
        var role: MetricFamily.Role?
        var series: [String: [Series]] = [:]
        /// Places in `series`, by family and labels.
        var places: [Name: Int] = [:]
    }

    private struct Name: Hashable {
        let family: String
        let labels: [String]
    }

    private let state = Mutex(State())
    private let start = WallClock.milliseconds()

    package init() {}

    /// Says which program this is: it exposes the families that concern it.
    ///
    /// - Parameter store: `sqlite`, or `none`.
    package func describe(role: MetricFamily.Role, version: String, commit: String, store: String) {
        state.withLock { $0.role = role }
        gauge(.buildInfo, version, commit, role.rawValue, store).set(1)
        readProcess(started: Double(start) / 1000)
        readClockJumps()
        // What these count isn't built, so there is none of it: an alert on them has something to look at.
        _ = counter(.auditFailures)
        _ = counter(.spansDropped)
        _ = counter(.traceExports, "ok")
        _ = counter(.traceExports, "failed")
    }

    // MARK: Series

    /// The counter of these labels, which is made if there is none; it is exposed from the beginning.
    package func counter(_ family: MetricFamily, _ labels: String...) -> Counter {
        counter(family, labels, isShownAtZero: true)
    }

    /// The same for what hardly ever happens: it is exposed once it has.
    package func rareCounter(_ family: MetricFamily, _ labels: String...) -> Counter {
        counter(family, labels, isShownAtZero: false)
    }

    private func counter(_ family: MetricFamily, _ labels: [String], isShownAtZero: Bool) -> Counter {
        series(family, labels, isShownAtZero, known: { if case .counter(let counter) = $0 { counter } else { nil } }) {
            let counter = Counter()
            return (counter, .counter(counter))
        }
    }

    package func gauge(_ family: MetricFamily, _ labels: String...) -> Gauge {
        series(family, labels, known: { if case .gauge(let gauge) = $0 { gauge } else { nil } }) {
            let gauge = Gauge()
            return (gauge, .gauge(gauge))
        }
    }

    /// It is exposed once something was observed.
    package func histogram(_ family: MetricFamily, _ labels: String...) -> Histogram {
        series(family, labels, known: { if case .histogram(let histogram) = $0 { histogram } else { nil } }) {
            let histogram = Histogram(family.unit)
            return (histogram, .histogram(histogram))
        }
    }

    /// Counters whose last label is the status code: the others are given.
    package func codes(_ family: MetricFamily, _ labels: String...) -> CodeCounters {
        series(family, labels, known: { if case .codes(let codes) = $0 { codes } else { nil } }) {
            let codes = CodeCounters()
            return (codes, .codes(codes))
        }
    }

    /// A value that is looked up when somebody asks; nil is no value.
    package func read(_ family: MetricFamily, _ labels: String..., value: @escaping @Sendable () -> Double?) {
        series(family, labels, known: { _ in nil as Void? }) { ((), .read(value)) }
    }

    private func series<Value>(
        _ family: MetricFamily,
        _ labels: [String],
        _ isShownAtZero: Bool = true,
        known: (Source) -> Value?,
        make: () -> (Value, Source)
    ) -> Value {
        state.withLock { state in
            let name = Name(family: family.name, labels: labels)
            let place = state.places[name]
            if let place, let same = state.series[family.name]?[place], let value = known(same.source) { return value }
            let (value, source) = make()
            // What was there already, in another form, stays.
            guard place == nil else { return value }
            state.places[name] = state.series[family.name]?.count ?? 0
            state.series[family.name, default: []].append(Series(labels: labels, source: source, isShownAtZero: isShownAtZero))
            return value
        }
    }

    // MARK: Exposition

    /// All families of this program's role in Prometheus' text format 0.0.4.
    package func text() -> [UInt8] {
        let (role, all) = state.withLock { ($0.role, $0.series) }
        var writer = MetricWriter()
        var room = Self.seriesLimit
        for family in MetricFamily.all where role.map(family.roles.contains) ?? true {
            writer.begin(family)
            for series in all[family.name] ?? [] {
                let size = family.kind == .histogram ? family.unit.bounds.count + 3 : 1
                guard room >= size else { continue }
                switch series.source {
                case .counter(let counter):
                    guard series.isShownAtZero || counter.value > 0 else { continue }
                    writer.sample(family, series.labels, Double(counter.value))
                case .gauge(let gauge):
                    writer.sample(family, series.labels, Double(gauge.value))
                case .histogram(let histogram):
                    let counts = histogram.counts
                    guard counts.contains(where: { $0 > 0 }) || series.labels.isEmpty else { continue }
                    writer.histogram(family, series.labels, histogram, counts)
                case .codes(let codes):
                    let values = codes.values
                    for (code, count) in values { writer.sample(family, series.labels + [code], Double(count)) }
                    room -= values.count
                    continue
                case .read(let read):
                    guard let value = read() else { continue }
                    writer.sample(family, series.labels, value)
                }
                room -= size
            }
        }
        return writer.bytes
    }
}
