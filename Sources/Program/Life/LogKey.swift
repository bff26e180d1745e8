package import Auth
import Crypto
package import MCPServer
package import Observability

/// The key under which the log shows who somebody is: hashes compare wherever it is the same, and tell nothing without it.
package struct LogKey: Sendable {
    private let key: SymmetricKey

    /// - Parameters:
    ///   - configured: What the settings say; it comes before all else.
    ///   - keys: Those that seal sessions: the log's is derived from them, and shared by all who share them.
    package init(_ configured: Secret?, state keys: StateKeys) {
        key = SymmetricKey(data: configured.map { Array($0.reveal().utf8) } ?? keys.logSecret)
    }

    /// The first 12 hex digits of HMAC-SHA-256.
    package var hash: PersonHash {
        { [key] text in
            let digits = Array("0123456789abcdef".utf8)
            let code = HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key).prefix(6)
            return String(decoding: code.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] }, as: UTF8.self)
        }
    }
}
