import JSON
import ToolBridge

/// The schemas of a batch's elements.
enum BatchSchema {
    static let creations = element(KindSchema.listed, [("payload", object)])
    static let updates = element(
        KindSchema.any,
        [uid, ("fields", object)],
        optional: [("replace", ["type": "boolean"]), ("if_match", ["type": "integer"])]
    )
    static let references = element(KindSchema.any, [uid])
    static let actions = element(KindSchema.any, [uid, ("action", ["type": "string"])])

    private static let object: JSONValue = ["type": "object"]
    private static let uid: (StaticString, JSONValue) = ("uid", ["type": "string"])

    private static func element(_ kind: JSONValue, _ members: [(StaticString, JSONValue)], optional: [(StaticString, JSONValue)] = [])
        -> JSONValue
    {
        let required: [(StaticString, JSONValue)] = [("kind", kind)] + members
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("type", "object")
            writer.key("properties")
            writer.object { writer in
                for (name, schema) in required + optional { writer.member(name, schema) }
            }
            writer.member("required", strings: required.map { "\($0.0)" })
        }
        return .literal(writer)
    }
}
