#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// How many files and sockets the process may have open.
enum DescriptorLimit {
    /// Kept for the database, the log and whatever else the program opens.
    private static let reserve = 64

    /// How many connections that leaves; at least 16, at most 65,536.
    static var connections: Int {
        var limit = rlimit()
        #if canImport(Glibc)
        let result = getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        #else
        let result = getrlimit(RLIMIT_NOFILE, &limit)
        #endif
        guard result == 0 else { return 960 }
        return min(max(16, Int(clamping: limit.rlim_cur) - reserve), 65_536)
    }
}
