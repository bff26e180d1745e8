import JSON
package import MCP
package import ToolBridge

/// Every item as a resource: to read as Markdown or JSON, to list, to subscribe to (RS1–RS10).
///
/// ```swift
/// let resources = ItemResources(items: { OwnedItems(items, of: $0.owner) })
/// ServerDefinition(…, templates: resources.templates, listing: resources.listing,
///     announces: .resources, subscriptions: resources.subscriptions(told: notices))
/// ```
package struct ItemResources<Caller: Sendable>: Sendable {
    let itemsOf: @Sendable (Caller) async throws -> OwnedItems
    /// nil where the caller has yet to choose.
    let chosenItemsOf: @Sendable (Caller) async throws -> OwnedItems?

    /// - Parameter items: Those that a caller reads. It throws where the caller has none.
    package init(items: @escaping @Sendable (Caller) async throws -> OwnedItems) {
        itemsOf = { try await OwnerChoice.items(of: $0, items) }
        chosenItemsOf = { caller in
            do {
                return try await items(caller)
            } catch is OwnerChoice {
                return nil
            }
        }
    }

    /// Both forms, in the order in which an address is tried: an address with `.json` would fit the other one too.
    package var templates: [ResourceTemplate<Caller>] { [json, markdown] }

    private var markdown: ResourceTemplate<Caller> {
        template(.markdown, "item", title: "Item", "An item of the user as Markdown, for reading.", ItemMarkdown.mimeType) { item in
            .text(ItemMarkdown(item).text)
        }
    }

    private var json: ResourceTemplate<Caller> {
        template(.json, "item-json", title: "Item as JSON", "An item of the user as tools give it.", "application/json") { item in
            var writer = JSONWriter(reserving: item.payload.count + 256)
            writer.object { writer in
                writer.member("kind", item.kind.path)
                writer.itemMembers(item)
            }
            return .text(String(decoding: writer.bytes, as: UTF8.self))
        }
    }

    private func template(
        _ form: ItemAddress.Form,
        _ name: String,
        title: String,
        _ description: String,
        _ mimeType: String,
        _ contents: @escaping @Sendable (Item) -> ResourceContents
    ) -> ResourceTemplate<Caller> {
        ResourceTemplate(
            ItemReference.scheme + "{kind}/{uid}" + form.suffix,
            name: name,
            title: title,
            description: description,
            mimeType: mimeType,
            kindVariable,
            uidVariable
        ) { context, kind, uid in
            // Nobody can tell why there is none (RS3).
            try await itemsOf(context.caller).itemIfAny(ItemReference(kind, uid)).map(contents)
        }
    }
}

extension ItemResources {
    private var kindVariable: TextArgument<Caller, ItemKind> {
        TextArgument(required: "kind", title: "Kind", "The item's kind.", completing: .among(ItemKind.names)) {
            text throws(ArgumentError) in
            guard let kind = ItemKind(named: text) else {
                throw ArgumentError("kind", "must be \(ItemKind.oneOfNames)")
            }
            return kind
        }
    }

    private var uidVariable: TextArgument<Caller, UID> {
        TextArgument(required: "uid", title: "Item", "The item's UUID.", completing: uidCompleter) { text throws(ArgumentError) in
            guard let uid = UID(text) else { throw ArgumentError("uid", "must be a UUID") }
            return uid
        }
    }

    /// By title as well as by uid, among items of the kind that was chosen already (C1, C2).
    private var uidCompleter: Completer<Caller> {
        Completer { context, typed in
            var kinds = ItemKind.allCases
            if let chosen = typed.arguments["kind"], !chosen.isEmpty {
                // Of a kind that there isn't nothing can be proposed.
                guard let kind = ItemKind(named: chosen) else { return Completions([]) }
                kinds = [kind]
            }
            let uids = try await ItemCompletion(try await itemsOf(context.caller)).uids(matching: typed.value, of: kinds)
            return Completions(first: uids.map(\.description), hasMore: uids.count >= ItemCompletion.limit)
        }
    }
}
