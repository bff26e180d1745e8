import FoundationEssentials
import JSON
import MCP
import Testing

/// The official JSON Schema of a revision, and a checker for the keywords that it uses (J6).
///
/// An unknown keyword is an error, so that nothing passes because it wasn't looked at.
struct OfficialSchema: Sendable {
    struct Violation: Error, CustomStringConvertible {
        let description: String
    }

    let revision: Revision
    private let definitions: JSONValue

    /// nil if the official schemas are not beside the package; that is an error where CI says that they must be.
    static func of(_ revision: Revision) throws -> OfficialSchema? {
        try cache[revision]?.get()
    }

    private static let cache: [Revision: Result<OfficialSchema?, any Error>] = Dictionary(
        Revision.allCases.map { revision in (revision, Result { try load(revision) }) },
        uniquingKeysWith: { first, _ in first }
    )

    private static func load(_ revision: Revision) throws -> OfficialSchema? {
        let path = folder + "/\(revision)/schema.json"
        guard let data = FileManager.default.contents(atPath: path) else {
            guard ProcessInfo.processInfo.environment["CI"] != "true" else { throw Violation(description: "no official schema at \(path)") }
            return nil
        }
        let schema = try JSONValue(parsing: Array(data))
        return OfficialSchema(revision: revision, definitions: try schema["$defs"] ?? schema.require("definitions"))
    }

    /// `../shared/mcp-schema` beside the package.
    static let folder = #filePath.split(separator: "/").dropLast(4).reduce("") { $0 + "/" + $1 } + "/shared/mcp-schema"

    private init(revision: Revision, definitions: JSONValue) {
        self.revision = revision
        self.definitions = definitions
    }

    func check(_ value: JSONValue, is definition: String) throws {
        guard let schema = definitions[definition] else { throw Violation(description: "\(revision) has no \(definition)") }
        try check(value, schema, at: definition)
    }

    private func check(_ value: JSONValue, _ schema: JSONValue, at place: String) throws {
        for keyword in schema.members {
            let rule = keyword.value
            switch keyword.key {
            case "description", "format": break
            case "$ref":
                guard let name = rule.string?.split(separator: "/").last, let target = definitions[String(name)] else {
                    throw Violation(description: "unresolved \(rule.string ?? "?")")
                }
                try check(value, target, at: "\(place)→\(name)")
            case "type":
                let types = rule.kind == .array ? rule.elements.compactMap(\.string) : [rule.string ?? "?"]
                try demand(types.contains { isOf($0, value) }, "is \(value.kind), not \(types)", place)
            case "const": try demand(value == rule, "is not the constant", place)
            case "enum": try demand(rule.elements.contains { $0 == value }, "is none of the enum", place)
            case "anyOf": try demand(rule.elements.contains { (try? check(value, $0, at: place)) != nil }, "fits no alternative", place)
            case "allOf": for part in rule.elements { try check(value, part, at: place) }
            case "required":
                for name in rule.elements.compactMap(\.string) where value.kind == .object {
                    try demand(value[name] != nil, "lacks \(name)", place)
                }
            case "properties":
                for property in rule.members {
                    if let member = value[property.key] { try check(member, property.value, at: "\(place).\(property.key)") }
                }
            case "additionalProperties":
                for member in value.members where schema["properties"]?[member.key] == nil {
                    try demand(rule.boolean != false, "has \(member.key)", place)
                    if rule.kind == .object { try check(member.value, rule, at: "\(place).\(member.key)") }
                }
            case "items":
                for element in value.elements { try check(element, rule, at: "\(place)[]") }
            case "maxItems":
                try demand(value.kind != .array || value.count <= Int(rule.integer ?? -1), "has too many elements", place)
            case "minimum": try demand(value.double.map { $0 >= rule.double ?? .nan } ?? true, "is too small", place)
            case "maximum": try demand(value.double.map { $0 <= rule.double ?? .nan } ?? true, "is too large", place)
            default: throw Violation(description: "the checker doesn't know \(keyword.key)")
            }
        }
    }

    private func isOf(_ type: String, _ value: JSONValue) -> Bool {
        type == "integer" ? value.integral != nil || value.isInteger : type == value.kind.rawValue
    }

    private func demand(_ holds: Bool, _ text: String, _ place: String) throws {
        guard holds else { throw Violation(description: "\(revision) \(place) \(text)") }
    }
}

extension JSONValue {
    /// Written as an integer, of any size.
    fileprivate var isInteger: Bool {
        kind == .number && bytes.allSatisfy { $0 == UInt8(ascii: "-") || (0x30...0x39).contains($0) }
    }
}

@Suite("The schema checker")
struct OfficialSchemaTests {
    @Test("J6 accepts every official example of 2026-07-28")
    func examples() throws {
        guard let schema = try OfficialSchema.of(.v2026_07_28) else { return }
        let folder = OfficialSchema.folder + "/2026-07-28/examples"
        var count = 0
        for type in try FileManager.default.contentsOfDirectory(atPath: folder) {
            for file in try FileManager.default.contentsOfDirectory(atPath: folder + "/" + type) {
                let data = try #require(FileManager.default.contents(atPath: "\(folder)/\(type)/\(file)"))
                try schema.check(try JSONValue(parsing: Array(data)), is: type)
                count += 1
            }
        }
        #expect(count == 129)
    }

    @Test(
        "J6 refuses what is wrong",
        arguments: [
            (#"{"tools":[],"ttlMs":-1,"cacheScope":"public","resultType":"complete"}"#, "ListToolsResult"),
            (#"{"tools":[{"name":"x"}],"ttlMs":1,"cacheScope":"public","resultType":"complete"}"#, "ListToolsResult"),
            (#"{"content":[{"type":"text"}],"resultType":"complete"}"#, "CallToolResult"),
            (#"{"content":[]}"#, "CallToolResult"),
            (#"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"}}"#, "JSONRPCErrorResponse"),
            (#"{"jsonrpc":"2.0","id":1,"error":{"code":-32022,"message":"x"}}"#, "UnsupportedProtocolVersionError"),
        ]
    )
    func refusals(text: String, definition: String) throws {
        guard let schema = try OfficialSchema.of(.v2026_07_28) else { return }
        #expect(throws: OfficialSchema.Violation.self) { try schema.check(try JSONValue(parsing: text), is: definition) }
    }
}
