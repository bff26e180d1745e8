import Foundation

extension Seeded {
    static let environmentSeed = ProcessInfo.processInfo.environment["SEED"].flatMap { UInt64($0) }
}
