import HTTPServer
import JSON
import Observability
import Program
import SQLStore
import SQLiteDriver

extension LocalServices {
    /// The listener that shows metrics and readiness; nil where the settings want none.
    ///
    /// - Throws: ``Program/StartFault``.
    func metricsListener(
        _ settings: SettingsReader,
        _ observations: Observations,
        role: MetricFamily.Role
    ) throws(StartFault) -> MetricsListener? {
        try MetricsListener.make(settings, observations, readiness, role: role, store: "sqlite") { [database] writer in
            let readers = database.readerCounts
            writer.key("pool")
            writer.object { writer in
                writer.member("in_use", readers.inUse)
                writer.member("idle", readers.idle)
                writer.member("waiters", readers.waiting)
            }
            // The check of the database fails where the file's schema is older.
            writer.member("schema_version", Schema.steps.last?.number ?? 0)
        }
    }
}
