import Synchronization

/// How much memory the bodies of all requests that haven't been answered may take together.
///
/// A body is read before anybody knows who sent it, so what strangers can make the server hold must have an end (T-27, P-14).
final class BodyBudget: Sendable {
    /// A request that holds no more than this is never refused, however much others hold: whoever fills the budget stops large bodies alone.
    static let free = 65_536

    private let limit: Int
    private let held = Atomic(0)

    /// - Parameter limit: In bytes.
    init(limit: Int) {
        self.limit = limit
    }

    /// Bytes that are held now.
    var used: Int { held.load(ordering: .relaxed) }

    /// Notes that a request holds another number of bytes than before.
    ///
    /// - Returns: Whether there is room for them.
    func change(from old: Int, to new: Int) -> Bool {
        let sum = held.wrappingAdd(new - old, ordering: .relaxed).newValue
        return new <= Self.free || sum <= limit
    }

    /// Gives back what a request held.
    func release(_ bytes: Int) {
        held.wrappingSubtract(bytes, ordering: .relaxed)
    }
}
