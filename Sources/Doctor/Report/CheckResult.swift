/// What a check came to.
package enum CheckStatus: String, Sendable, CaseIterable {
    case ok
    /// Works, but not as it should for long.
    case warn
    case fail
    /// This deployment doesn't have what would be checked, or the command wasn't given what the check needs.
    case skip
    /// Only a person can see it.
    case manual

    /// The word in the table.
    var word: String { self == .fail ? "FAIL" : rawValue }
}

/// One line of the report.
package struct CheckResult: Sendable, Equatable {
    /// Of the criterion, such as `DR-5`.
    package let id: String
    package let title: String
    package let status: CheckStatus
    /// What was seen; never a secret, a token or anybody's text.
    package let detail: String
    /// What to set or do; always there with a failure.
    package let fix: String?
    /// How long the check took, in milliseconds.
    package let milliseconds: Int

    package init(id: String, title: String, status: CheckStatus, detail: String, fix: String? = nil, milliseconds: Int = 0) {
        self.id = id
        self.title = title
        self.status = status
        self.detail = detail
        self.fix = fix
        self.milliseconds = milliseconds
    }
}
