import Glibc

/// A folder on the disk that is measured: `BENCH_DIR`, or `/tmp`.
struct TemporaryFolder {
    let path: String

    init() throws {
        let parent = getenv("BENCH_DIR").map { String(cString: $0) } ?? "/tmp"
        path = "\(parent)/store-benchmark-\(getpid())"
        guard mkdir(path, 0o700) == 0 else { throw SystemError(number: errno) }
    }

    func file(_ name: String) -> String { "\(path)/\(name).db" }

    /// Removes a database.
    func remove(_ name: String) {
        for suffix in ["", "-wal", "-shm"] { unlink(file(name) + suffix) }
    }

    func remove() {
        rmdir(path)
    }
}

struct SystemError: Error {
    let number: Int32
}

/// What this machine's disk takes for a durable write.
enum SyncCost {
    static func microseconds(in folder: TemporaryFolder) throws -> Int {
        let path = folder.path + "/sync"
        let descriptor = open(path, O_CREAT | O_RDWR, 0o600)
        guard descriptor >= 0 else { throw SystemError(number: errno) }
        defer {
            close(descriptor)
            unlink(path)
        }
        let block = [UInt8](repeating: 1, count: 32768)
        let rounds = 500
        let time = ContinuousClock().measure {
            for _ in 0..<rounds {
                write(descriptor, block, block.count)
                fdatasync(descriptor)
            }
        }
        return Int(time.inSeconds * 1e6) / rounds
    }
}

/// A file's length in bytes.
func fileSize(_ path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? Int(status.st_size) : 0
}
