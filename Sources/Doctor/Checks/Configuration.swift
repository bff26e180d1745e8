import FoundationEssentials
import Program

/// Checks of this machine's own configuration, without asking anybody.
struct Configuration: Sendable {
    let settings: SettingsReader
    /// All variables of the environment.
    let names: [String]

    static func ofThisProcess() -> Configuration {
        Configuration(settings: .environment(), names: ProcessInfo.processInfo.environment.keys.sorted())
    }

    /// Every setting for itself, then what several of them say together.
    var checks: [Examination.Check] {
        [
            Examination.Check(id: "CFG-1", title: "settings can be read") { [settings] _ in Self.readable(settings) },
            Examination.Check(id: "CFG-2", title: "settings fit together") { [settings] _ in Self.consistent(settings) },
            Examination.Check(id: "CFG-3", title: "no unknown variables") { [names] _ in Self.known(names) },
        ]
    }

    private static func readable(_ settings: SettingsReader) -> Finding {
        var count = 0
        for row in Settings.all where settings.isSet(row) {
            do throws(StartFault) {
                try row.check(settings)
                count += 1
            } catch {
                return .fail(error.description, fix: "\(row.name): docs/configuration.md says what it may be")
            }
        }
        return .ok("\(count) are set")
    }

    private static func consistent(_ settings: SettingsReader) -> Finding {
        do throws(StartFault) {
            let identity = try IdentitySettings(settings, address: try settings.value(Settings.address) ?? .standard)
            guard let (name, text) = identity.warnings.first else { return .ok("profile \(identity.profile.rawValue)") }
            return .warn("\(name) \(text)", fix: "\(name): docs/configuration.md")
        } catch {
            return .fail(error.description, fix: "\(error.description)")
        }
    }

    private static func known(_ names: [String]) -> Finding {
        guard let (name, nearest) = Settings.unknown(among: names).first else {
            return .ok("all names that begin with TOOLBRIDGE_ are settings")
        }
        return .warn("\(name) is no setting", fix: nearest.map { "\(name): do you mean \($0)?" } ?? "\(name): unset it")
    }
}
