import JSON

extension Parameter where Value == String {
    /// A string, required unless it has a default; it may be empty.
    ///
    /// - Parameter format: The schema's `format`, for information only.
    /// - Parameter allowed: The only values taken, compared byte for byte; nil for any.
    public static func string(
        _ name: String,
        _ description: String,
        format: String? = nil,
        allowed: [String]? = nil,
        default fallback: String? = nil
    ) -> Parameter<String> {
        let schema = stringSchema(description, isOptional: false, format: format, allowed: allowed, fallback: fallback)
        guard let fallback else {
            return Parameter(required: name, schema: schema) { argument throws(ArgumentError) in
                try readString(argument, of: name, allowed: allowed)
            }
        }
        return Parameter(name, schema: schema, isRequired: false) { argument throws(ArgumentError) in
            guard let argument else { return fallback }
            return try readString(argument, of: name, allowed: allowed)
        }
    }
}

extension Parameter where Value == String? {
    /// A string that may be left out; null and `""` count as left out.
    ///
    /// - Parameter format: The schema's `format`, for information only.
    /// - Parameter allowed: The only values taken, compared byte for byte; nil for any.
    public static func optionalString(
        _ name: String,
        _ description: String,
        format: String? = nil,
        allowed: [String]? = nil
    ) -> Parameter<String?> {
        let schema = stringSchema(description, isOptional: true, format: format, allowed: allowed, fallback: nil)
        return Parameter(name, schema: schema, isRequired: false) { argument throws(ArgumentError) in
            guard let argument, !argument.isNull else { return nil }
            if let text = argument.string, text.isEmpty { return nil }
            return try readString(argument, of: name, allowed: allowed)
        }
    }
}

extension Parameter where Value == Int {
    /// An integer within bounds, required unless it has a default.
    ///
    /// Taken also: `"5"`, `5.0`.
    public static func integer(
        _ name: String,
        _ description: String,
        in range: ClosedRange<Int> = Int.min...Int.max,
        default fallback: Int? = nil
    ) -> Parameter<Int> {
        let schema = integerSchema(description, isOptional: false, range: range, fallback: fallback)
        guard let fallback else {
            return Parameter(required: name, schema: schema) { argument throws(ArgumentError) in
                try readInteger(argument, of: name, in: range)
            }
        }
        return Parameter(name, schema: schema, isRequired: false) { argument throws(ArgumentError) in
            guard let argument else { return fallback }
            return try readInteger(argument, of: name, in: range)
        }
    }
}

extension Parameter where Value == Int? {
    /// An integer within bounds that may be left out; null counts as left out.
    public static func optionalInteger(
        _ name: String,
        _ description: String,
        in range: ClosedRange<Int> = Int.min...Int.max
    ) -> Parameter<Int?> {
        let schema = integerSchema(description, isOptional: true, range: range, fallback: nil)
        return Parameter(name, schema: schema, isRequired: false) { argument throws(ArgumentError) in
            guard let argument, !argument.isNull else { return nil }
            return try readInteger(argument, of: name, in: range)
        }
    }
}

extension Parameter where Value == Bool {
    /// A boolean, required unless it has a default.
    ///
    /// Taken also: `"true"`, `"false"`.
    public static func boolean(_ name: String, _ description: String, default fallback: Bool? = nil) -> Parameter<Bool> {
        let schema = propertySchema(["boolean"], description) { writer in
            if let fallback { writer.member("default", fallback) }
        }
        guard let fallback else {
            return Parameter(required: name, schema: schema) { argument throws(ArgumentError) in try readBoolean(argument, of: name) }
        }
        return Parameter(name, schema: schema, isRequired: false) { argument throws(ArgumentError) in
            guard let argument else { return fallback }
            return try readBoolean(argument, of: name)
        }
    }
}

extension Parameter where Value == Bool? {
    /// A boolean that may be left out; null counts as left out.
    ///
    /// Taken also: `"true"`, `"false"`.
    public static func optionalBoolean(_ name: String, _ description: String) -> Parameter<Bool?> {
        Parameter(name, schema: propertySchema(["boolean", "null"], description), isRequired: false) { argument throws(ArgumentError) in
            guard let argument, !argument.isNull else { return nil }
            return try readBoolean(argument, of: name)
        }
    }
}

