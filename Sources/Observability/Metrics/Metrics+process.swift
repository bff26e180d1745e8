#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Metrics {
    /// What the system knows of this process, looked up when somebody asks; on systems without `/proc` some of it is missing.
    func readProcess(started: Double) {
        read(.processStart) { started }
        read(.processCPU) { ProcessFigures.cpuSeconds }
        read(.processMemory) { ProcessFigures.residentBytes }
        read(.processDescriptors) { ProcessFigures.openDescriptors }
        read(.processDescriptorLimit) { ProcessFigures.descriptorLimit }
    }
}

/// Figures of this process.
enum ProcessFigures {
    static var cpuSeconds: Double? {
        var used = timespec()
        guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used) == 0 else { return nil }
        return Double(used.tv_sec) + Double(used.tv_nsec) / 1e9
    }

    /// `/proc/self/statm`: pages in all, then those in memory.
    static var residentBytes: Double? {
        let fields = contents("/proc/self/statm").split(separator: UInt8(ascii: " "))
        guard fields.count > 1, let pages = Double(String(decoding: fields[1], as: UTF8.self)) else { return nil }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }

    static var openDescriptors: Double? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count = 0
        while readdir(folder) != nil { count += 1 }
        // Not `.`, `..` and the folder's own.
        return Double(max(0, count - 3))
    }

    static var descriptorLimit: Double? {
        #if canImport(Glibc)
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return nil }
        #else
        var limit = rlimit()
        guard getrlimit(RLIMIT_NOFILE, &limit) == 0 else { return nil }
        #endif
        return Double(limit.rlim_cur)
    }

    private static func contents(_ path: String) -> [UInt8] {
        let descriptor = open(path, O_RDONLY)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = bytes.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
        return Array(bytes.prefix(max(0, count)))
    }
}
