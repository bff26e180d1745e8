import Testing
package import ToolBridge

/// One thing that every store must do.
///
/// A driver's tests run all of them, each against a store that others may be using at the same time: every check makes owners of its own.
package struct StoreRequirement: Sendable, CustomTestStringConvertible {
    /// A sentence about behaviour: "A store …".
    package let name: String
    package let check: @Sendable (any Store) async throws -> Void

    init(_ name: String, _ check: @escaping @Sendable (any Store) async throws -> Void) {
        self.name = name
        self.check = check
    }

    package var testDescription: String { name }

    package static let all =
        items + lists + filters + feeds + owners + attempts + answers + wipes + sessions + transactions + concurrency + search + histories
}
