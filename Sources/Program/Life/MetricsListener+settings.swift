package import HTTPServer
package import JSON
package import Observability

extension MetricsListener {
    /// The listener where the settings want it; nil where they want none.
    ///
    /// - Parameters:
    ///   - store: What keeps the items: `sqlite`, or `none`.
    ///   - details: Writes further members of what `/readyz?verbose` answers.
    /// - Throws: ``StartFault``.
    package static func make(
        _ settings: SettingsReader,
        _ observations: Observations,
        _ readiness: Readiness,
        role: MetricFamily.Role,
        store: String,
        details: @escaping @Sendable (inout JSONWriter) -> Void = { _ in }
    ) throws(StartFault) -> MetricsListener? {
        guard case .at(let address) = try settings.value(Settings.metricsAddress) ?? .standard else { return nil }
        observations.metrics.describe(role: role, version: Version.current, commit: Version.commit, store: store)
        return MetricsListener(
            host: address.host,
            port: address.port,
            readiness: readiness,
            observations: observations,
            details: details
        )
    }
}
