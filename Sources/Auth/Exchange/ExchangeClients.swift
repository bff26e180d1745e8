import Crypto

/// The clients that may exchange tokens, each with its secret.
///
/// A client that is listed twice has two secrets, either of which is good: so a secret is changed without a failed request.
package struct ExchangeClients: Sendable {
    /// What is wrong with a list, without a word of it.
    package struct Fault: Error, Sendable, Equatable {
        package let text: String
    }

    private let digests: [SHA256.Digest]

    /// No client has to say who it is.
    package static let none = ExchangeClients(digests: [])

    private init(digests: [SHA256.Digest]) {
        self.digests = digests
    }

    /// Reads `id:secret[,id:secret…]`.
    ///
    /// An id has printable ASCII characters but `:` and `,`; a secret may hold `:`, and no `,`. Spaces around an entry don't count.
    ///
    /// - Throws: ``Fault``.
    package init(text: Secret) throws(Fault) {
        var digests: [SHA256.Digest] = []
        for (index, part) in text.reveal().utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).enumerated() {
            let entry = Self.trimmed(part)
            guard let colon = entry.firstIndex(of: UInt8(ascii: ":")) else {
                throw Fault(text: "entry \(index + 1) isn't of the form id:secret")
            }
            let (id, secret) = (entry[..<colon], entry[entry.index(after: colon)...])
            guard !id.isEmpty, id.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
                throw Fault(text: "entry \(index + 1) has no id of printable ASCII characters before its colon")
            }
            guard !secret.isEmpty else { throw Fault(text: "entry \(index + 1) has no secret after its colon") }
            guard secret.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
                throw Fault(text: "entry \(index + 1) has a control character in its secret")
            }
            digests.append(Self.digest(id, secret))
        }
        self.digests = digests
    }

    /// Whether clients have to say who they are.
    package var areRequired: Bool { !digests.isEmpty }

    /// Whether a client has this secret.
    ///
    /// It takes as long for one that is wrong in its first byte as for one that is wrong in its last, and as long for an unknown client.
    package func contains(id: String, secret: Secret) -> Bool {
        let digest = Self.digest(id.utf8, secret.reveal().utf8)
        // Digests of one length are compared in constant time by their own `==`; none is left out.
        return digests.reduce(false) { found, known in
            let isSame = known == digest
            return found || isSame
        }
    }

    private static func digest(_ id: some Collection<UInt8>, _ secret: some Collection<UInt8>) -> SHA256.Digest {
        var hash = SHA256()
        // The length keeps two pairs whose parts run into each other apart.
        withUnsafeBytes(of: UInt64(id.count).bigEndian) { hash.update(bufferPointer: $0) }
        hash.update(data: Array(id))
        hash.update(data: Array(secret))
        return hash.finalize()
    }

    private static func trimmed(_ entry: Substring.UTF8View) -> Substring.UTF8View {
        var rest = entry.drop { $0 == 0x20 }
        while rest.last == 0x20 { rest.removeLast() }
        return rest
    }
}
