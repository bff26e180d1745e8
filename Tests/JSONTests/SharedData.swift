import Foundation

/// The test data beside the package.
///
/// Without it the tests are skipped, except in CI, where they fail.
enum SharedData {
    private static let folder = URL(filePath: #filePath).appending(path: "../../../../shared/data").standardizedFileURL

    /// Whether tests of the data are to run: it's there, or it has to be.
    static var isDue: Bool {
        FileManager.default.fileExists(atPath: folder.path) || ProcessInfo.processInfo.environment["CI"] == "true"
    }

    struct Missing: Error, CustomStringConvertible {
        let path: String
        var description: String { "CI has to provide the test data at \(path)" }
    }

    /// The files of a folder by name.
    static func files(in name: String) throws -> [(name: String, bytes: [UInt8])] {
        let folder = folder.appending(path: name)
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
            throw Missing(path: folder.path)
        }
        return try names.sorted().map { ($0, [UInt8](try Data(contentsOf: folder.appending(path: $0)))) }
    }

    /// The names of the JSON files of a folder that may have other things in it.
    static func jsonNames(in name: String) throws -> [String] {
        let folder = folder.appending(path: name)
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
            throw Missing(path: folder.path)
        }
        return names.filter { $0.hasSuffix(".json") }.sorted()
    }

    /// The names of the folders in a folder.
    static func folders(in name: String) throws -> [String] {
        let folder = folder.appending(path: name)
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
            throw Missing(path: folder.path)
        }
        return names.filter { !$0.contains(".") }.sorted()
    }

    /// One file by its path.
    static func file(_ path: String) throws -> [UInt8] {
        let file = folder.appending(path: path)
        guard let data = try? Data(contentsOf: file) else {
            throw Missing(path: file.path)
        }
        return [UInt8](data)
    }
}
