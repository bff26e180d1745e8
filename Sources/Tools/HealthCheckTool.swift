import JSON
package import MCP
import ToolBridge

/// What `health_check` can tell about the program that runs it.
package struct HealthReport: Sendable {
    package var isHealthy: Bool
    /// The configured tenant, else the caller's.
    package var tenant: String?
    /// The API behind this program; `nil` with a database of its own.
    package var apiBaseURL: String?
    package var version: String
    /// `serve`, `mcp` or `stdio`.
    package var role: String
    /// `local`, `toolbridge` or `compatible`.
    package var upstream: String

    package init(isHealthy: Bool, tenant: String?, apiBaseURL: String?, version: String, role: String, upstream: String) {
        self.isHealthy = isHealthy
        self.tenant = tenant
        self.apiBaseURL = apiBaseURL
        self.version = version
        self.role = role
        self.upstream = upstream
    }
}

extension Tool {
    /// Says whether the program works; needs no items and no right.
    package static func healthCheck(_ report: @escaping @Sendable (Caller) async -> HealthReport) -> Tool {
        Tool(
            "health_check",
            title: "Check health",
            "Says whether the server works.",
            annotations: .reading,
            output: ItemSchema.anyObject
        ) { context in
            let report = await report(context.caller)
            var writer = JSONWriter(reserving: 256)
            writer.object { writer in
                writer.member("status", report.isHealthy ? "healthy" : "degraded")
                writer.member("tenant_id", report.tenant)
                writer.member("go_api_base_url", report.apiBaseURL)
                writer.member("version", report.version)
                writer.member("role", report.role)
                writer.member("upstream", report.upstream)
                writer.member("server_time", Timestamp.now().description)
            }
            return .structured(unchecked: writer.bytes)
        }
    }
}
