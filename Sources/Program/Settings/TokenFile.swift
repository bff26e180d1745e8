package import Auth
import FoundationEssentials

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The file that keeps the local profile's token, mode 0600.
package struct TokenFile: Sendable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// The token, which is made if there is none.
    ///
    /// - Returns: Also whether it was made just now.
    /// - Throws: ``StartFault``.
    package func token() throws(StartFault) -> (token: Secret, isNew: Bool) {
        if let token = try existing() { return (token, false) }
        try makeFolder()
        let fresh = LocalToken.make()
        // Of two programs that start at once the first one's token counts: a link, unlike a rename, never replaces a file.
        let draft = path + ".\(getpid())"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { throw fault("can't be written") }
        let line = Array((fresh.reveal() + "\n").utf8)
        let written = write(descriptor, line, line.count)
        let isSynced = fsync(descriptor) == 0
        close(descriptor)
        defer { unlink(draft) }
        guard written == line.count, isSynced else { throw fault("can't be written") }
        guard link(draft, path) == 0 else {
            guard errno == EEXIST, let token = try existing() else { throw fault("can't be written") }
            return (token, false)
        }
        return (fresh, true)
    }

    /// - Throws: ``StartFault`` if the file is there and can't be used.
    private func existing() throws(StartFault) -> Secret? {
        guard access(path, F_OK) == 0 else { return nil }
        guard let data = FileManager.default.contents(atPath: path), let text = String(validating: data, as: UTF8.self) else {
            throw fault("can't be read")
        }
        let token = text.split(whereSeparator: \.isNewline).first.map { $0.trimmingSpaces } ?? ""
        guard LocalToken.isStrong(token) else { throw fault("holds no token of at least 32 characters: delete it to have a new one made") }
        // One that was copied here may have come with another mode.
        chmod(path, 0o600)
        return Secret(token)
    }

    private func makeFolder() throws(StartFault) {
        let folder = path.folder
        do {
            try FileManager.default.createDirectory(
                atPath: folder,
                withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700]
            )
        } catch {
            throw fault("its folder can't be made")
        }
    }

    private func fault(_ what: String) -> StartFault {
        StartFault("the token file \(path) \(what)")
    }
}

extension String {
    /// Everything before the last slash.
    package var folder: String {
        guard let slash = lastIndex(of: "/") else { return "." }
        return slash == startIndex ? "/" : String(self[..<slash])
    }
}
