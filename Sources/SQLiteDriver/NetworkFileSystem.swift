#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// File systems that other machines can change, on which SQLite's locks and shared memory can't be trusted (SQLite, "Write-Ahead Logging", 2.2).
package enum NetworkFileSystem {
    /// The type of the network file system that a folder is on; `nil` if it is on none, or on one that the system doesn't name.
    static func name(at folder: String) -> String? {
        var status = stat()
        guard stat(folder, &status) == 0, let mounts = contents(of: "/proc/self/mountinfo") else { return nil }
        let device = UInt64(truncatingIfNeeded: status.st_dev)
        // The C library's `gnu_dev_major` and `gnu_dev_minor`.
        let major = (device >> 8 & 0xfff) | (device >> 32 & 0xffff_f000)
        let minor = (device & 0xff) | (device >> 12 & 0xffff_ff00)
        return name(ofDevice: "\(major):\(minor)", in: mounts)
    }

    /// The same, looked up in the text of a `mountinfo` (proc_pid_mountinfo(5)): `36 35 98:0 /root /point options … - type source options`.
    package static func name(ofDevice device: String, in mounts: String) -> String? {
        for line in mounts.utf8.split(separator: UInt8(ascii: "\n")) {
            let fields = line.split(separator: UInt8(ascii: " "))
            guard fields.count > 2, fields[2].elementsEqual(device.utf8),
                let separator = fields.firstIndex(where: { $0.elementsEqual("-".utf8) }), separator + 1 < fields.count,
                let type = String(fields[separator + 1])
            else { continue }
            return isNetwork(type) ? type : nil
        }
        return nil
    }

    private static func isNetwork(_ type: String) -> Bool {
        let types = [
            "nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "coda", "ncpfs", "ceph", "lustre", "gfs2", "ocfs2", "gpfs", "beegfs",
            "glusterfs",
        ]
        let overFUSE = ["sshfs", "glusterfs", "ceph", "s3fs", "gcsfuse", "rclone", "juicefs", "mfs", "cephfs", "goofys", "davfs"]
        return types.contains(type) || overFUSE.contains { type == "fuse.\($0)" }
    }

    private static func contents(of path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            bytes += buffer.prefix(count)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
