import ToolBridge

extension OwnedItems {
    /// An item, or `nil` if there is none to be seen: unknown, deleted and another owner's look the same.
    func itemIfAny(_ reference: ItemReference, includeDeleted: Bool = false) async throws(ItemError) -> Item? {
        do {
            return try await item(reference.uid, reference.kind, includeDeleted: includeDeleted)
        } catch {
            guard error.code == .notFound || error.code == .deleted else { throw error }
            return nil
        }
    }
}
