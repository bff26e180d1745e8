import HTTPServer
import JSON

extension DocumentationPage {
    mutating func article(_ family: Family) {
        let operation = family.first
        html.markup("\n<article id=\"")
        html.text(family.anchor)
        html.markup("\">\n<header>")
        html.element("h3") { $0.element("a", ["href": "#\(family.anchor)"], family.title) }
        html.element("span", ["class": "facts"], facts(of: operation))
        html.markup("</header>\n")
        html.element("p", ["class": "route \(operation.method.lowercased())"]) { html in
            html.method(operation.method)
            html.code(family.path)
        }
        html.markup("<div class=\"columns\">\n<div>\n")
        paths(of: family)
        parameters(family.parameters)
        body(of: family)
        answers(of: family)
        html.markup("</div>\n<div class=\"shown\">\n")
        example(operation)
        html.markup("</div>\n</div>\n</article>\n")
    }

    private func facts(of operation: APIDocument.Operation) -> String {
        var facts = [operation.needsToken ? "Token" : "Public"]
        if operation.limits != .none { facts.append("\(operation.limits.rawValue) rate") }
        return facts.joined(separator: " · ")
    }

    /// The paths of all kinds, each with what only it does.
    private mutating func paths(of family: Family) {
        let text = family.first.description.text
        let isCommon = family.operations.allSatisfy { $0.description.text.utf8.elementsEqual(text.utf8) }
        if isCommon, !text.isEmpty { html.element("p") { $0.prose(text) } }
        guard family.operations.count > 1 else { return }
        html.element("ul", ["class": isCommon ? "paths" : "paths told"]) { html in
            for (index, operation) in family.operations.enumerated() {
                // The first one's anchor is the article's.
                html.element("li", ["id": index == 0 ? "path-\(operation.description.id)" : operation.description.id]) { html in
                    html.code(operation.path)
                    if !isCommon {
                        html.text(" ")
                        html.prose(operation.description.text)
                    }
                }
            }
        }
    }

    private mutating func parameters(_ parameters: [ParameterDescription]) {
        guard !parameters.isEmpty else { return }
        html.element("h4", "Parameters")
        html.table(["Name", "In", "Meaning"]) { html in
            for parameter in parameters {
                html.row { html in
                    html.cell { html in
                        html.code(parameter.name)
                        if parameter.isRequired { html.element("span", ["class": "required"], "required") }
                    }
                    html.cell { $0.element("span", ["class": "type"], parameter.place.rawValue) }
                    html.cell { html in
                        html.prose(parameter.text)
                        if let example = parameter.example {
                            html.markup(" <span class=\"type\">Example: ")
                            html.code((try? JSONValue(parsing: example))?.string ?? example)
                            html.markup("</span>")
                        }
                    }
                }
            }
        }
    }

    private mutating func body(of family: Family) {
        guard let body = family.first.description.body else { return }
        html.element("h4", "Body")
        let schemas = family.bodySchemas
        html.element("p") { html in
            for (index, content) in body.contents.enumerated() {
                if index > 0 { html.text(" or ") }
                html.code(content.mediaType)
            }
            html.text(", at most \(family.first.bodyLimit / 1_048_576) MiB")
            for (index, schema) in schemas.enumerated() {
                html.text(index == 0 ? ": " : ", ")
                html.type(schema)
            }
            html.text(".")
        }
    }

