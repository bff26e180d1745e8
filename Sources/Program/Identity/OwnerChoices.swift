package import Auth
package import ToolBridge
import Tools

/// Whose items a caller works on; whoever belongs to several organizations is asked once, and the answer is remembered.
package struct OwnerChoices: Sendable {
    /// The same that the tenant policy reads.
    package let choices: TenantChoices

    package init(choices: TenantChoices) {
        self.choices = choices
    }

    /// - Throws: ``Tools/OwnerChoice``.
    package func owner(of caller: Caller) throws -> Owner {
        do throws(TenantUndecided) {
            return try caller.decidedOwner
        } catch {
            let principal = caller.principal
            throw OwnerChoice(error.organizations.map { OwnerChoice.Option(id: $0.id, name: $0.name) }) { [choices] id in
                choices.remember(id, of: principal)
                return Owner(tenant: id, subject: principal.subject)
            }
        }
    }
}
