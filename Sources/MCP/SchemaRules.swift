import JSON

/// What a JSON Schema must keep to be published (T5, J1–J3, R9); a fault ends a sentence that begins "its input schema".
struct SchemaRules {
    private static let dialects = [
        "https://json-schema.org/draft/2020-12/schema", "https://json-schema.org/draft/2020-12/schema#",
        "http://json-schema.org/draft-07/schema", "http://json-schema.org/draft-07/schema#",
    ]
    private static let maximumDepth = 32
    private static let maximumSchemas = 1000

    private let root: JSONValue
    private var schemas = 0
    private var anchors: [String] = []
    private var references: [String] = []

    static func fault(inInput schema: JSONValue) -> String? {
        guard schema.kind == .object, schema["type"]?.string == "object" else { return #"must have "type": "object" at its root"# }
        if let properties = schema["properties"] {
            guard properties.kind == .object else { return "has properties that are no object" }
            for property in properties.members where property.value.kind != .object {
                return "must have an object as the schema of \(property.key)"
            }
        }
        return fault(inOutput: schema)
    }

    static func fault(inOutput schema: JSONValue) -> String? {
        guard schema.kind == .object else { return "must be an object" }
        if let dialect = schema["$schema"] {
            guard let name = dialect.string, dialects.contains(where: { $0.sameBytes(name) }) else {
                return "is in a dialect that is neither 2020-12 nor draft-07"
            }
        }
        var rules = SchemaRules(root: schema)
        return rules.walk(schema, depth: 1) ?? rules.unresolvedReference()
    }

    private init(root: JSONValue) {
        self.root = root
    }

    private mutating func walk(_ schema: JSONValue, depth: Int) -> String? {
        guard depth <= SchemaRules.maximumDepth else { return "is nested deeper than \(SchemaRules.maximumDepth)" }
        schemas += 1
        guard schemas <= SchemaRules.maximumSchemas else { return "has more than \(SchemaRules.maximumSchemas) subschemas" }
        for member in schema.members {
            let (key, value) = (member.key, member.value)
            switch key {
            case "x-mcp-header": return "marks a parameter with x-mcp-header, which this server does not support"
            case "$ref", "$dynamicRef":
                guard let reference = value.string else { return "has a \(key) that is no string" }
                references.append(reference)
            case "$anchor", "$dynamicAnchor":
                if let anchor = value.string { anchors.append(anchor) }
            case "const", "enum", "default", "examples", "required", "type":
                break
            case "properties", "patternProperties", "$defs", "definitions", "dependentSchemas":
                for named in value.members {
                    if let fault = walk(named.value, depth: depth + 1) { return fault }
                }
            default:
                if value.kind == .object, let fault = walk(value, depth: depth + 1) { return fault }
                for element in value.elements where element.kind == .object {
                    if let fault = walk(element, depth: depth + 1) { return fault }
                }
            }
        }
        return nil
    }

    /// No reference is ever fetched, so each must be found in the schema itself (J2).
    private func unresolvedReference() -> String? {
        references.first { !resolves($0) }.map { "has the reference \($0), which it does not hold" }
    }

    private func resolves(_ reference: String) -> Bool {
        guard reference.utf8.first == UInt8(ascii: "#") else { return false }
        let fragment = String(reference.dropFirst())
        guard fragment.utf8.first == UInt8(ascii: "/") else { return fragment.isEmpty || anchors.contains { $0.sameBytes(fragment) } }
        var place: JSONValue? = root
        for token in fragment.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            let name = unescaped(token)
            place =
                place?.kind == .array ? place?.elements.dropFirst(UInt32(name).map { Int($0) } ?? .max).first { _ in true } : place?[name]
        }
        return place != nil
    }

    /// A token of a JSON Pointer: `~1` is a slash, `~0` a tilde (RFC 6901, § 4).
    private func unescaped(_ token: Substring) -> String {
        var text = ""
        var isEscaped = false
        for character in token {
            switch (isEscaped, character) {
            case (true, "1"): text.append("/")
            case (true, "0"): text.append("~")
            case (false, "~"):
                isEscaped = true
                continue
            default: text.append(character)
            }
            isEscaped = false
        }
        return text
    }
}
