#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Where servers that aren't told otherwise say what went wrong: never standard output, which over a pipe is for messages alone.
package enum StandardError {
    /// Says an error of ours in one line: `mcp: error <correlation id>: <error>`.
    package static func report(_ fault: any Error, _ correlationID: String) {
        say("mcp: error \(correlationID): \(fault)")
    }

    /// Writes one line; line breaks and other control characters within it become spaces, and what is beyond 4,000 bytes is left out.
    package static func say(_ text: String) {
        let bytes = line(text)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }

    /// The bytes of one line.
    package static func line(_ text: String) -> [UInt8] {
        text.utf8.prefix(4_000).map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 } + [0x0A]
    }
}
