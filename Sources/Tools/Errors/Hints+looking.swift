import JSON
import ToolBridge

/// The hints that read something. What can't be read leaves its hint without it.
extension Hints {
    private var near: NearMatches { NearMatches(items) }

    /// The kinds of which the client may see items.
    private var shown: [ItemKind] { ItemKind.allCases.filter(offers.shows) }

    func afterNotFound() async -> [String] {
        guard let kind = attempt.kind else { return [] }
        let general = offers.finding(kind).map { ["find the \(kind.shownNoun) with \($0)."] } ?? []
        guard let uid = attempt.uid else { return general }
        do {
            if let other = try await near.item(uid, in: shown.filter { $0 != kind }) { return [elsewhere(other, insteadOf: kind)] }
            guard offers.shows(kind) else { return general }
            let matches = try await near.matches(kind, uid: uid, title: title(kind))
            guard !matches.isEmpty else { return general }
            return ["if you meant one of these \(kind.plural), \(again(with: "its uid"))."] + matches.map(\.line)
        } catch {
            return general
        }
    }

    func afterMismatch(_ refusal: ItemError) async -> [String] {
        guard let kind = attempt.kind, let uid = attempt.uid ?? refusal.uid else { return [] }
        guard let item = try? await items.item(uid, kind) else {
            let read = offers.reading(kind).map { "read it with \($0), then " } ?? ""
            guard case .integer(let version)? = refusal[.actual] else { return ["\(read)\(again(with: "its version as if_match"))."] }
            return ["\(read)\(again(with: "if_match \(version)"))."]
        }
        let current = ItemView(item).object
        let names = attempt.sent.map { VersionDifference.names(sent: $0.object, current: current, isWhole: replaces) } ?? []
        let difference = names.isEmpty ? "" : "; these differ from what you sent: \(names.joined(separator: ", "))"
        let advice = "decide what to keep, then \(again(with: "if_match \(item.version)"))."
        let start = "the \(kind.shownNoun) is at version \(item.version)\(difference); \(advice)"
        guard item.payload.count <= Self.itemBytes else {
            return [start + (offers.reading(kind).map { " \($0) shows the item as it is now." } ?? "")]
        }
        return [start + " The item as it is now, with what the user stored:", item.onOneLine]
    }

    func afterInvalidParent(_ refusal: ItemError) async -> [String] {
        guard let kind = attempt.kind else { return [] }
        switch kind.parentRule {
        case .none, .loose:
            return []
        case .required(let key, let parent):
            return await parentHint(of: kind, key: key, [parent])
        case .typed(let typeKey, let key, let parents):
            guard case .string("wrong_kind")? = refusal[.reason] else {
                guard refusal.field?.hasSuffix(typeKey) == true, attempt.sent?.object[key] != nil else {
                    return await parentHint(of: kind, key: key, typeKey: typeKey, parents)
                }
                return ["send \(parameter(typeKey)) as \(parents.map(\.singular).joined(separator: " or ")), beside \(parameter(key))."]
            }
            return ["send \(parameter(typeKey)) as \(parents.map(\.singular).joined(separator: " or "))."]
        }
    }

    /// - Parameters:
    ///   - typeKey: The member that names the parent's kind, if there is one.
    ///   - parents: The kinds that may be the parent.
    private func parentHint(of kind: ItemKind, key: String, typeKey: String? = nil, _ parents: [ItemKind]) async -> [String] {
        let named = await namedParent(kind)
        let parent = named?.kind ?? parents.first ?? kind
        let ways = [
            offers.finding(parent).map { "find the \(parent.shownNoun) with \($0)" },
            offers.creating(parent).map { "create one with \($0)" },
        ].compactMap { $0 }
        let plain =
            ways.isEmpty
            ? ["send the uid of \(parent.oneNoun) as \(parameter(key))."]
            : ["\(ways.joined(separator: ", or ")), and send its uid as \(parameter(key))."]
        guard let named else { return plain }
        do {
            if let item = try await near.item(named.uid, in: shown.filter { $0 == parent } + shown.filter { $0 != parent }) {
                return wrongParent(item, insteadOf: named.kind, typeKey, parents) ?? plain
            }
            guard offers.shows(parent) else { return plain }
            let matches = try await near.matches(parent, uid: named.uid, title: nil)
            guard !matches.isEmpty else { return plain }
            return ["if you meant one of these \(parent.plural), \(again(with: "its uid as \(parameter(key))"))."] + matches.map(\.line)
        } catch {
            return plain
        }
    }

