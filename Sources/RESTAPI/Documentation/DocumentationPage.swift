import HTTPServer
import ToolBridge

extension APIDocument {
    /// The description as one page, which needs no script and nothing from elsewhere but its stylesheet.
    var page: String {
        var page = DocumentationPage(self)
        return page.written()
    }
}

/// Writes an API's description for people.
struct DocumentationPage {
    /// The operations of one method and label: one for each kind, or one alone.
    struct Family {
        var operations: [APIDocument.Operation]
        let first: APIDocument.Operation

        var title: String { operations.count > 1 ? first.description.family ?? first.description.summary : first.description.summary }
        var anchor: String { first.description.id }
        var path: String { operations.count > 1 ? first.label : first.path }
    }

    let document: APIDocument
    let families: [Family]
    var html = HTMLWriter()

    init(_ document: APIDocument) {
        self.document = document
        var families: [Family] = []
        for operation in document.operations {
            let known = families.firstIndex {
                $0.first.method.utf8.elementsEqual(operation.method.utf8) && $0.first.label.utf8.elementsEqual(operation.label.utf8)
            }
            if let known {
                families[known].operations.append(operation)
            } else {
                families.append(Family(operations: [operation], first: operation))
            }
        }
        self.families = families
    }

    mutating func written() -> String {
        html.markup(
            """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>ToolBridge API</title>
            <link rel="stylesheet" href="/docs.css">
            </head>
            <body>
            <a class="skip" href="#content">Skip to content</a>
            <div class="layout">

            """
        )
        navigation()
        html.markup("<main id=\"content\">\n")
        introduction()
        for tag in document.tags {
            html.element("h2", ["id": anchor(ofTag: tag)], tag)
            for family in families where family.first.description.tag.utf8.elementsEqual(tag.utf8) { article(family) }
        }
        kinds()
        errors()
        schemas()
        html.element("footer") { html in
            html.text("ToolBridge \(document.version). The same for programs: ")
            html.element("a", ["href": "/openapi.json"], "openapi.json")
            html.text(".")
        }
        html.markup("\n</main>\n</div>\n</body>\n</html>\n")
        return html.html
    }

    private func anchor(ofTag tag: String) -> String {
        "tag-" + tag.lowercased().split(separator: " ").joined(separator: "-")
    }

    private mutating func navigation() {
        html.markup("<nav class=\"contents\" aria-label=\"Contents\">\n")
        html.element("a", ["class": "name", "href": "#content"], "ToolBridge API")
        html.markup("<input type=\"checkbox\" id=\"menu\"><label for=\"menu\">Contents</label>\n<div class=\"list\">\n")
        for tag in document.tags {
            let anchor = anchor(ofTag: tag)
            html.element("h2") { $0.element("a", ["href": "#\(anchor)"], tag) }
            html.markup("<ul>\n")
            for family in families where family.first.description.tag.utf8.elementsEqual(tag.utf8) {
                html.element("li") { html in
                    html.element("a", ["href": "#\(family.anchor)"]) { html in
                        html.method(family.first.method)
                        html.element("span", family.title)
                    }
                }
                html.markup("\n")
            }
            html.markup("</ul>\n")
        }
        html.element("h2", "Reference")
        html.markup(
            """
            <ul>
            <li><a href="#kinds">Kinds</a></li>
            <li><a href="#errors">Errors</a></li>
            <li><a href="#schemas">Schemas</a></li>
            </ul>
            </div>
            </nav>

            """
        )
    }

    private mutating func introduction() {
        html.element("h1", "ToolBridge API")
        html.element("p", ["class": "lead"], "Version \(document.version)")
        for paragraph in Introduction.paragraphs { html.element("p") { $0.prose(paragraph) } }
        html.element("h4", "To try the examples")
        html.example("TOOLBRIDGE=http://127.0.0.1:8080\nTOKEN=$(toolbridge token)")
        html.markup("<ul class=\"links\">\n<li><a href=\"/openapi.json\">OpenAPI 3.1</a></li>\n")
        html.markup("<li><a href=\"#errors\">Errors</a></li>\n<li><a href=\"#schemas\">Schemas</a></li>\n</ul>\n")
    }

    private mutating func kinds() {
        html.element("h2", ["id": "kinds"], "Kinds")
        html.table(["Kind", "Payload", "Parent", "Actions"]) { html in
            for kind in ItemKind.allCases {
                html.row { html in
                    html.cell { $0.code(kind.path) }
                    html.cell { $0.element("a", ["href": "#schema-\(kind.schemaName)"], kind.schemaName) }
                    html.cell { $0.text(kind.parentRule.words) }
                    html.cell { html in
                        for action in kind.actions {
                            html.code(action.name)
                            html.text(" ")
                        }
                    }
                }
            }
        }
    }

    private mutating func errors() {
        html.element("h2", ["id": "errors"], "Errors")
        if let first = DocumentedRefusal.of("not_found") {
            html.element("pre") { $0.element("code") { $0.json(first.exampleBody) } }
        }
        html.table(["Status", "Code", "When", "Further members"], "narrow") { html in
            for refusal in DocumentedRefusal.all {
                html.row { html in
                    html.cell { $0.status(refusal.status) }
                    html.cell { html in html.element("code", ["id": "error-\(refusal.code)"], refusal.code) }
                    html.cell { $0.prose(refusal.text) }
                    html.cell { html in
                        for field in refusal.fields {
                            html.code(field.name)
                            html.text(" ")
                        }
                    }
                }
            }
        }
    }
}

extension ParentRule {
    fileprivate var words: String {
        switch self {
        case .none: "–"
        case .loose(let key, let kind): "\(key) names one of \(kind.path); not checked"
        case .required(let key, let kind): "\(key) names one of \(kind.path)"
        case .typed(let typeKey, let key, let kinds):
            "\(typeKey) and \(key) name one of \(kinds.map(\.path).joined(separator: " or "))"
        }
    }
}

extension HTMLWriter {
    mutating func method(_ method: String) {
        element("b", ["class": "method \(method.lowercased())"], method)
    }

    mutating func status(_ status: Int) {
        element("span", ["class": "status s\(status / 100)"], "\(status)")
    }

    /// A table that becomes a list on a narrow screen.
    mutating func table(_ heads: [String], _ form: StaticString = "", _ rows: (inout Self) -> Void) {
        markup("\n<div class=\"table\"><table class=\"stacked ")
        markup(form)
        markup("\">\n<thead><tr>")
        for head in heads { element("th", ["scope": "col"], head) }
        markup("</tr></thead>\n<tbody>\n")
        rows(&self)
        markup("</tbody>\n</table></div>\n")
    }

    mutating func row(_ cells: (inout Self) -> Void) {
        element("tr", [:], cells)
        markup("\n")
    }

    mutating func cell(_ content: (inout Self) -> Void) {
        element("td", [:], content)
    }
}
