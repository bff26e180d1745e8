import JSON

extension MarkedParameter {
    /// The keyword that marks a parameter.
    static let keyword = "x-mcp-header"
    /// Integers beyond can't be read by all clients.
    private static let greatest: Int64 = 9_007_199_254_740_991

    /// A part of a schema, and the way to it; nil if it can't be reached through `properties` alone.
    private struct Place {
        let schema: JSONValue
        let path: [String]?
    }

    /// The marked parameters of a tool, in the order of its schema (R9).
    ///
    /// - Parameter shown: What it is, for the error: "tool x: its input schema".
    /// - Throws: `DefinitionError` for a mark that clients would refuse.
    static func all(in schema: JSONValue, _ shown: String) throws(DefinitionError) -> [MarkedParameter] {
        var marked: [MarkedParameter] = []
        var places = [Place(schema: schema, path: [])]
        var next = 0
        while next < places.count {
            let place = places[next]
            next += 1
            if let mark = place.schema[keyword] {
                let parameter = try MarkedParameter(mark, at: place, shown)
                guard !marked.contains(where: { $0.header.sameLetters(parameter.header) }) else {
                    throw DefinitionError("\(shown) has two parameters with the header \(parameter.header)")
                }
                marked.append(parameter)
            }
            places += parts(of: place)
        }
        return marked
    }

    private init(_ mark: JSONValue, at place: Place, _ shown: String) throws(DefinitionError) {
        guard let name = mark.string, !name.isEmpty, name.utf8.allSatisfy(isTokenByte) else {
            throw DefinitionError("\(shown) has a mark \(MarkedParameter.keyword) that is no token of RFC 9110 at \(mark.pointer)")
        }
        guard let path = place.path, !path.isEmpty else {
            throw DefinitionError("\(shown) has the mark \(name) at a place that is not reached through properties alone")
        }
        let type = place.schema["type"]?.string
        guard let type, ["string", "integer", "boolean"].contains(type) else {
            throw DefinitionError("\(shown) has the mark \(name) on what is neither a string nor an integer nor a boolean")
        }
        let bounds = ["minimum", "maximum"].compactMap { place.schema[$0] }
        let isReadable = bounds.allSatisfy { bound in bound.double.map { abs($0) <= Double(MarkedParameter.greatest) } ?? true }
        guard type != "integer" || isReadable else {
            throw DefinitionError("\(shown) has the mark \(name) on an integer beyond ±(2^53−1)")
        }
        self.init(path: path, header: ParameterHeader.prefix + name)
    }

    /// All that may be schemas in a schema; what only describes isn't looked into.
    private static func parts(of place: Place) -> [Place] {
        var parts: [Place] = []
        for member in place.schema.members {
            switch member.key {
            case "const", "enum", "default", "examples": break
            case "properties":
                parts += member.value.members.map { named in Place(schema: named.value, path: place.path.map { $0 + [named.key] }) }
            case "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies":
                parts += member.value.members.map { Place(schema: $0.value, path: nil) }
            case let key where key.utf8.starts(with: "x-".utf8): break
            default:
                parts.append(Place(schema: member.value, path: nil))
                parts += member.value.elements.map { Place(schema: $0, path: nil) }
            }
        }
        return parts
    }
}

/// `tchar` of RFC 9110, § 5.6.2.
private func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
}
