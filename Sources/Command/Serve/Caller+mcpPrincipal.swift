import Auth
import MCP
import ToolBridge

extension Caller {
    /// Who the caller is for the protocol: what sessions, cursors and notices are bound to.
    var mcpPrincipal: MCP.Principal {
        MCP.Principal(issuer: principal.issuer, subject: principal.subject, tenant: owner?.tenant ?? "")
    }
}
