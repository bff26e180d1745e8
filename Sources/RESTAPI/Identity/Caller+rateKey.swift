package import Auth
package import HTTPServer
import ToolBridge

extension Caller {
    /// Which bucket of a group this caller's requests are taken from.
    package func rateKey(in group: LimitGroup) -> String? {
        switch group {
        case .none, .address: nil
        case .auth: owner.subject
        // The length keeps two owners whose names run into each other apart.
        case .data: "\(owner.tenant.utf8.count):\(owner.tenant)\(owner.subject)"
        }
    }
}
