package import Auth
package import HTTPServer
import ToolBridge

extension Caller {
    /// Which bucket of a group this caller's requests are taken from.
    package func rateKey(in group: LimitGroup) -> String? {
        switch group {
        case .none, .address: nil
        case .auth: principal.subject
        case .data:
            // The length keeps two owners whose names run into each other apart.
            owner.map { "\($0.tenant.utf8.count):\($0.tenant)\($0.subject)" } ?? "0:\(principal.subject)"
        }
    }
}
