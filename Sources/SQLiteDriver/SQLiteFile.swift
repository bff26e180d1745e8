#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A path at which a database may be kept, made ready for SQLite.
struct SQLiteFile {
    /// Absolute, so that no name has a meaning of its own to SQLite (`:memory:`, `file:`).
    let path: String

    /// Makes what is missing, the folder with mode 0700 and the file with mode 0600 whatever the umask, and refuses what can't keep data.
    ///
    /// SQLite gives `-wal` and `-shm` the mode of the file.
    ///
    /// - Throws: ``SQLiteFileError``
    init(preparing path: String) throws(SQLiteFileError) {
        guard !path.isEmpty, !path.utf8.contains(0) else { throw .init(path: path, .invalid) }
        self.path = try path.utf8.first == UInt8(ascii: "/") ? path : Self.workingDirectory(for: path) + "/" + path
        let folder = Self.folder(of: self.path)
        try Self.makeFolder(folder)
        try makeFile()
        if let name = NetworkFileSystem.name(at: self.path) { throw .init(path: path, .network(name)) }
    }

    private func makeFile() throws(SQLiteFileError) {
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if descriptor >= 0 {
            // The umask may have taken bits away.
            fchmod(descriptor, 0o600)
            close(descriptor)
            return
        }
        guard errno == EEXIST else { throw .init(path: path, .system(errno)) }
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw .init(path: path, errno == ENOENT ? .danglingLink : .system(errno))
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw .init(path: path, .directory)
        default: throw .init(path: path, .notRegular)
        }
        // A file that was restored or copied by hand is as private as one that was made here. Not ours to change: then as it is.
        guard status.st_mode & 0o077 != 0 else { return }
        for suffix in ["", "-wal", "-shm"] { chmod(path + suffix, 0o600) }
    }

    private static func makeFolder(_ folder: String) throws(SQLiteFileError) {
        var status = stat()
        var missing: [String] = []
        var ancestor = folder
        while stat(ancestor, &status) != 0 {
            guard errno == ENOENT, ancestor != "/" else { throw .init(path: ancestor, .system(errno)) }
            missing.append(ancestor)
            ancestor = Self.folder(of: ancestor)
        }
        for folder in missing.reversed() {
            guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw .init(path: folder, .system(errno)) }
            chmod(folder, 0o700)
        }
    }

    private static func folder(of path: String) -> String {
        let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? ""
        return folder.isEmpty ? "/" : folder
    }

    private static func workingDirectory(for path: String) throws(SQLiteFileError) -> String {
        guard let folder = getcwd(nil, 0) else { throw .init(path: path, .system(errno)) }
        defer { free(folder) }
        return String(cString: folder)
    }
}

/// Why a database can't be kept at a path.
package struct SQLiteFileError: Error, Equatable, CustomStringConvertible {
    package enum Reason: Equatable, Sendable {
        case invalid
        case directory
        case notRegular
        case danglingLink
        /// Locks and shared memory don't work across machines.
        case network(String)
        /// The system's error number.
        case system(Int32)
    }
    package let path: String
    package let reason: Reason

    init(path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }

    package var description: String {
        switch reason {
        case .invalid: "'\(path)' is no path for a database"
        case .directory: "the database path \(path) is a directory"
        case .notRegular: "the database path \(path) is not a regular file"
        case .danglingLink: "the database path \(path) is a symbolic link to nowhere"
        case .network(let name): "the database path \(path) is on a network file system (\(name)); SQLite needs a local one"
        case .system(let number): "the database path \(path) can't be used: \(String(cString: strerror(number)))"
        }
    }
}
