import Synchronization

/// What checks build upon: where one of these is missing, only the check that found it says so, and those that need it are left out.
final class Prerequisites: Sendable {
    enum Need: Sendable, Hashable {
        /// Every setting is a value of its kind.
        case settings
        /// The MCP server answers.
        case mcp
        /// The API answers.
        case api
        /// The API takes the credentials.
        case credentials
        /// The MCP server has the tools.
        case tools
    }

    private let missing = Mutex<[Need: String]>([:])

    /// - Parameter check: The id of the check that says why.
    func lack(_ need: Need, _ check: String) {
        missing.withLock { $0[need] = check }
    }

    /// Which check tells why one of these is missing; nil if none is.
    func culprit(among needs: Set<Need>) -> String? {
        missing.withLock { missing in needs.compactMap { missing[$0] }.min() }
    }
}
