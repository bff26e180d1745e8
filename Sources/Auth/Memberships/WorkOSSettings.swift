/// How WorkOS is asked for memberships, and what its answers mean here.
package struct WorkOSSettings: Sendable {
    /// API keys: one, or two while the key is changed; where one is refused the other is tried once.
    package var keys: [Secret]
    /// Without a slash at its end.
    package var baseURL: String
    /// The tenant of those who belong to no organization.
    package var defaultTenant: String
    /// Whether those who belong to no organization may use the default tenant.
    package var allowsNonMembers: Bool
    /// How many decisions, and how many lists of organizations, are kept.
    package var capacity = 100_000

    package static let standardBaseURL = "https://api.workos.com"

    package init(
        keys: [Secret],
        baseURL: String = standardBaseURL,
        defaultTenant: String,
        allowsNonMembers: Bool = true
    ) {
        self.keys = keys
        self.baseURL = baseURL.utf8.last == UInt8(ascii: "/") ? String(baseURL.dropLast()) : baseURL
        self.defaultTenant = defaultTenant
        self.allowsNonMembers = allowsNonMembers
    }

    /// The keys of a list `new,old`; none of them is empty.
    package static func keys(_ list: Secret) -> [Secret] {
        list.reveal().utf8.split(separator: UInt8(ascii: ","))
            .map { part in part.drop { $0 == UInt8(ascii: " ") }.reversed().drop { $0 == UInt8(ascii: " ") }.reversed() }
            .filter { !$0.isEmpty }
            .map { Secret(String(decoding: $0, as: UTF8.self)) }
    }
}
