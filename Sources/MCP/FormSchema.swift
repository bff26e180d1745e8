import JSON

/// The requested schema of a form: a flat object, reduced to what each revision knows (EL3).
struct FormSchema: Sendable {
    /// As 2025-11-25 and later have it.
    private let schema: JSONValue
    private let properties: [FormProperty]
    /// Why no client can be asked with it.
    let fault: String?

    init(_ schema: JSONValue) {
        self.schema = schema
        let required = schema["required"]?.elements.compactMap(\.string) ?? []
        guard schema["type"]?.string == "object", let members = schema.object("properties")?.members else {
            (properties, fault) = ([], "the schema of a form is an object with properties of different names")
            return
        }
        var (properties, strange): ([FormProperty], String?) = ([], nil)
        for member in members {
            let name = member.key
            if let property = FormProperty(name, member.value, isRequired: required.contains { member.keyEquals($0) }) {
                properties.append(property)
            } else {
                strange = strange ?? name
            }
        }
        let missing = required.first { name in !properties.contains { $0.name.sameBytes(name) } }
        self.properties = properties
        fault = strange.map { "a form can't have the property \($0)" } ?? missing.map { "the form requires \($0), but doesn't have it" }
    }

    /// Multi-select came with 2025-11-25.
    func isKnown(in revision: Revision) -> Bool {
        revision.hasFullForms
            || properties.allSatisfy { property in
                if case .choices = property.kind { false } else { true }
            }
    }

    func written(for revision: Revision) -> [UInt8] {
        guard !revision.hasFullForms else { return Array(schema.bytes) }
        var writer = JSONWriter(reserving: schema.bytes.count)
        writer.object { writer in
            for member in schema.members {
                writer.key(escaping: member.key)
                guard member.keyEquals("properties" as StaticString) else {
                    writer.value(member.value)
                    continue
                }
                writer.object { writer in
                    for property in properties { property.writeReduced(to: &writer) }
                }
            }
        }
        return writer.bytes
    }

    /// Checks the content of an accepted form; members beyond the schema are ignored (M8, EL4).
    func check(_ content: JSONValue) throws(UnfitAnswer) {
        guard content.kind == .object else { throw .malformed("content must be an object") }
        var missing: String?
        for property in properties {
            if let value = content[property.name] {
                try property.check(value)
            } else if property.isRequired {
                missing = missing ?? property.name
            }
        }
        if let missing { throw .incomplete("\(missing) is missing") }
    }
}

extension FormProperty {
    /// For 2025-06-18: titles as `enumNames`, defaults of booleans alone.
    fileprivate func writeReduced(to writer: inout JSONWriter) {
        writer.key(escaping: name)
        writer.object { writer in
            for member in schema.members {
                if case .choice = kind, ["oneOf", "enum", "enumNames"].contains(where: { member.keyEquals($0) }) { continue }
                if member.keyEquals("default" as StaticString), schema["type"]?.string != "boolean" { continue }
                writer.key(escaping: member.key)
                writer.value(member.value)
            }
            guard case .choice(let choices) = kind else { return }
            writer.member("enum", strings: choices.map(\.value))
            guard choices.contains(where: { $0.title != nil }) else { return }
            writer.member("enumNames", strings: choices.map { $0.title ?? $0.value })
        }
    }
}
