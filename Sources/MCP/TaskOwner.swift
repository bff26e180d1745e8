/// Whose a task is: for everybody else there is no such task (TK7).
public struct TaskOwner: Sendable, Hashable {
    public let principal: Principal
    /// The tenant in which the work is done; empty where there are no tenants.
    public let tenant: String

    public init(_ principal: Principal, tenant: String = "") {
        self.principal = principal
        self.tenant = tenant
    }

    public static func == (a: TaskOwner, b: TaskOwner) -> Bool {
        a.principal == b.principal && a.tenant.sameBytes(b.tenant)
    }
}
