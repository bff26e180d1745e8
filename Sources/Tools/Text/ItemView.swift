import JSON
package import ToolBridge

/// An item with its payload read, for what is shown of it.
///
/// Payloads hold any JSON in any member: what isn't of the expected type is shown if it is a number or a truth value, and otherwise counts
/// as missing. Nothing here is ever stored.
struct ItemView: Sendable {
    let item: Item
    /// The payload; without members if it can't be read.
    let object: JSONValue

    init(_ item: Item) {
        self.item = item
        object = (try? JSONValue.parse(tolerating: item.payload, limits: .stored).value) ?? [:]
    }

    /// How long a title may be, in bytes of UTF-8.
    static var titleBytes: Int { 120 }
    /// How long another value on a line may be.
    static var valueBytes: Int { 120 }

    /// What the item is called where it is shown: its title, else how its content begins, else that it has none.
    ///
    /// Escaped, on one line.
    var title: String {
        ownTitle ?? opening ?? item.kind.untitled
    }

    /// The title that the payload gives it, as it is shown.
    var ownTitle: String? { ownTitle(bytes: Self.titleBytes) }

    /// The same with another bound.
    func ownTitle(bytes: Int) -> String? {
        item.kind.searchFields.title.flatMap { line($0, bytes: bytes) }
    }

    /// How a title is shown; `nil` where nothing is left of it.
    static func shownTitle(_ title: String) -> String? {
        DisplayText.line(title, bytes: titleBytes).nonEmpty
    }

    /// How the content begins.
    private var opening: String? {
        guard let key = item.kind.contentKey, let text = object[key]?.scalarText else { return nil }
        return DisplayText.line(text, bytes: Self.titleBytes).nonEmpty
    }

    /// What the item says, whole, as it was stored; empty if there is nothing.
    var content: String {
        guard let key = item.kind.contentKey, let value = object[key], !value.isNull else { return "" }
        return value.scalarText ?? String(decoding: value.bytes, as: UTF8.self)
    }

    /// The status as it was stored, if it is a text of usual length.
    var status: String? {
        guard let status = object["status"]?.string, status.utf8.count <= ItemFacets.textBytes else { return nil }
        return status
    }

    /// What the item hangs on, if it can be read.
    var parent: ItemReference? {
        item.kind.parentRule.parentIfReadable(in: object)
    }

    /// A member on one line, escaped; `nil` if there is nothing to show.
    func line(_ key: String, bytes: Int = 120) -> String? {
        object[key]?.scalarText.flatMap { DisplayText.line($0, bytes: bytes).nonEmpty }
    }

    /// The first texts of a member that is a list, each on one line, escaped.
    func lines(_ key: String, count: Int = ItemFacets.maximumTags) -> [String] {
        var lines: [String] = []
        guard let value = object[key] else { return [] }
        if let text = value.scalarText { return DisplayText.line(text, bytes: Self.valueBytes).nonEmpty.map { [$0] } ?? [] }
        for element in value.elements {
            guard lines.count < count else { break }
            if let line = element.scalarText.flatMap({ DisplayText.line($0, bytes: Self.valueBytes).nonEmpty }) { lines.append(line) }
        }
        return lines
    }
}

extension Item {
    /// What the item is called where it is shown, in at most 120 bytes; see ``ItemView/title``.
    package var title: String { ItemView(self).title }
}

extension ItemKind {
    /// The member that holds what the item says.
    var contentKey: String? {
        searchFields.texts.first.flatMap { $0.utf8.elementsEqual("tags".utf8) ? nil : $0 }
    }
}

extension JSONValue {
    /// The text of a string, a number or a truth value.
    fileprivate var scalarText: String? {
        switch kind {
        case .string: string
        case .number, .boolean: String(decoding: bytes, as: UTF8.self)
        case .null, .array, .object: nil
        }
    }
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
