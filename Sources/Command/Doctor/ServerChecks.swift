import Doctor
import FoundationEssentials
import Gateway
import Program
import SQLiteDriver

/// What `doctor` finds in the settings of all roles, in the database file of this machine and in backups of it.
struct ServerChecks: LocalChecks {
    /// Those of `serve`; those of `mcp` too where somebody has set one.
    func settings(_ settings: SettingsReader) throws(StartFault) -> [(name: String, text: String)] {
        let address = try settings.value(Settings.address) ?? .standard
        let server = try IdentitySettings(settings, address: address).warnings
        guard Settings.gateway.contains(where: settings.isSet) else { return server }
        return try server + GatewaySettings(settings).warnings
    }

    func ports(_ settings: SettingsReader) throws(StartFault) -> [Int] {
        let server = try settings.value(Settings.address) ?? .standard
        return [server.port, try settings.value(Settings.gatewayPort) ?? 8001]
    }

    func database() async -> DatabaseFinding {
        let settings = SettingsReader.environment()
        let location: DatabaseLocation
        do throws(StartFault) {
            location = try settings.value(Settings.database) ?? .standard(settings)
        } catch {
            return .fail(error.description, fix: "DATABASE_URL: docs/configuration.md says what it may be")
        }
        guard FileManager.default.fileExists(atPath: location.path) else {
            return .skip("there is no \(location.path) on this machine; toolbridge serve makes it")
        }
        return Self.look(at: location.path, isBackup: false)
    }

    func backup(_ path: String) async -> DatabaseFinding {
        guard FileManager.default.fileExists(atPath: path) else {
            return .fail("there is no file \(path)", fix: "--backup: the path of a file that a backup made")
        }
        return Self.look(at: path, isBackup: true)
    }

    private static func look(at path: String, isBackup: Bool) -> DatabaseFinding {
        let restore =
            isBackup ? "make the backup anew" : "stop the server and restore the latest backup, or look at the disk (DATABASE_URL)"
        let inspection: SQLiteInspection
        do {
            inspection = try SQLiteInspection(path: path)
        } catch {
            return .fail("\(path) can't be read as a database: \(error)", fix: restore)
        }
        guard inspection.faults.isEmpty else {
            return .fail("\(path) is damaged: \(inspection.faults.joined(separator: "; "))", fix: restore)
        }
        guard let step = inspection.step else {
            return .fail("\(path) is a database, but not ToolBridge's", fix: "DATABASE_URL must name ToolBridge's file")
        }
        guard isBackup || inspection.isCurrent else {
            return .fail(
                "\(path) has schema \(step), this program another",
                fix: "start toolbridge serve of this version once: it migrates the file"
            )
        }
        guard isBackup || inspection.journal == "wal" else {
            return .fail("\(path) has the journal mode \(inspection.journal)", fix: "start toolbridge serve once: it sets WAL")
        }
        return .ok("\(path): sound, schema \(step), journal \(inspection.journal)")
    }
}
