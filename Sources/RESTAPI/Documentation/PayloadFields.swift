import ToolBridge

/// The members that payloads of a kind usually have.
///
/// Clients are free to use others; the server keeps them all as they are.
struct PayloadField: Sendable {
    let name: String
    let text: String
    /// As JSON.
    let example: String

    init(_ name: String, _ text: String, _ example: String) {
        self.name = name
        self.text = text
        self.example = example
    }
}

extension ItemKind {
    /// The name of the kind's payload in the document's components: `ChatMessage`.
    var schemaName: String {
        singular.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// The noun in a sentence: `task list`.
    var words: String { singular.split(separator: "_").joined(separator: " ") }
    /// Several of them: `task lists`.
    var pluralWords: String { path.split(separator: "_").joined(separator: " ") }
    /// With its article: `a task list`.
    var articleAndWords: String { "a \(words)" }

    /// The table behind the payloads' schemas.
    var conventionalFields: [PayloadField] {
        switch self {
        case .notes:
            [
                .init("title", "Text.", #""Shopping""#), .init("content", "Text.", #""Milk""#), Self.tags,
                .init("status", "Text: active or archived.", #""active""#), .init("pinned", "Truth value.", "false"),
            ]
        case .tasks:
            [
                .init("title", "Text.", #""Buy milk""#), .init("description", "Text.", #""Two litres""#),
                .init("status", "Text: open, in_progress, completed or archived.", #""open""#), .init("done", "Truth value.", "false"),
                .init("priority", "Text: low, medium or high.", #""high""#),
                .init("dueDate", "RFC 3339 date or time.", #""2026-03-06""#), Self.tags,
                .init("parentUid", "The uid of another task; not checked.", Self.otherUID),
                .init("taskListUid", "The uid of a task list; not checked. It goes when that list is deleted.", Self.otherUID),
            ]
        case .comments:
            [
                .init("content", "Text.", #""Looks good""#), .init("author", "Text.", #""Ada""#),
                .init("status", "Text: open, resolved or archived.", #""open""#), Self.tags,
                .init("parentType", "What is commented on: note or task.", #""note""#),
                .init("parentUid", "The uid of that note or task.", Self.otherUID),
            ]
        case .chats:
            [
                .init("title", "Text.", #""Weekend""#), .init("description", "Text.", #""Where do we go?""#),
                .init("participants", "List of texts.", #"["Ada","Grace"]"#), .init("archived", "Truth value.", "false"),
                .init("status", "Text: active or resolved.", #""active""#), Self.tags,
            ]
        case .chatMessages:
            [
                .init("content", "Text.", #""Hello""#), .init("sender", "Text.", #""Ada""#),
                .init("messageType", "Text.", #""text""#), .init("role", "Text: user or assistant.", #""user""#),
                .init("read", "Truth value.", "false"), .init("delivered", "Truth value.", "true"),
                .init("archived", "Truth value.", "false"), Self.tags, .init("chatUid", "The uid of the chat.", Self.otherUID),
            ]
        case .taskLists:
            [
                .init("title", "Text.", #""Household""#), .init("description", "Text.", #""Every week""#),
                .init("categoryUid", "The uid of a category; not checked.", Self.otherUID), .init("color", "Text.", ##""#c0392b""##),
                .init("icon", "Text.", #""broom""#), .init("archived", "Truth value.", "false"),
            ]
        case .taskListCategories:
            [
                .init("name", "Text.", #""Home""#), .init("parentUid", "The uid of another category; not checked.", Self.otherUID),
                .init("order", "Number.", "1"), .init("archived", "Truth value.", "false"),
            ]
        }
    }

    /// A payload that can be created: as JSON, with its parent if it must have one.
    var examplePayload: String {
        let shown: [PayloadField] =
            switch parentRule {
            case .none, .loose: Array(conventionalFields.prefix(2))
            case .required(let key, _):
                Array(conventionalFields.prefix(2)) + conventionalFields.filter { $0.name.utf8.elementsEqual(key.utf8) }
            case .typed(let typeKey, let key, _):
                Array(conventionalFields.prefix(1))
                    + conventionalFields.filter { $0.name.utf8.elementsEqual(key.utf8) || $0.name.utf8.elementsEqual(typeKey.utf8) }
            }
        // A loose reference needs something to refer to.
        let members = shown.filter { parentRule.isChecked || !$0.name.hasSuffix("Uid") }
        return "{" + members.map { "\"\($0.name)\":\($0.example)" }.joined(separator: ",") + "}"
    }

    /// What a body must have so that the parent can be looked for, as a schema; `nil` where nothing is checked.
    func parentSchema(isRequired: Bool) -> String? {
        switch parentRule {
        case .none, .loose:
            return nil
        case .required(let key, _):
            return #"{\#(isRequired ? #""required":["\#(key)"],"# : "")"properties":{"\#(key)":\#(SchemaText.anyUID)}}"#
        case .typed(let typeKey, let key, let kinds):
            let names = isRequired ? #""required":["\#(typeKey)","\#(key)"],"# : ""
            let properties = #""\#(typeKey)":\#(SchemaText.oneOf(kinds.map(\.singular))),"\#(key)":\#(SchemaText.anyUID)"#
            return "{\(names)\"properties\":{\(properties)}}"
        }
    }

    private static let tags = PayloadField("tags", "List of texts.", #"["home"]"#)
    private static let otherUID = #""0b9f9d0a-6d7c-4b44-8a49-4b8f6f8d2a10""#
}

extension ParentRule {
    /// Whether the parent must be alive.
    var isChecked: Bool {
        switch self {
        case .none, .loose: false
        case .required, .typed: true
        }
    }
}
