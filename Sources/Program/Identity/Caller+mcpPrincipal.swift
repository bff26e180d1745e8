package import Auth
package import MCP
import ToolBridge

extension Caller {
    /// Who the caller is for the protocol: what sessions, cursors and notices are bound to.
    ///
    /// A tenant that was chosen in a session isn't part of it: the session began before the choice, and goes on after it.
    package var mcpPrincipal: MCP.Principal {
        MCP.Principal(issuer: principal.issuer, subject: principal.subject, tenant: hasChosen ? "" : owner?.tenant ?? "")
    }
}
