import JSON

/// The keys of exchanged tokens: what others fetch to verify these, and what this server verifies them with itself.
///
/// Beside the key that signs there may be further ones, which other replicas sign with: so the key is changed without a failed request.
package struct PublishedKeys: Sendable {
    /// What is wrong with the list of further keys.
    package struct Fault: Error, Sendable, Equatable {
        package let text: String
    }

    /// A JSON Web Key Set (RFC 7517, § 5) of the public keys, the signing one first; a secret isn't in it.
    package let document: [UInt8]
    /// Where the verifier of exchanged tokens looks them up.
    package let source: FixedKeys
    /// What exchanged tokens may be signed with.
    package let algorithms: Set<Algorithm>

    /// There is none.
    package static let none = PublishedKeys([])

    /// - Parameters:
    ///   - signer: What this server signs with, if it signs.
    ///   - further: A JSON Web Key Set of RSA public keys; the signing key may be among them.
    /// - Throws: ``Fault``.
    package init(signer: SigningKey?, further: String? = nil) async throws(Fault) {
        var keys = [signer?.verificationKey].compactMap { $0 }
        for key in try await Self.keys(further) {
            guard key.algorithm == .rs256, let id = key.id else { throw Fault(text: "only RSA keys sign exchanged tokens") }
            guard let known = keys.first(where: { $0.id.map { $0.utf8.elementsEqual(id.utf8) } ?? false }) else {
                keys.append(key)
                continue
            }
            guard known.published == key.published else { throw Fault(text: "two different keys have the same kid") }
        }
        self.init(keys)
    }

    private init(_ keys: [VerificationKey]) {
        var writer = JSONWriter(reserving: 512)
        writer.object { writer in
            writer.key("keys")
            writer.array { writer in for key in keys.compactMap(\.published) { writer.raw(key) } }
        }
        document = writer.bytes
        source = FixedKeys(keys)
        algorithms = Set(keys.map(\.algorithm))
    }

    /// Stricter than a key set that is fetched: what its operator wrote is meant to be used, all of it.
    private static func keys(_ text: String?) async throws(Fault) -> [VerificationKey] {
        guard let text else { return [] }
        guard let document = try? JSONValue(parsing: text), let list = document["keys"], list.kind == .array else {
            throw Fault(text: #"it is no JSON Web Key Set: {"keys":[…]}"#)
        }
        let hasSecrets = list.elements.contains { key in privateMembers.contains { key[$0] != nil } }
        guard !hasSecrets else { throw Fault(text: "it holds a private key; only the public half may be published") }
        guard list.count > 0 else { return [] }
        do {
            let set = try await JSONWebKeySet(parsing: Array(text.utf8))
            guard set.skipped == 0 else {
                throw Fault(text: "\(set.skipped) of its keys are no RSA public keys of 2048 bits or more with a kid")
            }
            return set.keys
        } catch let fault as Fault {
            throw fault
        } catch KeySetFault.ambiguous {
            throw Fault(text: "two of its keys have the same kid")
        } catch KeySetFault.noUsableKey {
            throw Fault(text: "none of its keys is an RSA public key of 2048 bits or more with a kid")
        } catch {
            throw Fault(text: "it is larger than a key set may be")
        }
    }

    /// Of RSA and elliptic curves, and of secrets (RFC 7518, § 6).
    private static let privateMembers: [String] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"]
}
