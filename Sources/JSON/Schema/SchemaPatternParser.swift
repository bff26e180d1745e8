/// Reads a regular expression (ECMA-262, § 22.2.1 with the u flag); what needs backtracking is refused.
struct SchemaPatternParser {
    private let scalars: [UInt32]
    private var position = 0
    private var depth = 0

    /// How deep groups may be nested.
    private static let maximumDepth = 32
    /// How often a part may be repeated by a number.
    private static let maximumCount = 1_000

    init(_ source: String) {
        scalars = source.unicodeScalars.map(\.value)
    }

    /// Reads the whole expression.
    mutating func parse() throws(SchemaPatternError) -> SchemaPatternTree {
        let tree = try choice()
        guard position == scalars.count else {
            throw wrong("has a parenthesis that is not opened")
        }
        return tree
    }

    private mutating func choice() throws(SchemaPatternError) -> SchemaPatternTree {
        var parts = [try sequence()]
        while skip("|") {
            parts.append(try sequence())
        }
        return parts.count == 1 ? parts[0] : .choice(parts)
    }

    private mutating func sequence() throws(SchemaPatternError) -> SchemaPatternTree {
        var parts: [SchemaPatternTree] = []
        while let scalar = peek(), scalar != "|", scalar != ")" {
            let part = try term(scalar)
            switch part {
            case .beginning, .end, .wordBoundary:
                if let next = peek(), "*+?{".unicodeScalars.contains(next) {
                    throw wrong("repeats a condition")
                }
                parts.append(part)
            default: parts.append(try quantified(part))
            }
        }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func term(_ scalar: Unicode.Scalar) throws(SchemaPatternError) -> SchemaPatternTree {
        position += 1
        switch scalar {
        case "^": return .beginning
        case "$": return .end
        case ".": return .set(SchemaScalarSet.lineEnd.inverted)
        case "(": return try group()
        case "[": return .set(try setInBrackets())
        case "\\": return try escape()
        case "*", "+", "?", "{": throw wrong("repeats nothing")
        case "]", "}": throw wrong("has a bracket that is not opened")
        default: return .set(SchemaScalarSet(scalar.value...scalar.value))
        }
    }

    private mutating func group() throws(SchemaPatternError) -> SchemaPatternTree {
        if skip("?") {
            if skip("<") {
                if let next = peek(), next == "=" || next == "!" {
                    throw wrong("uses lookbehind, which is not supported")
                }
                while let next = peek(), next != ">" {
                    position += 1
                    guard next.properties.isAlphabetic || next == "_" || next == "$" || ("0"..."9").contains(next) else {
                        throw wrong("has a malformed group name")
                    }
                }
                guard skip(">") else {
                    throw wrong("has a group name that is not closed")
                }
            } else if !skip(":") {
                throw wrong("uses lookahead or another group that is not supported")
            }
        }
        depth += 1
        guard depth <= Self.maximumDepth else {
            throw wrong("has groups nested too deep")
        }
        let tree = try choice()
        guard skip(")") else {
            throw wrong("has a parenthesis that is not closed")
        }
        depth -= 1
        return tree
    }

    private mutating func quantified(_ part: SchemaPatternTree) throws(SchemaPatternError) -> SchemaPatternTree {
        let minimum: Int
        var maximum: Int?
        if skip("*") {
            minimum = 0
        } else if skip("+") {
            minimum = 1
        } else if skip("?") {
            (minimum, maximum) = (0, 1)
        } else if skip("{") {
            minimum = try count()
            maximum = minimum
            if skip(",") {
                maximum = peek() == "}" ? nil : try count()
            }
            guard skip("}"), maximum.map({ $0 >= minimum }) ?? true else {
                throw wrong("has a malformed count in braces")
            }
        } else {
            return part
        }
        // Whether few or many are preferred makes no difference for whether there is a match.
        _ = skip("?")
        if let next = peek(), "*+?{".unicodeScalars.contains(next) {
            throw wrong("repeats a repetition")
        }
        return .repetition(part, minimum: minimum, maximum: maximum)
    }

    private mutating func count() throws(SchemaPatternError) -> Int {
        var count: Int?
        while let digit = peek(), ("0"..."9").contains(digit) {
            position += 1
            let next = (count ?? 0) * 10 + Int(digit.value & 0xF)
            guard next <= Self.maximumCount else {
                throw wrong("repeats more than \(Self.maximumCount) times")
            }
            count = next
        }
        guard let count else {
            throw wrong("has a malformed count in braces")
        }
        return count
    }
}

// Escapes and sets.

extension SchemaPatternParser {
    /// After the backslash, outside brackets.
    private mutating func escape() throws(SchemaPatternError) -> SchemaPatternTree {
        switch peek() {
        case "b":
            position += 1
            return .wordBoundary(true)
        case "B":
            position += 1
            return .wordBoundary(false)
        case let next? where ("1"..."9").contains(next) || next == "k":
            throw wrong("uses a backreference, which is not supported")
        default: return .set(try escapedSet())
        }
    }

