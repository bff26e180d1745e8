import Crypto
import ToolBridge

/// The named keys that prove tenants; the first signs, all verify.
package struct TenantKeyring: Sendable {
    /// The id of the key that a plain secret makes.
    static let secretID = "default"
    /// More keys than any rotation needs.
    private static let maximum = 64

    let keys: [TenantKey]

    /// Reads a list of keys.
    ///
    /// Each is `id:base64` or, for one tenant, `id:tenant:base64`; commas separate them, and white space around each is left out.
    ///
    /// - Throws: ``TenantKeyringFault``.
    package init(text: String) throws(TenantKeyringFault) {
        var keys: [TenantKey] = []
        let entries = text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        for (index, entry) in entries.enumerated() {
            guard index < Self.maximum else { throw TenantKeyringFault(.tooMany, at: index) }
            do throws(TenantKeyringFault.Reason) {
                let key = try TenantKey(entry)
                guard !keys.contains(where: { $0.collides(with: key) }) else { throw .twice }
                keys.append(key)
            } catch {
                throw TenantKeyringFault(error, at: index)
            }
        }
        self.keys = keys
    }

    /// One key, named ``secretID``: the secret's UTF-8, as it stands.
    package init(secret: Secret) {
        keys = [TenantKey(id: Self.secretID, material: Array(secret.reveal().utf8))]
    }

    /// The ids, in order.
    package var ids: [String] { keys.map { String(decoding: $0.id, as: UTF8.self) } }

    /// The key of a tenant that this id names.
    func key(_ id: [UInt8], of tenant: String) -> SymmetricKey? {
        for key in keys where key.id == id {
            if let derived = key.derived(for: tenant) { return derived }
        }
        return nil
    }
}

extension TenantKeyring: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The ids alone.
    package var description: String { "TenantKeyring(\(ids.joined(separator: ", ")))" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: ["ids": ids]) }
}

/// What is wrong with the text of a keyring, and with which of its keys; nothing of the text itself.
package struct TenantKeyringFault: Error, Sendable, Equatable, CustomStringConvertible {
    package enum Reason: Error, Sendable, Equatable {
        case empty
        case noID
        case badID
        case badTenant
        case notBase64
        case tooShort
        case notDerived
        case twice
        case tooMany
    }

    package let reason: Reason
    /// Counted from 1.
    package let position: Int

    init(_ reason: Reason, at index: Int) {
        self.reason = reason
        position = index + 1
    }

    package var description: String {
        let text =
            switch reason {
            case .empty: "is empty"
            case .noID: "has no id: id:base64 is wanted"
            case .badID: "has a bad id: 1 to 32 of A–Z a–z 0–9 . _ - are wanted"
            case .badTenant: "is for a tenant that can't be one: 1 to 128 of A–Z a–z 0–9 . _ : - are wanted"
            case .notBase64: "isn't standard base64 with its padding"
            case .tooShort: "has fewer than 32 bytes"
            case .notDerived: "is for one tenant and doesn't have 32 bytes"
            case .twice: "has the id of an earlier one"
            case .tooMany: "is one too many"
            }
        return "key \(position) \(text)"
    }
}
