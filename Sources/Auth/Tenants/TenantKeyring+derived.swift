import Crypto
import ToolBridge

extension TenantKeyring {
    /// The text of a keyring that signs for one tenant alone: of each key, in order, `id:tenant:base64` with the derived key.
    ///
    /// Keys of other tenants are left out.
    ///
    /// - Returns: `nil` if the tenant's name can't be one, or no key is its.
    package func derived(for tenant: String) -> Secret? {
        guard TenantName.isValid(tenant) else { return nil }
        let entries = keys.compactMap { key -> String? in
            guard let derived = key.derived(for: tenant) else { return nil }
            let bytes = derived.withUnsafeBytes { Array($0) }
            return "\(String(decoding: key.id, as: UTF8.self)):\(tenant):\(Base64.encode(bytes))"
        }
        return entries.isEmpty ? nil : Secret(entries.joined(separator: ","))
    }
}
