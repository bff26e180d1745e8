import JSON

/// A second opinion: the rules written down as plainly as possible, by recursion and with the standard library's idea of UTF-8.
struct ReferenceParser {
    enum Verdict {
        case taken, content, syntax
    }

    private struct SyntaxError: Error {}

    private let scalars: [Unicode.Scalar]
    private let limits: JSONLimits
    private var position = 0
    private var values = 0
    private var hasFault = false

    static func verdict(of bytes: [UInt8], limits: JSONLimits) -> Verdict {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return .syntax
        }
        var parser = Self(scalars: Array(text.unicodeScalars), limits: limits)
        do {
            try parser.value(depth: 1)
            parser.space()
            return parser.position < parser.scalars.count ? .syntax : parser.hasFault ? .content : .taken
        } catch {
            return .syntax
        }
    }

    private init(scalars: [Unicode.Scalar], limits: JSONLimits) {
        self.scalars = scalars
        self.limits = limits
    }

    private var next: Unicode.Scalar? {
        position < scalars.count ? scalars[position] : nil
    }

    private mutating func take(_ allowed: (Unicode.Scalar) -> Bool) -> Unicode.Scalar? {
        guard let next, allowed(next) else {
            return nil
        }
        position += 1
        return next
    }

    private mutating func expect(_ scalar: Unicode.Scalar) throws {
        guard take({ $0 == scalar }) != nil else {
            throw SyntaxError()
        }
    }

    private mutating func space() {
        while take({ $0 == " " || $0 == "\n" || $0 == "\r" || $0 == "\t" }) != nil {}
    }

    private mutating func value(depth: Int) throws {
        space()
        values += 1
        hasFault = hasFault || values > limits.values
        switch next {
        case "{":
            try container("{", "}", depth) { parser, keys in
                parser.space()
                if !keys.insert(try parser.string()).inserted {
                    parser.hasFault = true
                }
                parser.space()
                try parser.expect(":")
                try parser.value(depth: depth + 1)
            }
        case "[": try container("[", "]", depth) { parser, _ in try parser.value(depth: depth + 1) }
        case "\"": _ = try string()
        case "t": try "true".unicodeScalars.forEach { try expect($0) }
        case "f": try "false".unicodeScalars.forEach { try expect($0) }
        case "n": try "null".unicodeScalars.forEach { try expect($0) }
        default: try number()
        }
    }

    private mutating func container(
        _ opening: Unicode.Scalar,
        _ closing: Unicode.Scalar,
        _ depth: Int,
        _ item: (inout Self, inout Set<[UInt32]>) throws -> Void
    ) throws {
        guard depth <= limits.maximumDepth else {
            throw SyntaxError()
        }
        hasFault = hasFault || depth > limits.depth
        var keys: Set<[UInt32]> = []
        try expect(opening)
        space()
        if take({ $0 == closing }) != nil {
            return
        }
        repeat {
            try item(&self, &keys)
            space()
        } while take({ $0 == "," }) != nil
        try expect(closing)
    }

    private mutating func digits() throws {
        let isDigit = { (scalar: Unicode.Scalar) in "0"..."9" ~= scalar }
        guard take(isDigit) != nil else {
            throw SyntaxError()
        }
        while take(isDigit) != nil {}
    }

    private mutating func number() throws {
        _ = take { $0 == "-" }
        if take({ $0 == "0" }) == nil {
            try digits()
        }
        if take({ $0 == "." }) != nil {
            try digits()
        }
        if take({ $0 == "e" || $0 == "E" }) != nil {
            _ = take { $0 == "+" || $0 == "-" }
            try digits()
        }
    }

    /// A string as code points; half a surrogate pair is one too.
    private mutating func string() throws -> [UInt32] {
        try expect("\"")
        var units: [UInt32] = []
        while let scalar = take({ $0 != "\"" && $0.value >= 0x20 }) {
            units.append(scalar == "\\" ? try escape() : scalar.value)
        }
        try expect("\"")
        return joined(units)
    }

    private mutating func escape() throws -> UInt32 {
        let short: [Unicode.Scalar: UInt32] = ["\"": 0x22, "\\": 0x5C, "/": 0x2F, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9]
        guard let letter = take({ _ in true }) else {
            throw SyntaxError()
        }
        if letter != "u" {
            guard let meaning = short[letter] else {
                throw SyntaxError()
            }
            return meaning
        }
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = take({ $0.isASCII && $0.properties.isASCIIHexDigit }), let value = UInt32(String(digit), radix: 16) else {
                throw SyntaxError()
            }
            unit = unit * 16 + value
        }
        return unit
    }

    /// Makes characters of surrogate pairs.
    ///
    /// Only escapes yield surrogates, because a `String` has none.
    private mutating func joined(_ units: [UInt32]) -> [UInt32] {
        var result: [UInt32] = []
        var index = 0
        while index < units.count {
            let unit = units[index]
            if 0xD800...0xDBFF ~= unit, index + 1 < units.count, 0xDC00...0xDFFF ~= units[index + 1] {
                result.append(0x10000 + (unit - 0xD800) * 0x400 + units[index + 1] - 0xDC00)
                index += 2
                continue
            }
            hasFault = hasFault || unit == 0 || 0xD800...0xDFFF ~= unit
            result.append(unit)
            index += 1
        }
        return result
    }
}
