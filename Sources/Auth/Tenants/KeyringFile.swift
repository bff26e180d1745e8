import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A keyring in a file, which may change while the program runs.
///
/// A file that can't be read, or isn't a keyring, leaves the keyring that is in force in place.
package final class KeyringFile: Sendable {
    /// What tells one state of a file from another.
    fileprivate struct Stamp: Equatable {
        let device: UInt64
        let inode: UInt64
        let size: Int64
        let seconds: Int64
        let nanoseconds: Int64
    }

    private static let maximumSize = 65_536

    package let path: String
    /// The keyring that the file held at the start.
    package let keyring: TenantKeyring
    private let report: @Sendable (AuthEvent) -> Void
    /// As of the last attempt to read it, whatever came of that.
    private let stamp: Mutex<Stamp?>

    /// Reads the file.
    ///
    /// - Parameter report: Told what becomes of the file's later changes.
    /// - Throws: ``KeyringFileFault``.
    package init(path: String, report: @escaping @Sendable (AuthEvent) -> Void = { _ in }) throws(KeyringFileFault) {
        self.path = path
        self.report = report
        let (keyring, stamp) = try Self.read(path)
        self.keyring = keyring
        self.stamp = Mutex(stamp)
    }

    /// Looks at the file every few seconds until the task is cancelled, and gives the proof each new keyring.
    package func run(
        replacing proof: TenantProof,
        every interval: Duration = .seconds(2),
        clock: any Clock<Duration> = ContinuousClock()
    ) async {
        while (try? await clock.sleep(for: interval)) != nil { refresh(proof) }
    }

    /// Reads the file again if it has changed.
    ///
    /// - Parameter always: Whether to read it also if it looks unchanged: on SIGHUP.
    package func refresh(_ proof: TenantProof, always: Bool = false) {
        let now = Self.stamp(path)
        let isDue = stamp.withLock { last in
            let isDue = always || last != now
            last = now
            return isDue
        }
        guard isDue else { return }
        do throws(KeyringFileFault) {
            let (keyring, read) = try Self.read(path)
            stamp.withLock { $0 = read }
            proof.replace(keyring)
            report(.keyringReplaced(path: path, ids: keyring.ids))
        } catch {
            report(.keyringKept(error))
        }
    }

    private static func read(_ path: String) throws(KeyringFileFault) -> (TenantKeyring, Stamp) {
        // Neither a pipe nor a device may hold the caller up.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw KeyringFileFault(path: path, .system(errno)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw KeyringFileFault(path: path, .system(errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw KeyringFileFault(path: path, .notRegular) }
        var bytes = [UInt8](repeating: 0, count: maximumSize + 1)
        var length = 0
        while length < bytes.count {
            let count = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress?.advanced(by: length), $0.count - length, off_t(length))
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw KeyringFileFault(path: path, .system(errno)) }
            if count == 0 { break }
            length += count
        }
        guard length <= maximumSize else { throw KeyringFileFault(path: path, .tooLong) }
        do throws(TenantKeyringFault) {
            return (try TenantKeyring(text: String(decoding: bytes.prefix(length), as: UTF8.self)), Stamp(status))
        } catch {
            throw KeyringFileFault(path: path, .keyring(error))
        }
    }

    /// nil if there is no such file.
    private static func stamp(_ path: String) -> Stamp? {
        var status = stat()
        return stat(path, &status) == 0 ? Stamp(status) : nil
    }
}

/// Why a file gives no keyring; nothing of what it holds.
package struct KeyringFileFault: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Reason: Sendable, Equatable {
        /// The number of the system's error.
        case system(Int32)
        case notRegular
        case tooLong
        case keyring(TenantKeyringFault)
    }

    package let path: String
    package let reason: Reason

    init(path: String, _ reason: Reason) {
        self.path = path
        self.reason = reason
    }

    package var description: String {
        switch reason {
        case .system(let number): "\(path): \(strerror(number).map { String(cString: $0) } ?? "error \(number)")"
        case .notRegular: "\(path): not a file"
        case .tooLong: "\(path): longer than 64 KiB"
        case .keyring(let fault): "\(path): \(fault)"
        }
    }
}

extension KeyringFile.Stamp {
    fileprivate init(_ status: stat) {
        device = UInt64(truncatingIfNeeded: status.st_dev)
        inode = UInt64(truncatingIfNeeded: status.st_ino)
        size = Int64(truncatingIfNeeded: status.st_size)
        #if canImport(Darwin)
        let changed = status.st_mtimespec
        #else
        let changed = status.st_mtim
        #endif
        seconds = Int64(truncatingIfNeeded: changed.tv_sec)
        nanoseconds = Int64(truncatingIfNeeded: changed.tv_nsec)
    }
}
