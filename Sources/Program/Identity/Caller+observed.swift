package import Auth
package import Observability
import ToolBridge

extension Caller {
    /// Who the caller is, for lines of the log.
    package var observed: ObservedCaller {
        ObservedCaller(tenant: owner?.tenant, subject: principal.subject)
    }
}
