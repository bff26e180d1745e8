import JSON

extension DocumentationPage {
    mutating func schemas() {
        html.element("h2", ["id": "schemas"], "Schemas")
        for (name, text) in ComponentSchemas.all {
            guard let schema = try? JSONValue(parsing: text) else { continue }
            html.markup("\n<section class=\"schema\" id=\"schema-")
            html.text(name)
            html.markup("\">\n")
            html.element("h3", name)
            html.element("p") { html in
                if let description = schema["description"]?.string { html.prose(description) } else { html.type(schema) }
            }
            let members = Self.members(of: schema, "", [])
            if !members.isEmpty {
                html.table(["Member", "Type", "Meaning"]) { html in
                    for member in members { html.member(member) }
                }
            }
            html.markup("</section>\n")
        }
    }

    struct Member {
        let name: String
        let isRequired: Bool
        let schema: JSONValue
    }

    /// Members of an object and of the objects and lists inside it, by their paths.
    ///
    /// No deeper than the schemas of this program are.
    private static func members(of schema: JSONValue, _ prefix: String, _ members: [Member]) -> [Member] {
        var members = members
        let required = Set(schema["required"]?.elements.compactMap(\.string) ?? [])
        if let properties = schema["properties"] {
            for property in properties.members {
                let name = prefix + property.key
                members.append(Member(name: name, isRequired: required.contains(property.key), schema: property.value))
                members = Self.members(of: property.value, name + ".", members)
            }
        } else if let items = schema["items"], items["properties"] != nil {
            members = Self.members(of: items, prefix.isEmpty ? "[]." : String(prefix.dropLast()) + "[].", members)
        } else if let more = schema["additionalProperties"], more["properties"] != nil {
            members = Self.members(of: more, prefix + "*.", members)
        } else if let parts = schema["allOf"] {
            for part in parts.elements { members = Self.members(of: part, prefix, members) }
        }
        return members
    }
}

extension HTMLWriter {
    fileprivate mutating func member(_ member: DocumentationPage.Member) {
        row { html in
            html.cell { html in
                html.code(member.name)
                if member.isRequired { html.element("span", ["class": "required"], "required") }
            }
            html.cell { html in html.element("span", ["class": "type"]) { $0.type(member.schema) } }
            html.cell { html in
                if let description = member.schema["description"]?.string { html.prose(description) }
                if let example = member.schema["examples"]?.elements.first(where: { _ in true }) {
                    html.text(" ")
                    html.code(String(decoding: example.bytes, as: UTF8.self))
                }
            }
        }
    }

    /// A schema in a few words; one with a name as a link.
    mutating func type(_ schema: JSONValue) {
        if let reference = schema["$ref"]?.string {
            let name = String(reference.split(separator: "/").last ?? "")
            return element("a", ["href": "#schema-\(name)"], name)
        }
        if let values = schema["enum"] { return list(values.elements.map { String(decoding: $0.bytes, as: UTF8.self) }) }
        if let value = schema["const"] { return code(String(decoding: value.bytes, as: UTF8.self)) }
        if let parts = schema["allOf"] { return types(parts, " with ") }
        if let parts = schema["anyOf"] ?? (schema["type"] == nil ? schema["oneOf"] : nil) { return types(parts, " or ") }
        if let items = schema["items"] {
            text("list of ")
            return type(items)
        }
        let names = schema["type"]?.string.map { [$0] } ?? schema["type"]?.elements.compactMap(\.string) ?? []
        text(schema["format"]?.string ?? (names.isEmpty ? "any value" : names.joined(separator: " or ")))
    }

    private mutating func types(_ parts: JSONValue, _ word: String) {
        for (index, part) in parts.elements.enumerated() {
            if index > 0 { text(word) }
            type(part)
        }
    }

    private mutating func list(_ values: [String]) {
        for (index, value) in values.enumerated() {
            if index > 0 { text(" ") }
            code(value)
        }
    }
}