private func readString(_ argument: JSONValue, of name: String, allowed: [String]?) throws(ArgumentError) -> String {
    guard let text = argument.string else { throw ArgumentError(name, "must be a string, not \(argument.kind.withArticle)") }
    if let allowed, !allowed.contains(where: { $0.sameBytes(text) }) {
        throw ArgumentError(name, "must be one of \(allowed.joined(separator: ", ")), not '\(text.shortened)'")
    }
    return text
}

private func readInteger(_ argument: JSONValue, of name: String, in range: ClosedRange<Int>) throws(ArgumentError) -> Int {
    let number = argument.integral.flatMap { Int(exactly: $0) } ?? argument.string.flatMap(decimal)
    guard let number, range.contains(number) else {
        let isQuoted = argument.kind == .number || argument.kind == .string
        let found = isQuoted ? String(decoding: argument.bytes.prefix(64), as: UTF8.self).shortened : nil
        throw ArgumentError(name, "must be an integer\(bounds(range)), not \(found ?? argument.kind.withArticle)")
    }
    return number
}

/// A string of decimal digits with an optional minus sign; `Int.init` would take a plus as well.
private func decimal(_ text: String) -> Int? {
    text.utf8.first == UInt8(ascii: "+") ? nil : Int(text)
}

private func readBoolean(_ argument: JSONValue, of name: String) throws(ArgumentError) -> Bool {
    if let value = argument.boolean { return value }
    switch argument.string {
    case "true": return true
    case "false": return false
    case let text?: throw ArgumentError(name, "must be true or false, not '\(text.shortened)'")
    case nil: throw ArgumentError(name, "must be true or false, not \(argument.kind.withArticle)")
    }
}

private func bounds(_ range: ClosedRange<Int>) -> String {
    switch (range.lowerBound, range.upperBound) {
    case (.min, .max): ""
    case (.min, let upper): " of at most \(upper)"
    case (let lower, .max): " of at least \(lower)"
    case (let lower, let upper): " from \(lower) to \(upper)"
    }
}

private func stringSchema(_ description: String, isOptional: Bool, format: String?, allowed: [String]?, fallback: String?) -> JSONValue {
    propertySchema(isOptional ? ["string", "null"] : ["string"], description) { writer in
        if let format { writer.member("format", format) }
        if let fallback { writer.member("default", fallback) }
        guard let allowed else { return }
        writer.key("enum")
        writer.array { writer in
            for value in allowed { writer.string(value) }
            if isOptional { writer.null() }
        }
    }
}

private func integerSchema(_ description: String, isOptional: Bool, range: ClosedRange<Int>, fallback: Int?) -> JSONValue {
    propertySchema(isOptional ? ["integer", "null"] : ["integer"], description) { writer in
        if range.lowerBound != .min { writer.member("minimum", range.lowerBound) }
        if range.upperBound != .max { writer.member("maximum", range.upperBound) }
        if let fallback { writer.member("default", fallback) }
    }
}

/// A property's schema: its types, its description unless that is empty, and what else it says.
func propertySchema(_ types: [String], _ description: String, _ rest: (inout JSONWriter) -> Void = { _ in }) -> JSONValue {
    var writer = JSONWriter()
    writer.object { writer in
        writer.key("type")
        if types.count == 1 {
            writer.string(types[0])
        } else {
            writer.array { writer in
                for type in types { writer.string(type) }
            }
        }
        if !description.isEmpty { writer.member("description", description) }
        rest(&writer)
    }
    // What the writer wrote is JSON: keys are distinct constants.
    return (try? JSONValue(parsing: writer.bytes)) ?? JSONValue.emptyObject
}

extension JSONValue.Kind {
    /// The kind in a sentence: "a string", "an object".
    var withArticle: String {
        switch self {
        case .null: "null"
        case .array, .object: "an \(rawValue)"
        case .boolean, .number, .string: "a \(rawValue)"
        }
    }
}
