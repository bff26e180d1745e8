import JSON
package import MCP
import ToolBridge

extension ItemTools {
    /// Changes many items of any kinds in one call: `create_items`, `update_items`, `delete_items`, `process_items`; and `restore_item`.
    package var batching: [Tool<Caller>] { [createItems, updateItems, deleteItems, processItems, restoreItem] }

    var createItems: Tool<Caller> {
        Tool(
            "create_items",
            title: "Create items",
            """
            Creates items. Usual payload keys: title, content, tags, status, dueDate; a task's taskListUid, a chat message's chatUid, \
            a comment's parentType (note, task) and parentUid.
            """,
            annotations: .creating,
            output: BatchAnswer.schema,
            .batch(BatchSchema.creations)
        ) { context, items in
            try await batch(context, "create_items", items) { element throws(ItemError) in
                BatchOperation(try element.kind, .create(try element.payload("payload", "fields")))
            }
        }
    }

    var updateItems: Tool<Caller> {
        Tool(
            "update_items",
            title: "Update items",
            "Sets fields of items; null stores null. With replace, fields that aren't given are removed.",
            annotations: .overwriting,
            output: BatchAnswer.schema,
            .batch(BatchSchema.updates),
            .confirm
        ) { context, items, confirm in
            try await batch(context, "update_items", items, consent: Consent(to: .overwriting, isGiven: confirm)) {
                element throws(ItemError) in
                let reference = try element.reference
                let payload = try element.payload("fields", "payload", "updates")
                let mutation: Mutation = try element.flag("replace") ? .replace(payload) : .patch(payload)
                return BatchOperation(reference.kind, .mutate(reference.uid, mutation, expecting: try element.condition))
            }
        }
    }

    var deleteItems: Tool<Caller> {
        Tool(
            "delete_items",
            title: "Delete items",
            "Deletes items\(offers.restoring != nil ? "; restore_item brings one back, process_items with restore many" : ""). A task list's tasks lose it for good.",
            annotations: .overwriting,
            output: BatchAnswer.schema,
            .batch(BatchSchema.references),
            .confirm
        ) { context, items, confirm in
            try await batch(context, "delete_items", items, consent: Consent(to: .deleting, isGiven: confirm)) {
                element throws(ItemError) in
                let reference = try element.reference
                return BatchOperation(reference.kind, .mutate(reference.uid, .delete, expecting: try element.condition))
            }
        }
    }

    var processItems: Tool<Caller> {
        Tool(
            "process_items",
            title: "Act on items",
            "Does an action to items: archive; restore, which brings back deleted ones; \(Self.actionsInWords).",
            annotations: .acting,
            output: BatchAnswer.schema,
            .batch(BatchSchema.actions)
        ) { context, items in
            try await batch(context, "process_items", items) { element throws(ItemError) in
                let reference = try element.reference
                let mutation = try element.action(of: reference.kind)
                return BatchOperation(reference.kind, .mutate(reference.uid, mutation, expecting: try element.condition))
            }
        }
    }

    /// One call of the service for all of them, after the user's consent where it is needed.
    private func batch(
        _ context: RequestContext<Caller>,
        _ tool: String,
        _ items: [JSONValue],
        consent: Consent? = nil,
        _ read: (BatchElement) throws(ItemError) -> BatchOperation
    ) async throws -> ToolResult {
        let elements = items.enumerated().map { BatchElement($1, at: $0) }
        var operations: [Result<BatchOperation, ItemError>] = []
        for element in elements {
            do {
                operations.append(.success(try read(element)))
            } catch {
                operations.append(.failure(error))
            }
        }
        return try await answer(context, Attempt(tool: tool)) { owned, _ in
            if let consent, let refused = try await refusal(of: consent, to: operations, context, owned) { return refused }
            var outcomes: [BatchOutcome] = []
            if operations.contains(where: { (try? $0.get()) != nil }) {
                outcomes = try await owned.write(operations, .independent)
            } else {
                // Nothing of it could be read, so there is nothing to call for.
                for case .failure(let refusal) in operations { outcomes.append(.refused(refusal)) }
            }
            return BatchAnswer.result(outcomes, BatchHints(offers, creates: tool == "create_items")) { index in
                index < elements.count ? elements[index].anyKind : nil
            } noteOn: { index in
                index < operations.count ? (try? operations[index].get())?.misnamed?.words : nil
            }
        }
    }

    /// The actions of the kinds, as far as archiving isn't all: `notes pin, unpin; tasks …`.
    private static var actionsInWords: String {
        ItemKind.allCases.compactMap { kind in
            let names = kind.actions.map(\.name).filter { $0 != "archive" }
            return names.isEmpty ? nil : "\(kind.path) \(names.joined(separator: ", "))"
        }.joined(separator: "; ")
    }
}

extension Parameter where Value == Bool {
    /// That the user agreed, where nobody can be asked.
    static var confirm: Parameter<Bool> {
        .flag("confirm", "True once the user agreed to more than \(Consent.threshold) items.")
    }
}
