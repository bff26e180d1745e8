package import Auth
package import HTTPServer
import ToolBridge

extension Caller {
    /// Which bucket of a group this caller's requests are taken from.
    package func rateKey(in group: LimitGroup) -> LimitKey? {
        switch group {
        case .none: nil
        case .auth: LimitKey(subject: principal.subject)
        // Until a tenant is decided all of a subject's requests are counted together.
        case .data: LimitKey(tenant: owner?.tenant ?? "", subject: principal.subject)
        }
    }
}
