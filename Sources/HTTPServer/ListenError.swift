import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The address can't be listened on.
package struct ListenError: Error, CustomStringConvertible {
    /// `HOST:PORT` as configured.
    package let address: String
    /// What the system says, such as "Address already in use".
    package let reason: String

    /// The system's error, if it came from binding; `nil` for any other.
    init?(_ error: any Error, _ configuration: HTTPServerConfiguration) {
        guard let error = error as? IOError else { return nil }
        let host = configuration.host
        address = (host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host) + ":\(configuration.port)"
        reason = error.systemText
    }

    package var description: String { "can't listen on \(address): \(reason)" }
}

extension IOError {
    fileprivate var systemText: String { String(cString: strerror(errnoCode)) }
}
