import Foundation
import JSON

/// What is published beside the package.
///
/// Without it the tests are skipped, except in CI, where they fail.
enum SharedData {
    private static let folder = URL(filePath: #filePath).appending(path: "../../../../shared/contract").standardizedFileURL

    /// Whether tests of the data are to run: it's there, or it has to be.
    static var isDue: Bool {
        FileManager.default.fileExists(atPath: folder.path) || ProcessInfo.processInfo.environment["CI"] == "true"
    }

    struct Missing: Error, CustomStringConvertible {
        let path: String
        var description: String { "CI has to provide \(path)" }
    }

    static func json(_ name: String) throws -> JSONValue {
        let file = folder.appending(path: name)
        guard let data = try? Data(contentsOf: file) else { throw Missing(path: file.path) }
        return try JSONValue(parsing: [UInt8](data))
    }
}
