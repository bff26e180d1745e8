/// All subschemas of a schema, found before any of them is compiled, so that references may point forward.
struct SchemaOutline {
    /// One subschema.
    struct Place {
        let value: JSONValue
        /// The keyword under which it stands; nil for the schema itself.
        let parent: SchemaKeyword?
        let depth: Int
    }

    let dialect: SchemaDialect
    private(set) var places: [Place] = []
    /// The numbers in `places` by the index of the value in its document.
    private(set) var numbers: [Int: Int] = [:]
    /// The numbers in `places` by anchor.
    private(set) var anchors: [[UInt8]: Int] = [:]
    private let root: JSONValue

    /// Finds them all; a list of places, not recursion, leads through the schema.
    init(_ root: JSONValue, _ limits: JSONSchemaLimits) throws(JSONSchemaError) {
        self.root = root
        if let schema = root["$schema"] {
            guard let dialect = schema.string.flatMap({ SchemaDialect($0) }) else {
                throw JSONSchemaError(.unknownDialect, schema, "must be that of 2020-12 or draft-07")
            }
            self.dialect = dialect
        } else {
            dialect = .draft202012
        }
        try add(root, under: nil, depth: 1)
        var next = 0
        while next < places.count {
            let place = places[next]
            guard place.depth <= limits.depth else {
                throw JSONSchemaError(.tooDeep, place.value, "must not be nested deeper than \(limits.depth) levels")
            }
            guard places.count <= limits.subschemas else {
                throw JSONSchemaError(.tooManySubschemas, root, "must not have more than \(limits.subschemas) subschemas")
            }
            try descend(from: place, number: next)
            next += 1
        }
    }

    private mutating func add(_ value: JSONValue, under parent: SchemaKeyword?, depth: Int) throws(JSONSchemaError) {
        guard value.kind == .object || value.kind == .boolean else {
            throw JSONSchemaError(.notASchema, value, "must be a schema: an object, true or false")
        }
        numbers[value.index] = places.count
        places.append(Place(value: value, parent: parent, depth: depth))
    }

    private mutating func descend(from place: Place, number: Int) throws(JSONSchemaError) {
        for member in place.value.members {
            let name = member.key
            guard let keyword = SchemaKeyword(rawValue: name), keyword.isKnown(in: dialect) else {
                guard SchemaKeyword.isAnnotation(name) else {
                    throw JSONSchemaError(.unsupportedKeyword, member.value, "is a keyword that is not supported")
                }
                continue
            }
            switch keyword {
            case .schema, .id, .anchor: try identify(keyword, member.value, number)
            default: try addSubschemas(of: keyword, member.value, depth: place.depth + 1)
            }
        }
    }

    private mutating func addSubschemas(of keyword: SchemaKeyword, _ value: JSONValue, depth: Int) throws(JSONSchemaError) {
        var shape = keyword.shape
        if keyword == .items, dialect == .draft07, value.kind == .array {
            shape = .list
        }
        switch shape {
        case .none: break
        case .one: try add(value, under: keyword, depth: depth)
        case .list:
            guard value.kind == .array, value.count > 0 || keyword == .items else {
                throw JSONSchemaError(.invalidValue, value, "must be an array of schemas, and not empty")
            }
            for element in value.elements {
                try add(element, under: keyword, depth: depth)
            }
        case .map:
            guard value.kind == .object else {
                throw JSONSchemaError(.invalidValue, value, "must be an object")
            }
            // A dependency may also be a list of names.
            for member in value.members where keyword != .dependencies || member.value.kind != .array {
                try add(member.value, under: keyword, depth: depth)
            }
        }
    }

