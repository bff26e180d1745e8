package import ToolBridge

/// A principal whose tenant has been proved: the only thing that makes an owner.
package struct Caller: Sendable, Equatable {
    package let principal: Principal
    package let owner: Owner

    init(principal: Principal, owner: Owner) {
        self.principal = principal
        self.owner = owner
    }
}
