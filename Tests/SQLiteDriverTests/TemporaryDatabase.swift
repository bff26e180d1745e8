import SQLStore
import SQLiteDriver
import ToolBridge

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A folder of a test's own, removed with all that is in it.
struct TemporaryFolder: Sendable {
    let path: String

    init() {
        path = "/tmp/sqlite-driver-\(UID.random())"
        mkdir(path, 0o700)
    }

    var file: String { path + "/toolbridge.db" }

    func remove() {
        remove(path)
    }

    private func remove(_ path: String) {
        if unlink(path) == 0 { return }
        if let directory = opendir(path) {
            while let entry = readdir(directory) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                if name != ".", name != ".." { remove(path + "/" + name) }
            }
            closedir(directory)
        }
        rmdir(path)
    }
}

/// Runs a test with a database of its own.
func withDatabase(
    readers: Int? = nil,
    _ body: (SQLiteDatabase, TemporaryFolder) async throws -> Void
) async throws {
    let folder = TemporaryFolder()
    defer { folder.remove() }
    let database = try await SQLiteDatabase(path: folder.file, readers: readers)
    do {
        try await body(database, folder)
        await database.close()
    } catch {
        await database.close()
        throw error
    }
}

/// Writes bytes over a file's.
func overwrite(_ path: String, at offset: Int, with bytes: [UInt8]) throws {
    let descriptor = open(path, O_WRONLY)
    guard descriptor >= 0, pwrite(descriptor, bytes, bytes.count, off_t(offset)) == bytes.count else { throw TestFileError(number: errno) }
    close(descriptor)
}

/// A file's bytes; none if there is no file.
func contents(_ path: String) -> [UInt8] {
    let descriptor = open(path, O_RDONLY)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: Int(lseek(descriptor, 0, SEEK_END)))
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return Array(bytes.prefix(max(0, count)))
}

/// A file's permission bits; `nil` if there is no file.
func mode(_ path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & 0o777 : nil
}

struct TestFileError: Error {
    let number: Int32
}
