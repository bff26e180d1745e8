import Auth
import Crypto
import Program
import ToolBridge

extension ConfiguredKey {
    /// The keys of all settings that hold some, in order; a setting that can't be read is left out, for another check names it.
    static func all(_ settings: SettingsReader) -> [ConfiguredKey] {
        keyrings.flatMap { setting in
            ((try? settings.value(setting)) ?? nil).map { entries($0.reveal(), of: setting.name) } ?? []
        }
            + secrets.flatMap { setting in
                ((try? settings.value(setting)) ?? nil).map { texts($0.reveal(), of: setting.name) } ?? []
            }
    }

    private static let keyrings = [Settings.tenantKeys, Settings.signingKeys, Settings.stateKeys]
    private static let secrets = [Settings.tenantSecret, Settings.signingSecret]

    /// `id:base64` or `id:tenant:base64`, separated by commas.
    private static func entries(_ text: String, of setting: String) -> [ConfiguredKey] {
        text.split(separator: ",").compactMap { entry in
            let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count >= 2, let id = parts.first, let encoded = parts.last else { return nil }
            let written = String(encoded.filter { !$0.isWhitespace })
            // What base64 holds is the key; the form of its text doesn't count.
            guard let bytes = Base64URL.decode(String(written.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }.filter { $0 != "=" })) else {
                return nil
            }
            return ConfiguredKey(
                setting: setting,
                id: String(id.filter { !$0.isWhitespace }),
                byteCount: bytes.count,
                fingerprint: fingerprint(bytes)
            )
        }
    }

    private static func texts(_ text: String, of setting: String) -> [ConfiguredKey] {
        text.split(separator: ",").map { secret in
            let bytes = Array(secret.utf8)
            return ConfiguredKey(
                setting: setting,
                id: "default",
                byteCount: bytes.count,
                fingerprint: fingerprint(bytes),
                isFirstVersion: true
            )
        }
    }

    private static func fingerprint(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return String(SHA256.hash(data: bytes).prefix(4).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }
}
