import Synchronization

/// Notes in memory.
final class Notes: Sendable {
    private let texts = Mutex([String]())

    /// In the order in which they came.
    var all: [String] { texts.withLock { $0 } }

    /// Keeps a note, and tells its number.
    func add(_ text: String) -> Int {
        texts.withLock { texts in
            texts.append(text)
            return texts.count
        }
    }
}
