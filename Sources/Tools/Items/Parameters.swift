import JSON
import MCP
import ToolBridge

extension Parameter where Value == UID {
    /// The uid of an item, in any spelling.
    static func uid(_ name: String) -> Parameter<UID> {
        Parameter(required: name, schema: ["type": "string", "format": "uuid"]) { argument throws(ArgumentError) in
            try UID(argument, of: name)
        }
    }
}

extension Parameter where Value == UID? {
    /// The uid of an item that may be left out; null and `""` count as left out.
    static func optionalUID(_ name: String) -> Parameter<UID?> {
        Parameter(name, schema: ["type": ["string", "null"], "format": "uuid"], isRequired: false) { argument throws(ArgumentError) in
            guard let argument, !argument.isNull, argument.string?.isEmpty != true else { return nil }
            return try UID(argument, of: name)
        }
    }
}

extension UID {
    /// Reads an argument.
    fileprivate init(_ argument: JSONValue, of name: String) throws(ArgumentError) {
        guard let uid = argument.string.flatMap({ UID($0) }) else {
            throw ArgumentError(name, "must be a UUID, as results have it in uid, not \(argument.shown)")
        }
        self = uid
    }
}

extension JSONValue {
    /// The value in a message: whoever sent it knows it, so that its beginning will do.
    fileprivate var shown: String {
        guard let string else { return isNull ? "null" : kind == .array || kind == .object ? "an \(kind.rawValue)" : "a \(kind.rawValue)" }
        return DisplayText.quoted(DisplayText.line(string, bytes: 64))
    }
}

extension Parameter where Value == Bool {
    static var includeDeleted: Parameter<Bool> {
        .boolean("include_deleted", "", default: false)
    }
}

extension Parameter where Value == ItemAction {
    /// One of the kind's actions.
    static func action(of kind: ItemKind) -> Parameter<ItemAction> {
        let names = kind.actions.map(\.name)
        var schema = JSONWriter()
        schema.object { writer in
            writer.member("type", "string")
            writer.member("enum", strings: names)
        }
        return Parameter(required: "action", schema: JSONValue.literal(schema)) { argument throws(ArgumentError) in
            guard let name = argument.string, let action = kind.actions.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
                throw ArgumentError("action", "must be one of \(names.joined(separator: ", ")), not \(argument.shown)")
            }
            return action
        }
    }
}

extension JSONValue {
    /// What a writer wrote with constant keys is JSON.
    static func literal(_ writer: JSONWriter) -> JSONValue {
        (try? JSONValue(parsing: writer.bytes)) ?? [:]
    }
}
