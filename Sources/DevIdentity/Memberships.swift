import JSON

/// Who belongs to which organization, as WorkOS keeps it.
struct Memberships: Sendable {
    struct Membership: Sendable {
        let id: String
        let user: String
        let organization: String
        let name: String
        let status: String
    }

    private(set) var all: [Membership] = []
    /// The keys that the API takes.
    var keys = [DevIdentityOptions.workOSKey]
    /// Whether a membership says its organization's name.
    var saysNames = true
    private var made = 0

    /// Puts other memberships in the place of all, or of one user's.
    ///
    /// - Parameters:
    ///   - values: `{"user":"alice","organization":"org_A","name":"A","status":"active"}`; the last two may be absent.
    ///   - user: Whose; nil: everybody's, and each value has a `user`.
    /// - Returns: False, and nothing is changed, where a value isn't such an object.
    mutating func replace(_ values: [JSONValue], of user: String?) -> Bool {
        var new: [Membership] = []
        for value in values {
            guard let user = user ?? value["user"]?.string, let organization = value["organization"]?.string else { return false }
            made += 1
            new.append(
                Membership(
                    id: "om_dev\(made)",
                    user: user,
                    organization: organization,
                    name: value["name"]?.string ?? organization,
                    status: value["status"]?.string ?? "active"
                )
            )
        }
        if let user { all.removeAll { $0.user.utf8.elementsEqual(user.utf8) } } else { all = [] }
        all += new
        return true
    }

    /// One page, in the order in which memberships were made.
    func page(user: String?, organization: String?, statuses: [String], after: String?, limit: Int) -> (rows: [Membership], after: String?)
    {
        var rows = all.filter { row in
            (user.map { $0.utf8.elementsEqual(row.user.utf8) } ?? true)
                && (organization.map { $0.utf8.elementsEqual(row.organization.utf8) } ?? true)
                && (statuses.isEmpty || statuses.contains { $0.utf8.elementsEqual(row.status.utf8) })
        }
        if let after, let index = rows.firstIndex(where: { $0.id.utf8.elementsEqual(after.utf8) }) { rows.removeFirst(index + 1) }
        let page = Array(rows.prefix(limit))
        return (page, rows.count > limit ? page.last?.id : nil)
    }
}
