import FoundationEssentials
import Program

/// Checks of this machine's own configuration, without asking anybody.
struct Configuration: Sendable {
    let settings: SettingsReader
    /// All variables of the environment.
    let names: [String]
    let local: any LocalChecks

    static func ofThisProcess(_ local: some LocalChecks) -> Configuration {
        Configuration(settings: .environment(), names: ProcessInfo.processInfo.environment.keys.sorted(), local: local)
    }

    /// Every setting for itself, then what several of them say together.
    var checks: [Examination.Check] {
        [
            Examination.Check(id: "CFG-1", title: "settings can be read") { [settings] examination in
                let finding = Self.readable(settings)
                if finding.status == .fail { examination.prerequisites.lack(.settings, "CFG-1") }
                return finding
            },
            Examination.Check(id: "CFG-2", title: "settings fit together", needs: [.settings]) { [settings, local] _ in
                Self.consistent(settings, local)
            },
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

    private static func consistent(_ settings: SettingsReader, _ local: any LocalChecks) -> Finding {
        do throws(StartFault) {
            guard let (name, text) = try local.settings(settings).first else { return .ok("the program would start with them") }
            return .warn("\(name) \(text)", fix: "\(name): docs/configuration.md")
        } catch {
            return .fail("the program wouldn't start", fix: error.description)
        }
    }

    private static func known(_ names: [String]) -> Finding {
        guard let (name, nearest) = Settings.unknown(among: names).first else {
            return .ok("all names that begin with TOOLBRIDGE_ are settings")
        }
        return .warn("\(name) is no setting", fix: nearest.map { "\(name): do you mean \($0)?" } ?? "\(name): unset it")
    }
}
