import HTTPServer
import JSON

extension APIDocument {
    /// The document as OpenAPI 3.1 (OAS 3.1.1), the same bytes each time.
    var openAPI: [UInt8] {
        var writer = OpenAPIWriter(self)
        return writer.written()
    }
}

/// Writes an API's description as OpenAPI.
///
/// What many operations share stands once, in the components.
private struct OpenAPIWriter {
    private let document: APIDocument
    private var writer = JSONWriter(reserving: 262_144)
    /// Parameters and headers by their texts, refusals by their statuses and codes, each with its name in the components.
    private var parameters = SharedParts()
    private var headers = SharedParts()
    private var responses = SharedParts()

    init(_ document: APIDocument) {
        self.document = document
    }

    mutating func written() -> [UInt8] {
        writer.beginObject()
        writer.member("openapi", "3.1.1")
        writer.key("info")
        info()
        writer.key("servers")
        writer.array { writer in writer.object { $0.member("url", "/") } }
        tags()
        paths()
        components()
        writer.endObject()
        return writer.bytes
    }

    private mutating func info() {
        writer.beginObject()
        writer.member("title", "ToolBridge")
        writer.member("version", document.version)
        writer.member("description", Introduction.paragraphs.joined(separator: "\n\n"))
        writer.endObject()
    }

    private mutating func tags() {
        writer.key("tags")
        writer.beginArray()
        for tag in document.tags { writer.object { $0.member("name", tag) } }
        writer.endArray()
    }

    private mutating func paths() {
        writer.key("paths")
        writer.beginObject()
        var written: Set<String> = []
        for operation in document.operations where written.insert(operation.path).inserted {
            writer.key(escaping: operation.path)
            writer.beginObject()
            for sibling in document.operations where sibling.path.utf8.elementsEqual(operation.path.utf8) {
                writer.key(escaping: sibling.method.lowercased())
                self.operation(sibling)
            }
            writer.endObject()
        }
        writer.endObject()
    }

    private mutating func operation(_ operation: APIDocument.Operation) {
        let description = operation.description
        writer.beginObject()
        writer.member("operationId", description.id)
        writer.key("tags")
        writer.array { $0.string(description.tag) }
        writer.member("summary", description.summary)
        if !description.text.isEmpty { writer.member("description", description.text) }
        if !operation.needsToken {
            writer.key("security")
            writer.array { _ in }
        }
        if !description.parameters.isEmpty {
            writer.key("parameters")
            writer.beginArray()
            for parameter in description.parameters { self.parameter(parameter) }
            writer.endArray()
        }
        if let body = description.body {
            writer.key("requestBody")
            writer.beginObject()
            writer.member("description", "At most \(operation.bodyLimit) bytes.")
            writer.member("required", body.isRequired)
            contents(body.contents)
            writer.endObject()
        }
        writer.key("responses")
        answers(of: operation)
        writer.endObject()
    }

    private mutating func parameter(_ parameter: ParameterDescription) {
        var part = JSONWriter(reserving: 256)
        part.object { part in
            part.member("name", parameter.name)
            part.member("in", parameter.place.rawValue)
            part.member("required", parameter.isRequired)
            part.member("description", parameter.text)
            part.key("schema")
            part.compact(parameter.schema)
            if let example = parameter.example {
                part.key("example")
                part.compact(example)
            }
        }
        parameters.reference(to: part.bytes, wish: parameter.name, "parameters", &writer)
    }

    private mutating func contents(_ contents: [ContentDescription]) {
        guard !contents.isEmpty else { return }
        writer.key("content")
        writer.beginObject()
        for content in contents {
            writer.key(escaping: content.mediaType)
            writer.beginObject()
            writer.key("schema")
            writer.compact(content.schema)
            if let example = content.example {
                writer.key("example")
                if content.mediaType.utf8.elementsEqual("application/json".utf8) || content.mediaType.hasSuffix("+json") {
                    writer.compact(example)
                } else {
                    writer.string(example)
                }
            }
            writer.endObject()
        }
        writer.endObject()
    }

    // MARK: Answers

    private mutating func answers(of operation: APIDocument.Operation) {
        writer.beginObject()
        for answer in operation.description.answers {
            writer.key(escaping: "\(answer.status)")
            writer.beginObject()
            writer.member("description", answer.text)
            writer.key("headers")
            writer.beginObject()
            for header in answer.headers + operation.commonHeaders { self.header(header) }
            writer.endObject()
            contents(answer.contents)
            writer.endObject()
        }
        for (status, refusals) in operation.refusalsByStatus {
            writer.key(escaping: "\(status)")
            refusal(status, refusals, of: operation)
        }
        writer.endObject()
    }

