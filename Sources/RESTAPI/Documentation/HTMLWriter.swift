import JSON

/// Appends HTML to a text.
///
/// Whatever isn't a constant of the source is escaped.
struct HTMLWriter {
    private(set) var html = ""

    init() { html.reserveCapacity(262_144) }

    /// Markup as it stands.
    mutating func markup(_ constant: StaticString) {
        html += constant.description
    }

    mutating func text(_ text: String) {
        html += Self.escaped(text)
    }

    /// An element of a constant name around what `content` writes; attributes' values are escaped.
    mutating func element(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], _ content: (inout Self) -> Void) {
        html += "<\(name)"
        for (key, value) in attributes { html += " \(key)=\"\(Self.escaped(value))\"" }
        html += ">"
        content(&self)
        html += "</\(name)>"
    }

    mutating func element(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String> = [:], _ text: String) {
        element(name, attributes) { $0.text(text) }
    }

    mutating func element(_ name: StaticString, _ text: String) {
        element(name) { $0.text(text) }
    }

    mutating func code(_ text: String) {
        element("code", text)
    }

    /// Sentences: what stands in backquotes is code, and RFCs are links.
    mutating func prose(_ text: String) {
        for (index, part) in text.split(separator: "`", omittingEmptySubsequences: false).enumerated() {
            if index.isMultiple(of: 2) { linkingRFCs(part) } else { code(String(part)) }
        }
    }

    private mutating func linkingRFCs(_ text: Substring) {
        var rest = text
        while let start = rest.firstRange(of: "RFC ") {
            let number = rest[start.upperBound...].prefix { $0.isASCII && $0.isNumber }
            self.text(String(rest[..<start.lowerBound]))
            if number.isEmpty {
                self.text("RFC ")
            } else {
                element("a", ["href": "https://www.rfc-editor.org/rfc/rfc\(number)"], "RFC \(number)")
            }
            rest = rest[number.endIndex...]
        }
        self.text(String(rest))
    }

    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}

extension HTMLWriter {
    /// Lines as they are typed.
    mutating func example(_ text: String) {
        element("pre") { $0.element("code", text) }
    }

    /// A JSON text with its lines, its keys, texts and numbers told apart.
    ///
    /// What is no JSON is written as it stands.
    mutating func json(_ text: String) {
        guard let value = try? JSONValue(parsing: Array(text.utf8)) else { return self.text(text) }
        json(value, indent: 0)
    }

    /// No deeper than the examples of this program are.
    private mutating func json(_ value: JSONValue, indent: Int) {
        switch value.kind {
        case .object where value.count > 0:
            text("{\n")
            for (index, member) in value.members.enumerated() {
                text(String(repeating: "  ", count: indent + 1))
                element("span", ["class": "k"], "\"\(member.key)\"")
                text(": ")
                json(member.value, indent: indent + 1)
                text(index + 1 < value.count ? ",\n" : "\n")
            }
            text(String(repeating: "  ", count: indent) + "}")
        case .array where value.count > 0 && value.elements.contains(where: { $0.count > 0 }):
            text("[\n")
            for (index, element) in value.elements.enumerated() {
                text(String(repeating: "  ", count: indent + 1))
                json(element, indent: indent + 1)
                text(index + 1 < value.count ? ",\n" : "\n")
            }
            text(String(repeating: "  ", count: indent) + "]")
        case .string: element("span", ["class": "s"], String(decoding: value.bytes, as: UTF8.self))
        case .number, .boolean, .null: element("span", ["class": "n"], String(decoding: value.bytes, as: UTF8.self))
        case .object, .array: text(String(decoding: value.bytes, as: UTF8.self))
        }
    }
}
