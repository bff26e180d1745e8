import JSON

extension Parameter where Value == Double {
    /// A number within bounds, required unless it has a default.
    ///
    /// Taken also: `"1.5"`.
    public static func number(
        _ name: String,
        _ description: String,
        in range: ClosedRange<Double> = -.infinity ... .infinity,
        default fallback: Double? = nil
    ) -> Parameter<Double> {
        let schema = numberSchema(["number"], description, range: range, fallback: fallback)
        guard let fallback else {
            return Parameter(required: name, schema: schema) { argument throws(ArgumentError) in
                try readNumber(argument, of: name, in: range)
            }
        }
        return Parameter(name, schema: schema, isRequired: false) { argument throws(ArgumentError) in
            guard let argument else { return fallback }
            return try readNumber(argument, of: name, in: range)
        }
    }
}

extension Parameter where Value == Double? {
    /// A number within bounds that may be left out; null counts as left out.
    public static func optionalNumber(
        _ name: String,
        _ description: String,
        in range: ClosedRange<Double> = -.infinity ... .infinity
    ) -> Parameter<Double?> {
        let schema = numberSchema(["number", "null"], description, range: range, fallback: nil)
        return Parameter(name, schema: schema, isRequired: false) { argument throws(ArgumentError) in
            guard let argument, !argument.isNull else { return nil }
            return try readNumber(argument, of: name, in: range)
        }
    }
}

private func readNumber(_ argument: JSONValue, of name: String, in range: ClosedRange<Double>) throws(ArgumentError) -> Double {
    // A string is read as JSON, because `Double.init` takes "nan" and "0x1p3" as well.
    let number = argument.double ?? argument.string.flatMap { try? JSONValue(parsing: $0).double }
    guard let number, range.contains(number) else {
        let isQuoted = argument.kind == .number || argument.kind == .string
        let found = isQuoted ? String(decoding: argument.bytes.prefix(64), as: UTF8.self).shortened : nil
        throw ArgumentError(name, "must be a number\(bounds(range)), not \(found ?? argument.kind.withArticle)")
    }
    return number
}

private func bounds(_ range: ClosedRange<Double>) -> String {
    switch (range.lowerBound.isFinite, range.upperBound.isFinite) {
    case (false, false): ""
    case (false, true): " of at most \(text(range.upperBound))"
    case (true, false): " of at least \(text(range.lowerBound))"
    case (true, true): " from \(text(range.lowerBound)) to \(text(range.upperBound))"
    }
}

private func numberSchema(_ types: [String], _ description: String, range: ClosedRange<Double>, fallback: Double?) -> JSONValue {
    propertySchema(types, description) { writer in
        if range.lowerBound.isFinite { writer.member("minimum", raw: text(range.lowerBound).utf8) }
        if range.upperBound.isFinite { writer.member("maximum", raw: text(range.upperBound).utf8) }
        if let fallback, fallback.isFinite { writer.member("default", raw: text(fallback).utf8) }
    }
}

/// JSON of a finite number, `5` and not `5.0`.
private func text(_ number: Double) -> String {
    Int64(exactly: number).map { "\($0)" } ?? number.description
}