    private mutating func header(_ header: HeaderDescription) {
        var part = JSONWriter(reserving: 128)
        part.object { part in
            part.member("description", header.text)
            if header.isRequired { part.member("required", true) }
            part.key("schema")
            part.compact(header.schema)
        }
        writer.key(escaping: header.name)
        headers.reference(to: part.bytes, wish: header.name, "headers", &writer)
    }

    /// All refusals of one status: which codes there may be, and what their errors have.
    private mutating func refusal(_ status: Int, _ refusals: [DocumentedRefusal], of operation: APIDocument.Operation) {
        let outer = writer
        writer = JSONWriter(reserving: 1024)
        writer.beginObject()
        writer.member("description", refusals.map { "`\($0.code)`: \($0.text)" }.joined(separator: " "))
        writer.key("headers")
        writer.beginObject()
        for header in operation.headers(ofRefusal: status) { self.header(header) }
        writer.endObject()
        writer.key("content")
        writer.beginObject()
        writer.key("application/json")
        writer.beginObject()
        writer.key("schema")
        writer.beginObject()
        writer.key("allOf")
        writer.beginArray()
        writer.compact(SchemaText.named("Error"))
        writer.compact(Self.schema(of: refusals))
        writer.endArray()
        writer.endObject()
        writer.key("examples")
        writer.beginObject()
        for refusal in refusals {
            writer.key(escaping: refusal.code)
            writer.object { writer in
                writer.key("value")
                writer.compact(refusal.exampleBody)
            }
        }
        writer.endObject()
        writer.endObject()
        writer.endObject()
        writer.endObject()
        let part = writer.bytes
        writer = outer
        responses.reference(to: part, wish: "\(status)", "responses", &writer)
    }

    private static func schema(of refusals: [DocumentedRefusal]) -> String {
        let always = refusals.map { refusal in refusal.fields.filter(\.isAlwaysThere).map(\.name) }
        let common = (always.first ?? []).filter { name in always.allSatisfy { $0.contains(name) } }
        let required = common.isEmpty ? "" : #""required":[\#(common.map { "\"\($0)\"" }.joined(separator: ","))],"#
        return #"{\#(required)"properties":{"code":\#(SchemaText.oneOf(refusals.map(\.code)))}}"#
    }

    // MARK: Components

    private mutating func components() {
        writer.key("components")
        writer.beginObject()
        writer.key("schemas")
        writer.beginObject()
        for (name, schema) in ComponentSchemas.all {
            writer.key(escaping: name)
            writer.compact(schema)
        }
        writer.endObject()
        parameters.write("parameters", to: &writer)
        headers.write("headers", to: &writer)
        responses.write("responses", to: &writer)
        writer.key("securitySchemes")
        writer.object { writer in
            writer.key("bearer")
            writer.object { writer in
                writer.member("type", "http")
                writer.member("scheme", "bearer")
                writer.member("description", "On your own machine: what `toolbridge token` prints.")
            }
            if document.isDevelopment {
                writer.key("debugSubject")
                writer.object { writer in
                    writer.member("type", "apiKey")
                    writer.member("in", "header")
                    writer.member("name", "X-Debug-Sub")
                    writer.member("description", "Names the subject. Only while the server runs with ENV=dev.")
                }
            }
        }
        writer.endObject()
        writer.key("security")
        writer.array { writer in
            writer.object { writer in
                writer.key("bearer")
                writer.array { _ in }
            }
            if document.isDevelopment {
                writer.object { writer in
                    writer.key("debugSubject")
                    writer.array { _ in }
                }
            }
        }
    }
}

/// Parts of a document that stand in its components once, whoever refers to them.
private struct SharedParts {
    private var names: [[UInt8]: String] = [:]
    private var parts: [(name: String, part: [UInt8])] = []
    private var taken: [String: Int] = [:]

    /// Writes a reference to a part, which gets the name that is wished for if no other part has it yet.
    mutating func reference(to part: [UInt8], wish: String, _ component: StaticString, _ writer: inout JSONWriter) {
        let name = names[part] ?? add(part, wish)
        writer.object { $0.member("$ref", "#/components/\(component)/\(name)") }
    }

    private mutating func add(_ part: [UInt8], _ wish: String) -> String {
        let number = taken[wish, default: 0] + 1
        taken[wish] = number
        let name = number == 1 ? wish : "\(wish)-\(number)"
        names[part] = name
        parts.append((name, part))
        return name
    }

    func write(_ component: StaticString, to writer: inout JSONWriter) {
        writer.key(component)
        writer.beginObject()
        for (name, part) in parts {
            writer.key(escaping: name)
            writer.raw(part)
        }
        writer.endObject()
    }
}
