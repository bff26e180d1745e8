import JSON

/// Which members of a payload are for people to read, and so can be searched for.
///
/// Identifiers, times, states and colours aren't.
package struct SearchFields: Sendable, Equatable {
    package let title: String?
    /// Texts or arrays of texts.
    package let texts: [String]
}

extension ItemKind {
    package var searchFields: SearchFields {
        switch self {
        case .notes: SearchFields(title: "title", texts: ["content", "tags"])
        case .tasks: SearchFields(title: "title", texts: ["description", "tags"])
        case .comments: SearchFields(title: nil, texts: ["content", "author", "tags"])
        case .chats: SearchFields(title: "title", texts: ["description", "participants", "tags"])
        case .chatMessages: SearchFields(title: nil, texts: ["content", "sender", "tags"])
        case .taskLists: SearchFields(title: "title", texts: ["description"])
        case .taskListCategories: SearchFields(title: "name", texts: [])
        }
    }
}

extension SearchDocument {
    /// How much of an item's text can be searched for, in bytes; what comes behind is not found.
    package static let textBytes = 131_072

    /// What can be searched for of an item.
    package init(_ item: Item) {
        let payload = try? JSONValue(parsing: item.payload, limits: .stored)
        let fields = item.kind.searchFields
        let texts = fields.texts.flatMap { key -> [String] in
            guard let value = payload?[key] else { return [] }
            if value.kind == .array { return value.elements.compactMap(\.string) }
            return value.string.map { [$0] } ?? []
        }
        self.init(
            reference: item.reference,
            title: SearchText.separated((fields.title.flatMap { payload?[$0]?.string } ?? "").cut(to: Self.textBytes)),
            text: SearchText.separated(texts.joined(separator: "\n").cut(to: Self.textBytes))
        )
    }

    /// Nothing in it can be found.
    package var isEmpty: Bool { title.isEmpty && text.isEmpty }
}

extension String {
    /// The beginning of a text, of so many bytes at most.
    func cut(to bytes: Int) -> String {
        guard utf8.count > bytes else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: bytes)
        while end > utf8.startIndex, end.samePosition(in: unicodeScalars) == nil { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
