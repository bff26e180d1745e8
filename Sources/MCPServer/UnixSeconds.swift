#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The time of day in Unix seconds.
package func unixSeconds() -> Int64 {
    Int64(time(nil))
}
