import Crypto

/// Tells things apart that were made to look alike.
package enum Fingerprint {
    /// SHA-256 over parts, each with its length before it, so that no two lists of parts run together.
    package static func of(_ parts: [some Collection<UInt8>]) -> [UInt8] {
        var hash = SHA256()
        for part in parts {
            withUnsafeBytes(of: UInt64(part.count).bigEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: Array(part))
        }
        return Array(hash.finalize())
    }
}
