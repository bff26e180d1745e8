import FoundationEssentials
import Program

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A file whose content is replaced in one step: whoever reads it meanwhile gets the old content or the new one, whole.
struct AtomicFile {
    private let path: String

    /// - Parameter path: A link stays a link; the file that it names is replaced.
    init(path: String) {
        self.path = URL(filePath: path).resolvingSymlinksInPath().path
    }

    /// Writes a file beside it, with the same mode, and renames that.
    ///
    /// - Throws: ``StartFault``; then the old file is as it was.
    func replace(with bytes: [UInt8]) throws(StartFault) {
        var status = stat()
        let mode = stat(path, &status) == 0 ? status.st_mode & 0o7777 : 0o600
        let draft = path + ".\(getpid()).tmp"
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { throw fault() }
        let isWritten = write(bytes, to: descriptor) && fchmod(descriptor, mode) == 0 && fsync(descriptor) == 0
        close(descriptor)
        guard isWritten, rename(draft, path) == 0 else {
            let fault = fault()
            unlink(draft)
            throw fault
        }
    }

    private func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    private func fault() -> StartFault {
        StartFault("\(path) can't be written: \(String(cString: strerror(errno)))")
    }
}

/// `write(2)`, whose name a method here has too.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
