import SQLStore
import SQLiteDriver
import ToolBridge

/// Prints what the store costs beside SQLite alone, measured in one run on one disk.
///
/// `--full` reads among 1,000,000 items instead of 100,000; `--check` ends with status 1 if a ratio misses its target; `--creates`, `--pushes`,
/// `--reads` and `--searches` measure one part only.
@main
struct StoreBenchmark {
    static func main() async throws {
        let full = CommandLine.arguments.contains("--full")
        let folder = try TemporaryFolder()
        defer { folder.remove() }
        var report = Report()
        print("fdatasync of 32 KiB appended: \(try SyncCost.microseconds(in: folder)) µs")
        let parts = ["--creates", "--pushes", "--reads", "--searches"].filter { CommandLine.arguments.contains($0) }
        func measures(_ part: String) -> Bool { parts.isEmpty || parts.contains(part) }
        if measures("--creates") { try await Creates(folder: folder).run(&report) }
        if measures("--pushes") { try await Pushes(folder: folder).run(&report) }
        if measures("--reads") {
            try await Reads(folder: folder, items: full ? 1_000_000 : 100_000).run(&report)
        }
        if measures("--searches") { try await Searches(folder: folder, items: 100_000).run(&report) }
        if CommandLine.arguments.contains("--check"), report.hasMisses { throw TargetMissed() }
    }
}

struct TargetMissed: Error {}

/// Ratios and their targets.
struct Report {
    private(set) var hasMisses = false

    mutating func ratio(_ name: String, _ value: Double, atLeast target: Double) {
        add(name, value, "≥ \(target)", isMet: value >= target)
    }

    mutating func ratio(_ name: String, _ value: Double, atMost target: Double) {
        add(name, value, "≤ \(target)", isMet: value <= target)
    }

    private mutating func add(_ name: String, _ value: Double, _ target: String, isMet: Bool) {
        print("\(isMet ? "met   " : "MISSED") \(name): \(value.hundredths) (target \(target))")
        if !isMet { hasMisses = true }
    }
}

extension Double {
    /// With two digits after the point.
    var hundredths: String {
        let cents = Int((self * 100).rounded())
        return "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)"
    }
}

extension Duration {
    var inSeconds: Double {
        Double(components.seconds) + Double(components.attoseconds) / 1e18
    }
}

/// What a measurement is made with.
enum Sample {
    static let owner = Owner(tenant: "acme", subject: "user-7f2c9a")
    /// 1 kB, as a client's note is.
    static let payload = Array(
        (#"{"title":"Shopping list","content":""# + String(repeating: "milk and bread ", count: 64) + #"","tags":["a","b"]}"#).utf8
    )

    static let tags = ["a", "b"]

    static func item(_ uid: UID, sequence: Int64) -> StoredItem {
        let time = Timestamp(milliseconds: 1_772_359_200_000 + sequence)
        return StoredItem(
            item: Item(uid: uid, kind: .notes, version: 1, updatedAt: time, deletedAt: nil, payload: payload),
            sequence: sequence,
            parent: nil,
            createdAt: time
        )
    }
}
