package import ToolBridge

extension ItemTools {
    /// What an assistant can do after a refusal, for its third line and those behind it; nothing where there is nothing to say.
    ///
    /// Reads a few of the caller's items if that helps: at most one of each kind, one list and one search. It never fails: what can't be read is left out.
    ///
    /// - Parameters:
    ///   - uid: The item that was meant, if one was.
    ///   - sent: The payload, or the fields, that were to be written.
    ///   - tool: The name of the tool that was called.
    package func hint(
        for refusal: ItemError,
        kind: ItemKind?,
        uid: UID?,
        sent: Payload?,
        tool: String?,
        _ items: OwnedItems
    ) async -> [String] {
        await hint(for: refusal, Attempt(tool: tool, kind: kind, uid: uid, sent: sent), items)
    }

    func hint(for refusal: ItemError, _ attempt: Attempt, _ items: OwnedItems) async -> [String] {
        await Hints(items: items, offers: offers, attempt: attempt).lines(for: refusal)
    }
}
