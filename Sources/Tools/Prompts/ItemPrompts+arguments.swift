import MCP
import ToolBridge

extension ItemPrompts {
    /// The title or uid of an item.
    func item(_ name: String, title: String, _ description: String, _ kind: ItemKind) -> TextArgument<Caller, String> {
        TextArgument<Caller, String>(required: name, title: title, description, completing: completer(kind)) { text throws(ArgumentError) in
            guard !text.isEmpty else { throw ArgumentError(name, "must be the title or the uid of a \(kind.shownNoun)") }
            return text
        }
    }

    /// The title or uid of a task list, which may be left out.
    func optionalList(_ description: String) -> TextArgument<Caller, String?> {
        TextArgument<Caller, String?>.optionalString("list", title: "Task list", description, completing: completer(.taskLists))
    }

    /// A day, as an ISO date or one of three words; today if it is left out.
    ///
    /// - Parameter days: Which days are proposed, counted from today.
    func day(_ description: String, proposing days: [Int64]) -> TextArgument<Caller, CalendarDay> {
        let completer = Completer<Caller> { _, typed in
            let today = self.today
            let words = Self.words.filter { days.contains($0.days) }.map(\.word)
            return Completions(days.map { today.adding(days: $0).description } + words, startingWith: typed.value.lowercased())
        }
        return TextArgument<Caller, CalendarDay>("date", title: "Date", description, isRequired: false, completing: completer) {
            text throws(ArgumentError) in
            guard let text, !text.isEmpty else { return today }
            if let word = Self.words.first(where: { $0.word.utf8.elementsEqual(text.lowercased().utf8) }) {
                return today.adding(days: word.days)
            }
            guard let day = CalendarDay(text) else { throw ArgumentError("date", "must be a date such as \(today)") }
            return day
        }
    }

    private static var words: [(word: String, days: Int64)] { [("today", 0), ("tomorrow", 1), ("yesterday", -1)] }

    /// The item that an argument means.
    func find(_ text: String, _ name: String, _ kind: ItemKind, _ items: OwnedItems) async throws -> ItemView {
        try await ItemArgument(name: name, kind: kind, items: items).find(text)
    }

    /// The task list that an argument means, if it is given.
    func list(_ text: String?, _ items: OwnedItems) async throws -> ItemView? {
        guard let text else { return nil }
        return try await find(text, "list", .taskLists, items)
    }
}
