import JSON

/// For whom content is, how much it matters and how old it is: hints for clients, never checked by them (A3).
public struct Annotations: Sendable, Equatable {
    /// In the order given; empty says nothing.
    public let audience: [Role]
    /// 0 (least) to 1 (effectively required).
    public let priority: Double?
    /// RFC 3339, `2026-07-28T12:00:00Z`; clients before 2025-06-18 don't get it.
    public let lastModified: String?

    /// - Parameter priority: Clamped to 0…1; what is no number counts as nil.
    public init(audience: [Role] = [], priority: Double? = nil, lastModified: String? = nil) {
        self.audience = audience
        self.priority = priority.flatMap { $0.isNaN ? nil : min(max($0, 0), 1) }
        self.lastModified = lastModified
    }

    /// Writes the member `annotations`, if this revision knows any of it.
    func writeMember(to writer: inout JSONWriter, for revision: Revision) {
        let lastModified = revision.hasTitlesAndLinks ? lastModified : nil
        guard !audience.isEmpty || priority != nil || lastModified != nil else { return }
        writer.key("annotations")
        writer.object { writer in
            if !audience.isEmpty {
                writer.member("audience", strings: audience.map(\.rawValue))
            }
            if let priority { writer.member("priority", priority) }
            if let lastModified { writer.member("lastModified", lastModified) }
        }
    }
}

/// Who speaks, and who is meant.
public enum Role: String, Sendable {
    case user, assistant
}