    /// After the backslash: a class of scalars, or one.
    private mutating func escapedSet() throws(SchemaPatternError) -> SchemaScalarSet {
        guard let letter = peek() else {
            throw wrong("ends with a backslash")
        }
        position += 1
        switch letter {
        case "d": return .digit
        case "D": return SchemaScalarSet.digit.inverted
        case "w": return .word
        case "W": return SchemaScalarSet.word.inverted
        case "s": return .space
        case "S": return SchemaScalarSet.space.inverted
        case "p": return SchemaScalarSet(try property())
        case "P": return SchemaScalarSet(try property()).inverted
        default:
            let scalar = try escapedScalar(letter)
            return SchemaScalarSet(scalar...scalar)
        }
    }

    private mutating func property() throws(SchemaPatternError) -> SchemaScalarProperty {
        guard skip("{") else {
            throw wrong("has \\p without a name in braces")
        }
        var name = ""
        while let next = peek(), next != "}" {
            name.unicodeScalars.append(next)
            position += 1
        }
        guard skip("}"), let property = SchemaScalarProperty(name: name) else {
            throw wrong("names a Unicode property that is not supported")
        }
        return property
    }

    private mutating func escapedScalar(_ letter: Unicode.Scalar) throws(SchemaPatternError) -> UInt32 {
        switch letter {
        case "t": return 0x09
        case "n": return 0x0A
        case "v": return 0x0B
        case "f": return 0x0C
        case "r": return 0x0D
        case "0":
            if let next = peek(), ("0"..."9").contains(next) {
                throw wrong("has an octal escape")
            }
            return 0
        case "c":
            guard let control = peek(), ("a"..."z").contains(control) || ("A"..."Z").contains(control) else {
                throw wrong("has a malformed escape")
            }
            position += 1
            return control.value & 0x1F
        case "x": return try hexadecimal(2)
        case "u": return try unicodeEscape()
        default:
            // More generous than the u flag: any punctuation may be escaped, as most schemas in the wild do with the hyphen.
            guard letter.isASCII, letter.value > 0x20, letter.value < 0x7F, !SchemaScalarSet.word.contains(letter.value) || letter == "_"
            else {
                throw wrong("has an unknown escape")
            }
            return letter.value
        }
    }

    private mutating func unicodeEscape() throws(SchemaPatternError) -> UInt32 {
        if skip("{") {
            var value: UInt32 = 0
            var digits = 0
            while let next = peek(), let digit = Self.hexadecimalDigit(next), value <= 0x10FFFF {
                value = value << 4 | digit
                digits += 1
                position += 1
            }
            guard digits > 0, value <= 0x10FFFF, skip("}") else {
                throw wrong("has a malformed escape")
            }
            return value
        }
        let high = try hexadecimal(4)
        let start = position
        if 0xD800...0xDBFF ~= high, skip("\\"), skip("u"), let low = try? hexadecimal(4), 0xDC00...0xDFFF ~= low {
            return 0x10000 + (high & 0x3FF) << 10 + low & 0x3FF
        }
        position = start
        return high
    }

    private mutating func hexadecimal(_ count: Int) throws(SchemaPatternError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let next = peek(), let digit = Self.hexadecimalDigit(next) else {
                throw wrong("has a malformed escape")
            }
            value = value << 4 | digit
            position += 1
        }
        return value
    }

    private static func hexadecimalDigit(_ scalar: Unicode.Scalar) -> UInt32? {
        scalar.isASCII ? JSONByte.hexadecimal(UInt8(truncatingIfNeeded: scalar.value)) : nil
    }

    /// After the opening bracket.
    private mutating func setInBrackets() throws(SchemaPatternError) -> SchemaScalarSet {
        let isInverted = skip("^")
        var set = SchemaScalarSet()
        while !skip("]") {
            let first = try setMember()
            guard peek() == "-", position + 1 < scalars.count, scalars[position + 1] != 0x5D else {
                set.formUnion(first)
                continue
            }
            position += 1
            let last = try setMember()
            guard let low = first.single, let high = last.single, low <= high else {
                throw wrong("has a malformed range in brackets")
            }
            set.formUnion(SchemaScalarSet(low...high))
        }
        set.isInverted = isInverted
        return set
    }

    private mutating func setMember() throws(SchemaPatternError) -> SchemaScalarSet {
        guard let scalar = peek() else {
            throw wrong("has a bracket that is not closed")
        }
        position += 1
        guard scalar == "\\" else {
            return SchemaScalarSet(scalar.value...scalar.value)
        }
        if skip("b") {
            return SchemaScalarSet(0x08...0x08)
        }
        return try escapedSet()
    }

    private func peek() -> Unicode.Scalar? {
        position < scalars.count ? Unicode.Scalar(scalars[position]) : nil
    }

    private mutating func skip(_ scalar: Unicode.Scalar) -> Bool {
        guard peek() == scalar else {
            return false
        }
        position += 1
        return true
    }

    private func wrong(_ what: String) -> SchemaPatternError {
        SchemaPatternError(message: "\(what), near scalar \(position)")
    }
}

extension SchemaScalarSet {
    /// The scalar of a set that has one and no more.
    fileprivate var single: UInt32? {
        guard !isInverted, properties.isEmpty, others.isEmpty, ranges.count == 1, ranges[0].count == 1 else {
            return nil
        }
        return ranges[0].lowerBound
    }
}
