package import MCP
import Synchronization

/// Whose answer to a question of ours counts (LS10).
package enum QuestionOwner: Sendable, Hashable {
    /// A legacy session over Streamable HTTP: its number, and whoever's token came with the answer (S16).
    case session(SessionNumber, Principal)
    /// A connection that knows its client by itself: a pipe, or a stream of 2024-11-05.
    case connection(ConnectionNumber)
}

/// A number that no other connection of this process ever has.
package struct ConnectionNumber: Sendable, Hashable {
    private static let last = Atomic<UInt64>(0)
    private let number: UInt64

    package init() {
        number = Self.last.wrappingAdd(1, ordering: .relaxed).newValue
    }
}
