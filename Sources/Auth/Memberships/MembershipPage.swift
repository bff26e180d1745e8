import JSON

/// One page of WorkOS's list of organization memberships.
struct MembershipPage {
    private struct Membership {
        let subject: String
        let organization: Organization
        let isActive: Bool
    }

    private let memberships: [Membership]
    /// Where the next page begins; nil on the last one.
    let next: String?

    /// - Returns: nil if it isn't such a page: what can't be understood is no answer.
    init?(parsing bytes: [UInt8]) {
        guard let value = try? JSONValue(parsing: bytes), let data = value["data"], data.kind == .array else { return nil }
        var memberships: [Membership] = []
        for element in data.elements {
            guard let subject = element["user_id"]?.string, let id = element["organization_id"]?.string,
                let status = element["status"]?.string
            else { return nil }
            let name = element["organization_name"]?.string ?? ""
            memberships.append(
                Membership(
                    subject: subject,
                    organization: Organization(id: id, name: name.isEmpty ? id : name),
                    isActive: status.utf8.elementsEqual("active".utf8)
                )
            )
        }
        self.memberships = memberships
        next = value["list_metadata"]?["after"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The organizations of which the subject is an active member; the others are those that nobody asked for.
    func active(of subject: String) -> [Organization] {
        memberships.filter { $0.isActive && $0.subject.utf8.elementsEqual(subject.utf8) && TenantName.isValid($0.organization.id) }
            .map(\.organization)
    }
}
