import JSON
import MCP
import ToolBridge

/// Whether the user agrees to a change of many items that destroys something.
struct Consent {
    enum Harm: Sendable {
        case deleting, overwriting

        /// The verb of a question.
        fileprivate var verb: String {
            switch self {
            case .deleting: "Delete"
            case .overwriting: "Overwrite"
            }
        }
        /// What happened, or didn't.
        fileprivate var participle: String {
            switch self {
            case .deleting: "deleted"
            case .overwriting: "changed"
            }
        }
    }

    /// Up to so many items nobody is asked.
    static var threshold: Int { 20 }
    /// How many titles a question shows.
    static var shownTitles: Int { 5 }

    let harm: Harm
    /// Whether the caller says that the user agreed; it counts only where the user can't be asked.
    let isGiven: Bool

    init(to harm: Harm, isGiven: Bool) {
        self.harm = harm
        self.isGiven = isGiven
    }
}

extension ItemTools {
    /// Why the operations aren't carried out, or `nil` if they may be.
    ///
    /// Nothing is changed before: in 2026-07-28 the handler runs again from its start once the user has answered.
    func refusal(
        of consent: Consent,
        to operations: [Result<BatchOperation, ItemError>],
        _ context: RequestContext<Caller>,
        _ items: OwnedItems
    ) async throws -> ToolResult? {
        var harmed = HarmedItems(operations)
        if case .deleting = consent.harm { harmed.detached = try await detached(by: harmed, items) }
        guard harmed.references.count + harmed.detached > Consent.threshold else { return nil }
        guard context.canAsk(consent.question(about: harmed, titles: [], canRestore: false)) else {
            return consent.isGiven ? nil : consent.demand(about: harmed)
        }
        var titles: [String] = []
        for reference in harmed.references.prefix(Consent.shownTitles) {
            if let item = try await items.itemIfAny(reference, includeDeleted: true) { titles.append(item.title) }
        }
        let question = consent.question(about: harmed, titles: titles, canRestore: offers.restoring != nil)
        // Sealed: an answer counts only for this question about these items.
        let answer = try await context.ask(question, sealed: true)
        switch answer {
        case .accepted(let agreed): return agreed ? nil : consent.nothingDone("the user said no")
        case .declined: return consent.nothingDone("the user said no")
        case .cancelled: return consent.nothingDone("the user didn't answer the question")
        }
    }
}

extension ItemTools {
    /// How many tasks would lose their list, as far as that matters: what restoring a list doesn't undo.
    private func detached(by harmed: HarmedItems, _ items: OwnedItems) async throws(ItemError) -> Int {
        var count = 0
        for list in harmed.references where list.kind == .taskLists && count <= Consent.threshold {
            let query = ListQuery(limit: Consent.threshold + 1, filter: ItemFilter(parentUID: list.uid, parentKind: .taskLists))
            let page = try await items.list(.tasks, query)
            // Large tasks end a page early: then there are more than it has.
            count += page.nextCursor == nil ? page.items.count : Consent.threshold + 1
        }
        return count
    }
}

extension Consent {
    fileprivate func question(about harmed: HarmedItems, titles: [String], canRestore: Bool) -> Question<FormAnswer<Bool>> {
        var text = "\(harm.verb) \(harmed.inWords)?"
        if !titles.isEmpty {
            let shown = titles.map { DisplayText.quoted($0).unclickable }.joined(separator: ", ")
            let all = harmed.references.count == 1 ? "It is" : "They are"
            text += titles.count < harmed.references.count ? " Among them: \(shown)." : " \(all): \(shown)."
        }
        if harmed.detached > 0 { text += " Besides, \(harmed.tasksInWords) would lose their list, which can't be undone." }
        switch harm {
        case .deleting: text += canRestore ? " Deleted items can be brought back with restore_item." : " Deleted items can be restored."
        case .overwriting where harmed.replaced > 0:
            text += " \(harmed.replaced) of them lose all fields that aren't given. This can't be undone."
        case .overwriting: text += " What is overwritten can't be brought back."
        }
        return .form("confirm", text, .boolean("agree", title: "\(harm.verb) \(harmed.count)"))
    }

    /// What a caller must do where nobody can be asked.
    fileprivate func demand(about harmed: HarmedItems) -> ToolResult {
        var details = JSONWriter()
        details.object { writer in
            writer.member("code", ItemError.Code.confirmationRequired.rawValue)
            writer.member("status", ItemError.Code.confirmationRequired.status)
            writer.member("field", "confirm")
            writer.member("count", harmed.references.count)
        }
        let lists = harmed.detached > 0 ? ", \(harmed.tasksInWords) would lose their list for good" : ""
        return .failure(
            """
            nothing was \(harm.participle): \(harmed.inWords) would be\(lists), and more than \(Self.threshold) need the user's consent
            \(String(decoding: details.bytes, as: UTF8.self))
            Next: ask the user. Only if they agree, send the same call with confirm true.
            """,
            code: ItemError.Code.confirmationRequired.rawValue
        )
    }

    fileprivate func nothingDone(_ reason: String) -> ToolResult {
        BatchAnswer.nothing("Nothing was \(harm.participle): \(reason). Don't try again unless they ask for it.")
    }
}

/// What a batch would destroy.
struct HarmedItems {
    /// Each item once, in the order of the call.
    private(set) var references: [ItemReference] = []
    /// How many of them are replaced as a whole.
    var replaced: Int { whole.count }
    private var whole: Set<ItemReference> = []
    /// How many tasks are in task lists that are deleted; counted until they are more than the threshold.
    var detached = 0

    init(_ operations: [Result<BatchOperation, ItemError>]) {
        var seen: Set<ItemReference> = []
        for case .success(let operation) in operations {
            guard case .mutate(let uid, let mutation, _) = operation.target else { continue }
            let reference = ItemReference(operation.kind, uid)
            if seen.insert(reference).inserted { references.append(reference) }
            // An item may be named twice, and replaced the second time.
            if case .replace = mutation { whole.insert(reference) }
        }
    }

    /// `25 items (20 notes, 5 tasks)`.
    var inWords: String {
        let kinds = ItemKind.allCases.compactMap { kind in
            let count = references.count { $0.kind == kind }
            return count == 0 ? nil : "\(count) \(count == 1 ? kind.shownNoun : kind.plural)"
        }
        return "\(count) (\(kinds.joined(separator: ", ")))"
    }

    /// `25 items`.
    var count: String { "\(references.count) item\(references.count == 1 ? "" : "s")" }

    /// `3 tasks`.
    var tasksInWords: String {
        detached > Consent.threshold ? "more than \(Consent.threshold) tasks" : "\(detached) task\(detached == 1 ? "" : "s")"
    }
}
