import Foundation
import JSON

/// The test vectors beside the package.
///
/// Without them the tests are skipped, except in CI, where they fail.
enum SharedVectors {
    private static let folder = URL(filePath: #filePath).appending(path: "../../../../../shared/data/wycheproof").standardizedFileURL

    /// Whether tests of the vectors are to run: they're there, or they have to be.
    static var isDue: Bool {
        FileManager.default.fileExists(atPath: folder.path) || ProcessInfo.processInfo.environment["CI"] == "true"
    }

    struct Missing: Error, CustomStringConvertible {
        let path: String
        var description: String { "CI has to provide the test data at \(path)" }
    }

    static func file(_ name: String) throws -> JSONValue {
        let file = folder.appending(path: name)
        guard let data = try? Data(contentsOf: file) else { throw Missing(path: file.path) }
        return try JSONValue(parsing: [UInt8](data))
    }
}
