import JSON
import MCP
import ToolBridge

/// How much of each item an answer tells.
enum Detail: String, Sendable, CaseIterable {
    /// What it is called, what it hangs on, and when it changed.
    case summary
    /// The payload too.
    case full
}

extension Parameter where Value == Detail {
    /// A summary unless the payload is asked for; null and `""` count as not given.
    static var detail: Parameter<Detail> {
        let choice = Parameter.choice("detail", of: Detail.self, default: .summary)
        return Parameter("detail", schema: choice.schema, isRequired: false) { argument throws(ArgumentError) in
            guard let argument, !argument.isNull, argument.string?.isEmpty != true else { return .summary }
            return try choice.read(argument)
        }
    }
}

extension Parameter where Value == Bool {
    /// False unless it is given; neither the schema nor a description says so, since such names tell it.
    static func flag(_ name: String, _ description: String = "") -> Parameter<Bool> {
        let read = Parameter<Bool>.boolean(name, "", default: false)
        let schema = Parameter<Bool>.boolean(name, description).schema
        return Parameter(name, schema: schema, isRequired: false) { argument throws(ArgumentError) in
            guard let argument, !argument.isNull else { return false }
            return try read.read(argument)
        }
    }
}

extension Parameter where Value == ItemKind {
    /// One kind, by any of its names.
    static var kind: Parameter<ItemKind> {
        Parameter(required: "kind", schema: KindSchema.listed) { argument throws(ArgumentError) in
            try ItemKind(reading: argument, of: "kind")
        }
    }
}

extension Parameter where Value == Set<ItemKind> {
    /// Several kinds, by any of their names; all of them if none is given.
    ///
    /// Taken also: one kind as a string, or a string holding a list as JSON.
    static var kinds: Parameter<Set<ItemKind>> {
        Parameter("kinds", schema: ["type": "array", "items": KindSchema.any], isRequired: false) { argument throws(ArgumentError) in
            guard var list = argument, !list.isNull else { return Set(ItemKind.allCases) }
            if let text = list.string {
                if text.isEmpty { return Set(ItemKind.allCases) }
                if let kind = ItemKind(named: text) { return [kind] }
                guard let parsed = try? JSONValue(parsing: text) else { throw ItemKind.fault(of: "kinds") }
                list = parsed
            }
            guard list.kind == .array else { throw ItemKind.fault(of: "kinds") }
            var kinds: Set<ItemKind> = []
            for element in list.elements { kinds.insert(try ItemKind(reading: element, of: "kinds")) }
            return kinds.isEmpty ? Set(ItemKind.allCases) : kinds
        }
    }
}

extension Parameter where Value == ItemReference {
    /// An item by its kind and uid in one text.
    static func id(_ description: String = "kind/uid, such as notes/<uid>.") -> Parameter<ItemReference> {
        Parameter(required: "id", schema: ["type": "string", "description": JSONValue(stringLiteral: description)]) {
            argument throws(ArgumentError) in
            let text = argument.string ?? ""
            guard let reference = ItemReference(id: text) else { throw ItemReference.idFault(text) }
            return reference
        }
    }
}

extension Parameter where Value == Timestamp? {
    /// A moment that may be left out.
    ///
    /// Taken also: a date alone, which is its first moment in UTC, and milliseconds since 1970.
    static func time(_ name: String) -> Parameter<Timestamp?> {
        let schema: JSONValue = ["type": "string", "format": "date-time"]
        return Parameter(name, schema: schema, isRequired: false) { argument throws(ArgumentError) in
            guard let argument, !argument.isNull else { return nil }
            if let text = argument.string {
                if text.isEmpty { return nil }
                if let moment = Timestamp(payloadText: text) ?? Timestamp(payloadText: text + "T00:00:00Z") { return moment }
            } else if let number = argument.integral, number > 0 {
                return Timestamp(milliseconds: number)
            }
            throw ArgumentError(name, "must be a time such as 2026-03-01T10:00:00Z or 2026-03-01")
        }
    }
}

extension Parameter where Value == String? {
    /// Where the page before ended: its `nextCursor`.
    static var cursor: Parameter<String?> { .text("cursor") }

    /// A text that may be left out; null and `""` count as left out, though the schema doesn't say so.
    static func text(_ name: String, _ description: String = "") -> Parameter<String?> {
        let read = Parameter<String?>.optionalString(name, "")
        let schema = Parameter<String>.string(name, description).schema
        return Parameter(name, schema: schema, isRequired: false) { argument throws(ArgumentError) in try read.read(argument) }
    }
}

extension ItemKind {
    fileprivate init(reading argument: JSONValue, of name: String) throws(ArgumentError) {
        guard let kind = argument.string.flatMap({ ItemKind(named: $0) }) else { throw Self.fault(of: name) }
        self = kind
    }

    fileprivate static func fault(of name: String) -> ArgumentError {
        ArgumentError(name, "must be \(name == "kind" ? oneOfNames : "a list of some of \(names.joined(separator: ", "))")")
    }
}

extension ItemReference {
    /// What is wrong with a text that is no id; of a uid alone it says how that becomes one.
    static func idFault(_ text: String) -> ArgumentError {
        guard let uid = UID(text) else {
            return ArgumentError("id", "must be a kind and a UUID, as in notes/c1d9b7dc-a1b2-4c3d-9e8f-7a6b5c4d3e2f")
        }
        return ArgumentError("id", "lacks the kind before the UUID: it must be notes/\(uid), tasks/\(uid) or the like")
    }
}

/// What schemas say of kinds.
enum KindSchema {
    /// All names, for tools that nothing else tells them.
    static let listed: JSONValue = {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("type", "string")
            writer.member("enum", strings: ItemKind.names)
        }
        return .literal(writer)
    }()

    /// Any text: the names stand in other tools, and in all that these return.
    static let any: JSONValue = ["type": "string"]
}