    private mutating func answers(of family: Family) {
        let operation = family.first
        html.element("h4", "Answers")
        html.table(["Status", "Meaning", "Content"], "narrow") { html in
            for answer in operation.description.answers {
                html.row { html in
                    html.cell { $0.status(answer.status) }
                    html.cell { html in
                        html.prose(answer.text)
                        for header in answer.headers {
                            html.text(" ")
                            html.code(header.name)
                        }
                    }
                    html.cell { html in
                        for (index, content) in answer.contents.enumerated() {
                            if index > 0 { html.text(", ") }
                            if let schema = try? JSONValue(parsing: content.schema), schema["$ref"] != nil {
                                html.type(schema)
                            } else {
                                html.code(content.mediaType)
                            }
                        }
                    }
                }
            }
        }
        html.markup("<details><summary>Refusals</summary>\n")
        html.table(["Status", "Codes"], "narrow") { html in
            for (status, refusals) in family.refusalsByStatus {
                html.row { html in
                    html.cell { $0.status(status) }
                    html.cell { html in
                        html.element("span", ["class": "codes"]) { html in
                            for refusal in refusals {
                                html.element("a", ["href": "#error-\(refusal.code)"]) { $0.code(refusal.code) }
                                html.text(" ")
                            }
                        }
                    }
                }
            }
        }
        html.markup("</details>\n")
    }

    private mutating func example(_ operation: APIDocument.Operation) {
        let body = operation.description.body?.contents.first
        html.element("h4", "Request")
        html.element("pre") { pre in
            pre.element("code") { code in
                code.text(operation.curl)
                if let example = body?.example {
                    code.text(" \\\n  -d '")
                    code.json(example)
                    code.text("'")
                }
            }
        }
        for content in operation.description.answers.first?.contents ?? [] {
            guard let example = content.example else { continue }
            html.element("h4", content.mediaType.hasSuffix("json") ? "Answer" : content.mediaType)
            html.element("pre") { $0.element("code") { $0.json(example) } }
        }
    }
}

extension DocumentationPage.Family {
    /// What any of the kinds takes.
    fileprivate var parameters: [ParameterDescription] {
        var parameters: [ParameterDescription] = []
        for parameter in operations.flatMap(\.description.parameters) {
            let place = parameters.lastIndex { $0.place == parameter.place }.map { $0 + 1 } ?? parameters.count
            if !parameters.contains(where: { $0.name.utf8.elementsEqual(parameter.name.utf8) }) { parameters.insert(parameter, at: place) }
        }
        return parameters
    }

    /// The named schemas of all kinds' bodies, each once.
    fileprivate var bodySchemas: [JSONValue] {
        var names: Set<String> = []
        return operations.compactMap { operation in
            guard let text = operation.description.body?.contents.first?.schema, let schema = try? JSONValue(parsing: text) else {
                return nil
            }
            guard let named = schema["$ref"] == nil ? schema["allOf"]?.elements.first(where: { $0["$ref"] != nil }) : schema,
                let name = named["$ref"]?.string, names.insert(name).inserted
            else { return nil }
            return named
        }
    }

    /// What any of the kinds may refuse.
    fileprivate var refusalsByStatus: [(status: Int, refusals: [DocumentedRefusal])] {
        let codes = Set(operations.flatMap { $0.refusals.map(\.code) })
        return DocumentedRefusal.byStatus(DocumentedRefusal.all.filter { codes.contains($0.code) })
    }
}

extension APIDocument.Operation {
    /// The request as a line of a shell, without its body.
    fileprivate var curl: String {
        var target = path
        var query: [String] = []
        var fields = needsToken ? ["Authorization: Bearer $TOKEN"] : []
        for parameter in description.parameters {
            guard let example = parameter.example, let value = (try? JSONValue(parsing: example))?.string ?? parameter.example else {
                continue
            }
            switch parameter.place {
            case .path: target = target.split(separator: "{\(parameter.name)}", omittingEmptySubsequences: false).joined(separator: value)
            case .query where parameter.isRequired: query.append("\(parameter.name)=\(value)")
            case .header where parameter.isRequired: fields.append("\(parameter.name): \(value)")
            case .query, .header: continue
            }
        }
        if !query.isEmpty { target += "?" + query.joined(separator: "&") }
        var line = "curl"
        if !method.utf8.elementsEqual("GET".utf8) { line += " -X \(method)" }
        line += " \"$TOOLBRIDGE\(target)\""
        for field in fields { line += " \\\n  -H \"\(field)\"" }
        if let content = description.body?.contents.first, content.example != nil {
            line += " \\\n  -H \"Content-Type: \(content.mediaType)\""
        }
        return line
    }
}