    /// Reads the keywords that give a subschema a name.
    private mutating func identify(_ keyword: SchemaKeyword, _ value: JSONValue, _ number: Int) throws(JSONSchemaError) {
        guard let text = value.string else {
            throw JSONSchemaError(.invalidValue, value, "must be a string")
        }
        switch keyword {
        case .schema:
            guard SchemaDialect(text) == dialect else {
                throw JSONSchemaError(.unknownDialect, value, "must be the same as that of the whole schema")
            }
        case .id:
            if dialect == .draft07, text.utf8.first == UInt8(ascii: "#") {
                try name(Array(text.utf8.dropFirst()), number, value)
            } else if number != 0 {
                throw JSONSchemaError(.unsupportedKeyword, value, "is not supported inside a schema: references are local to the whole")
            }
        default: try name(Array(text.utf8), number, value)
        }
    }

    private mutating func name(_ anchor: [UInt8], _ number: Int, _ value: JSONValue) throws(JSONSchemaError) {
        guard let first = anchor.first, first != JSONByte.slash, anchors.updateValue(number, forKey: anchor) == nil else {
            throw JSONSchemaError(.invalidValue, value, "must be a name that no other anchor has")
        }
    }

    /// The number of the subschema that a `$ref` means.
    func target(of reference: JSONValue) throws(JSONSchemaError) -> Int {
        guard let text = reference.string else {
            throw JSONSchemaError(.invalidValue, reference, "must be a string")
        }
        let bytes = Array(text.utf8)
        let base = bytes.prefix { $0 != UInt8(ascii: "#") }
        // The schema may call itself by its own name.
        let own = root["$id"]?.string.map { Array($0.utf8.prefix { $0 != UInt8(ascii: "#") }) }
        guard base.isEmpty || own.map({ base.elementsEqual($0) }) ?? false else {
            throw JSONSchemaError(.remoteReference, reference, "must begin with #: nothing outside this schema is fetched")
        }
        guard let fragment = Self.percentDecoded(bytes[base.endIndex...].dropFirst()) else {
            throw JSONSchemaError(.invalidValue, reference, "must be a reference with valid percent encoding")
        }
        let found =
            if fragment.isEmpty || fragment.first == JSONByte.slash {
                root.resolve(fragment[...]).flatMap { numbers[$0.index] }
            } else {
                anchors[fragment]
            }
        guard let found else {
            throw JSONSchemaError(.unresolvedReference, reference, "must refer to a place where a schema is")
        }
        return found
    }

    private static func percentDecoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var decoded: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(JSONByte.hexadecimal), let low = rest.popFirst().flatMap(JSONByte.hexadecimal) else {
                return nil
            }
            decoded.append(UInt8(truncatingIfNeeded: high << 4 | low))
        }
        return decoded
    }
}

extension JSONSchemaError {
    /// An error at a value of the schema.
    init(_ reason: Reason, _ place: JSONValue, _ message: String) {
        self.init(reason: reason, pointer: place.pointer, message: message)
    }
}

extension JSONValue {
    /// The value at a JSON Pointer (RFC 6901) from here; nil if there is none or the pointer is malformed.
    package func resolve(_ pointer: ArraySlice<UInt8>) -> JSONValue? {
        var place = self
        var rest = pointer
        while let slash = rest.popFirst() {
            guard slash == JSONByte.slash else {
                return nil
            }
            let token = rest.prefix { $0 != JSONByte.slash }
            rest = rest[token.endIndex...]
            guard let next = place.step(token) else {
                return nil
            }
            place = next
        }
        return place
    }

    private func step(_ token: ArraySlice<UInt8>) -> JSONValue? {
        if kind == .array {
            guard token.allSatisfy(JSONByte.isDigit), token.count == 1 || token.first != JSONByte.zero,
                let position = Int(String(decoding: token, as: UTF8.self)), position < count
            else {
                return nil
            }
            return elements.dropFirst(position).first { _ in true }
        }
        var name: [UInt8] = []
        var rest = token
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "~") else {
                name.append(byte)
                continue
            }
            switch rest.popFirst() {
            case JSONByte.zero: name.append(UInt8(ascii: "~"))
            case UInt8(ascii: "1"): name.append(JSONByte.slash)
            default: return nil
            }
        }
        return self[String(decoding: name, as: UTF8.self)]
    }
}
