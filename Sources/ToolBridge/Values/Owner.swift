/// Whose items are meant: a subject within a tenant.
///
/// Both lead every key and every query of a store. Only a verified principal makes one. Compared as bytes, not by Unicode's canonical equivalence:
/// two spellings of `é` are two tenants.
package struct Owner: Sendable {
    package let tenant: String
    package let subject: String

    package init(tenant: String, subject: String) {
        self.tenant = tenant
        self.subject = subject
    }
}

extension Owner: Hashable {
    package static func == (left: Owner, right: Owner) -> Bool {
        left.tenant.utf8.elementsEqual(right.tenant.utf8) && left.subject.utf8.elementsEqual(right.subject.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for part in [tenant, subject] {
            hasher.combine(part.utf8.count)
            for byte in part.utf8 { hasher.combine(byte) }
        }
    }
}
