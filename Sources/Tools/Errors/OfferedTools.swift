import ToolBridge

/// The tools that a client was shown, by what they are good for: no hint sends anybody to another one.
struct OfferedTools: Sendable {
    private let names: Set<String>

    init(_ names: Set<String>) {
        self.names = names
    }

    /// `search or list_notes`: what finds items of a kind.
    func finding(_ kind: ItemKind) -> String? {
        let found = [first("search"), listing(kind)].compactMap { $0 }
        return found.isEmpty ? nil : found.joined(separator: " or ")
    }

    func listing(_ kind: ItemKind) -> String? { first("list_\(kind.path)", "list_items") }

    /// What lists items of any kind.
    var listingAny: String? { first("list_items") }

    func reading(_ kind: ItemKind) -> String? { first("get_\(kind.singular)", "fetch") }

    func creating(_ kind: ItemKind) -> String? { first("create_\(kind.singular)", "create_items") }

    func changing(_ kind: ItemKind) -> String? { first("patch_\(kind.singular)", "update_items") }

    /// Whether the client may see items of this kind: what it was not shown the tools for, hints don't tell either.
    func shows(_ kind: ItemKind) -> Bool { reading(kind) != nil || listing(kind) != nil }

    var restoring: String? { first("restore_item") }

    /// The tool that does for one kind what this one does for another: `get_task` for `get_note`.
    ///
    /// - Returns: `nil` as well if the tool belongs to no kind.
    func counterpart(of tool: String, for kind: ItemKind, insteadOf other: ItemKind) -> String? {
        for (own, wanted) in [(other.singular, kind.singular), (other.path, kind.path)] where tool.hasSuffix("_" + own) {
            return first(tool.dropLast(own.count) + wanted)
        }
        return nil
    }

    private func first(_ candidates: String...) -> String? {
        candidates.first { names.contains($0) }
    }
}
