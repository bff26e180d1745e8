/// What operators should know of the conversation with WorkOS.
package enum WorkOSEvent: Sendable, Equatable {
    /// What was asked for.
    package enum Operation: String, Sendable {
        /// One subject in one organization.
        case membership
        /// All organizations of one subject, or whether there is any.
        case organizations
    }

    /// One request and how it ended.
    ///
    /// - Parameter status: HTTP's; 0 if there was no answer.
    case asked(Operation, status: Int, took: Duration)
    /// None of the API keys was taken.
    case keysRefused
    /// Too many requests were wanted, and this one wasn't sent.
    case heldBack(Operation)
}
