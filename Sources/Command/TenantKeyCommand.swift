import ArgumentParser
import Auth
import Program
import ToolBridge

/// `toolbridge token tenant-key`: what one tenant's server signs with, so that a stolen one can't sign for another tenant.
struct TenantKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant-key",
        abstract: "Prints the keys of one tenant, made from the keyring.",
        discussion: """
            The keyring is that of TENANT_HEADER_KEYS, or of TENANT_HEADER_SECRET if only that is set. What is printed is a keyring too: \
            give it to that tenant's server as TOOLBRIDGE_TENANT_HEADER_KEYS.
            """
    )

    @Argument(help: "The tenant's id.")
    var tenant: String

    func run() async throws {
        guard TenantName.isValid(tenant) else { throw StartFault("a tenant's id is 1 to 128 of A-Z a-z 0-9 . _ : -") }
        guard let derived = try keyring(.environment()).derived(for: tenant) else {
            throw StartFault("none of the keys is for tenant '\(tenant)'")
        }
        print(derived.reveal())
    }

    private func keyring(_ settings: SettingsReader) throws(StartFault) -> TenantKeyring {
        if let text = try settings.value(Settings.tenantKeys) {
            do throws(TenantKeyringFault) {
                return try TenantKeyring(text: text.reveal())
            } catch {
                throw StartFault("TENANT_HEADER_KEYS: \(error)")
            }
        }
        guard let secret = try settings.value(Settings.tenantSecret) else { throw StartFault("TENANT_HEADER_KEYS is not set") }
        return TenantKeyring(secret: secret)
    }
}
