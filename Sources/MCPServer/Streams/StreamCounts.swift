package import MCP
import Synchronization

/// How many streams are open: of each principal and altogether.
package final class StreamCounts: Sendable {
    private let ofPrincipal: Int
    private let altogether: Int
    private let state = Mutex<(all: Int, principals: [Principal: Int])>((0, [:]))

    /// - Parameters:
    ///   - ofPrincipal: At most so many of one; `anonymous` is everybody, and has no limit of its own.
    package init(ofPrincipal: Int, altogether: Int) {
        self.ofPrincipal = ofPrincipal
        self.altogether = altogether
    }

    /// - Returns: false if one more would be too many.
    package func add(_ principal: Principal) -> Bool {
        state.withLock { state in
            guard state.all < altogether else { return false }
            if principal != .anonymous {
                guard state.principals[principal, default: 0] < ofPrincipal else { return false }
                state.principals[principal, default: 0] += 1
            }
            state.all += 1
            return true
        }
    }

    package func remove(_ principal: Principal) {
        state.withLock { state in
            state.all -= 1
            guard principal != .anonymous, let count = state.principals[principal] else { return }
            state.principals[principal] = count > 1 ? count - 1 : nil
        }
    }

    package var count: Int { state.withLock { $0.all } }
}
