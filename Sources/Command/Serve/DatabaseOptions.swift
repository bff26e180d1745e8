import ArgumentParser
import Program

/// The flag that every command over a database has.
struct DatabaseOptions: ParsableArguments {
    @Option(help: "The database: sqlite:PATH. Default: DATABASE_URL, else toolbridge.db in your data folder.")
    var database: String?

    /// - Throws: ``StartFault``.
    func location(_ settings: SettingsReader) throws(StartFault) -> DatabaseLocation {
        guard let database else { return try settings.value(Settings.database) ?? .standard(settings) }
        guard let location = DatabaseLocation(url: database) else { throw StartFault("--database must be \(Settings.database.form)") }
        return location
    }
}
