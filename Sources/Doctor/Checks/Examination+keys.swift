import Auth
import Program
import ToolBridge

/// DR-17: the keys of this machine's own configuration.
extension Examination {
    static let keys = Check(id: "DR-17", title: "keys") { $0.keys() }

    private func keys() -> Finding {
        guard !deployment.keys.isEmpty else { return .skip("no tenant keys and no state keys are set here") }
        var seen: [String] = []
        var warning: (String, String)?
        let today = Timestamp.now()
        for key in deployment.keys {
            seen.append("\(key.setting) \(key.id) \(key.fingerprint)")
            if key.byteCount < 32 {
                warning = ("\(key.setting) \(key.id) has \(key.byteCount) bytes", "\(key.setting): make one with openssl rand -base64 32")
            } else if let days = key.age(on: today), days > 90 {
                warning = ("\(key.setting) \(key.id) is \(days) days old", "\(key.setting): put a new key, named by its day, before it")
            } else if key.isFirstVersion, warning == nil {
                warning = (
                    "\(key.setting) signs version 1", "move to \(key.setting.replacingSecretByKeys): version 2 covers the whole request"
                )
            }
        }
        let detail = seen.joined(separator: ", ")
        guard let (what, fix) = warning else { return .ok(detail) }
        return .warn("\(what); \(detail)", fix: fix)
    }
}

/// A key of the configuration, as a report may show it.
struct ConfiguredKey: Sendable {
    /// Its setting.
    let setting: String
    /// Its id; `default` for a plain secret.
    let id: String
    let byteCount: Int
    /// The first 8 hex digits of its SHA-256, by which two sides compare it without showing it.
    let fingerprint: String
    var isFirstVersion = false

    /// In days, for ids of the form `kYYYYMMDD`.
    func age(on day: Timestamp) -> Int? {
        let bytes = Array(id.utf8)
        guard bytes.count == 9, bytes.first == UInt8(ascii: "k"), bytes.dropFirst().allSatisfy({ (0x30...0x39).contains($0) }) else {
            return nil
        }
        let digits = String(decoding: bytes.dropFirst(), as: UTF8.self)
        let date = digits.prefix(4) + "-" + digits.dropFirst(4).prefix(2) + "-" + digits.dropFirst(6)
        guard let made = Timestamp(payloadText: date + "T00:00:00Z") else { return nil }
        let (age, overflow) = day.milliseconds.subtractingReportingOverflow(made.milliseconds)
        return overflow || age < 0 ? nil : Int(age / 86_400_000)
    }
}

extension String {
    fileprivate var replacingSecretByKeys: String {
        hasSuffix("SECRET") ? String(dropLast("SECRET".count)) + "KEYS" : self
    }
}
