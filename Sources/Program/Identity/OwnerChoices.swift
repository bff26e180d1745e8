package import Auth
package import ToolBridge
import Tools

/// Whose items a caller works on; whoever belongs to several organizations is asked once, and the answer is remembered.
package struct OwnerChoices: Sendable {
    /// The same that the tenant policy reads.
    package let choices: TenantChoices

    private let service: any ItemService

    /// - Parameter service: Has the items of all owners.
    package init(_ service: any ItemService, choices: TenantChoices) {
        self.service = service
        self.choices = choices
    }

    /// - Throws: ``Tools/OwnerChoice``.
    package func items(of caller: Caller) throws -> OwnedItems {
        do throws(TenantUndecided) {
            return OwnedItems(service, of: try caller.decidedOwner)
        } catch {
            let principal = caller.principal
            throw OwnerChoice(error.organizations.map { OwnerChoice.Option(id: $0.id, name: $0.name) }) { [service, choices] id in
                choices.remember(id, of: principal)
                return OwnedItems(service, of: Owner(tenant: id, subject: principal.subject))
            }
        }
    }
}
