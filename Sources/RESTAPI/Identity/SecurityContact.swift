import HTTPServer
import HTTPTypes
import NIOCore
package import ToolBridge

/// Whom to tell of security holes: `/.well-known/security.txt` (RFC 9116).
package struct SecurityContact: Sendable {
    private static let life: Int64 = 180 * 86_400_000
    private let contact: String
    private let publicURL: String?
    private let now: @Sendable () -> Timestamp

    /// - Parameters:
    ///   - contact: `https://…`, `mailto:…` or `tel:…`; an address of e-mail is taken for the second.
    ///   - publicURL: Under which the file is found, without a slash at its end; nil if nobody has said.
    /// - Returns: nil if the contact isn't one.
    package init?(_ contact: String, publicURL: String? = nil, now: @escaping @Sendable () -> Timestamp = { .now() }) {
        let isVisible = contact.utf8.allSatisfy { (0x21...0x7e).contains($0) }
        guard isVisible, contact.utf8.count <= 1_000 else { return nil }
        if ["https://", "mailto:", "tel:"].contains(where: { contact.utf8.starts(with: $0.utf8) && contact.utf8.count > $0.utf8.count }) {
            self.contact = contact
        } else {
            let parts = contact.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
            guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }), !contact.utf8.contains(UInt8(ascii: ":")) else { return nil }
            self.contact = "mailto:" + contact
        }
        self.publicURL = publicURL
        self.now = now
    }

    /// The file as it stands now; it is good for half a year from each time it is read.
    var text: String {
        let path = Self.path
        var lines = ["Contact: \(contact)", "Expires: \(now().adding(milliseconds: Self.life))", "Preferred-Languages: en"]
        if let publicURL { lines.append("Canonical: \(publicURL)\(path)") }
        return lines.map { $0 + "\n" }.joined()
    }

    func route<Caller>() -> Route<Caller> {
        Route(
            .only(.get),
            Self.path,
            label: Self.path,
            describe: { .securityContact },
            .open { _ in
                var answer = Answer.text(.ok, text)
                answer.headers[.cacheControl] = "max-age=3600"
                return answer
            }
        )
    }

    private static let path = "/.well-known/security.txt"
}