    /// The parent that the caller named, else the one that the item has: without a word of it, it may have been deleted.
    private func namedParent(_ kind: ItemKind) async -> ItemReference? {
        if let named = sentParent(of: kind) { return named }
        guard !creates, let uid = attempt.uid, let item = try? await items.item(uid, kind, includeDeleted: true) else {
            return nil
        }
        return kind.parentRule.parentIfReadable(in: ItemView(item).object)
    }

    private func sentParent(of kind: ItemKind?) -> ItemReference? {
        attempt.sent.flatMap { kind?.parentRule.parentIfReadable(in: $0.object) }
    }

    /// What is wrong with an item that exists and still can't be the parent.
    private func wrongParent(_ item: Item, insteadOf kind: ItemKind, _ typeKey: String?, _ parents: [ItemKind]) -> [String]? {
        let this = "\(sentParent(of: attempt.kind) == nil ? "its parent is" : "this uid is of") \(item.shownWithArticle)"
        guard item.deletedAt == nil else {
            return [this + (offers.restoring.map { "; \($0) with id \(item.reference.id) brings it back." } ?? "; send another.")]
        }
        guard parents.contains(item.kind) else {
            return [this + "; send that of \(parents.map(\.oneNoun).joined(separator: " or "))."]
        }
        // One that is there and fits has come back since.
        guard let typeKey, item.kind != kind else { return nil }
        return [this + "; send \(parameter(typeKey)) as \(item.kind.singular)."]
    }

    /// The item that was meant is of another kind.
    private func elsewhere(_ item: Item, insteadOf kind: ItemKind) -> String {
        let this = "this uid is of \(item.shownWithArticle)"
        guard let tool = attempt.tool else { return this + "." }
        if let counterpart = offers.counterpart(of: tool, for: item.kind, insteadOf: kind) { return "\(this): call \(counterpart)." }
        // A tool of any kind does it for this one too.
        guard tool.hasSuffix("_" + kind.singular) || tool.hasSuffix("_" + kind.path) else {
            return "\(this): call \(tool) with \(item.reference.id)."
        }
        return this + (offers.reading(item.kind).map { ": \($0) reads it." } ?? ".")
    }

    /// The title that was to be written.
    private func title(_ kind: ItemKind) -> String? {
        kind.searchFields.title.flatMap { attempt.sent?.object[$0]?.string }
    }

    private var replaces: Bool { attempt.tool?.hasPrefix("update_") == true && attempt.tool != "update_items" }

    private func again(with argument: String) -> String {
        attempt.tool.map { "call \($0) again with \(argument)" } ?? "try again with \(argument)"
    }

    /// A member of the payload as the tool calls it: creating one has parameters of its own.
    private func parameter(_ key: String) -> String {
        guard let kind = attempt.kind, attempt.tool == "create_\(kind.singular)" else { return key }
        return key.reduce(into: "") { $0 += $1.isUppercase ? "_" + $1.lowercased() : String($1) }
    }

    /// A longer item isn't shown.
    private static var itemBytes: Int { 8000 }
}

extension NearMatches.Match {
    fileprivate var line: String { "\(DisplayText.quoted(title)) \(uid)" }
}

extension Item {
    /// `a deleted task, "Buy milk"`.
    fileprivate var shownWithArticle: String {
        "\(deletedAt == nil ? kind.oneNoun : "a deleted \(kind.shownNoun)"), \(DisplayText.quoted(title))"
    }

    /// As results have it, shown.
    fileprivate var onOneLine: String {
        var writer = JSONWriter(reserving: payload.count + 192)
        writer.item(self)
        return DisplayText.json(writer.bytes)
    }
}
