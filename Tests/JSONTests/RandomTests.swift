import Foundation
import JSON
import Testing

@Suite("Random documents")
struct RandomTests {
    @Test("mean the same to Foundation, and to ourselves after the writer")
    func documents() throws {
        var generator = SeededGenerator(for: "documents")
        for _ in 0..<rounds(release: 20_000, debug: 1_000) {
            var writer = JSONWriter()
            let model = Model.random(depth: 0, using: &generator)
            model.write(to: &writer)
            let spaced = spaced(writer.bytes, using: &generator)
            for bytes in [writer.bytes, spaced] {
                let value = try JSONValue(parsing: bytes)
                let theirs = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
                let text = String(decoding: bytes, as: UTF8.self)
                #expect(agrees(value, theirs), "\(text)")
                #expect(model.agrees(value), "\(text)")
                var copy = JSONWriter()
                rewrite(value, to: &copy)
                #expect(try JSONValue(parsing: copy.bytes) == value, "\(text)")
                #expect(copy.bytes == writer.bytes, "\(text)")
            }
        }
    }

    /// Puts white space around the tokens outside strings.
    private func spaced(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var result: [UInt8] = []
        var isInString = false
        var isEscaped = false
        for byte in bytes {
            if isInString {
                isInString = isEscaped || byte != UInt8(ascii: "\"")
                isEscaped = !isEscaped && byte == UInt8(ascii: "\\")
                result.append(byte)
            } else {
                let isToken = "{}[],:\"".utf8.contains(byte)
                isInString = byte == UInt8(ascii: "\"")
                if isToken, generator.once(in: 3) {
                    result.append(contentsOf: [0x20, 0x0A, 0x0D, 0x09].prefix(Int.random(in: 0...4, using: &generator)))
                }
                result.append(byte)
            }
        }
        return result
    }

    /// Writes a value again from its parts.
    private func rewrite(_ value: JSONValue, to writer: inout JSONWriter) {
        switch value.kind {
        case .null: writer.null()
        case .boolean: writer.boolean(value.boolean ?? false)
        case .number:
            if let integer = value.integer {
                writer.integer(integer)
            } else {
                writer.double(value.double ?? .nan)
            }
        case .string: writer.string(value.string ?? "")
        case .array:
            writer.array { writer in
                for element in value.elements {
                    rewrite(element, to: &writer)
                }
            }
        case .object:
            writer.object { writer in
                for member in value.members {
                    writer.key(escaping: member.key)
                    rewrite(member.value, to: &writer)
                }
            }
        }
    }

    private func agrees(_ value: JSONValue, _ theirs: Any) -> Bool {
        switch value.kind {
        case .null: return theirs is NSNull
        case .boolean:
            return (theirs as? NSNumber)?.boolValue == value.boolean
                && (theirs as? NSNumber)?.objCType.pointee == NSNumber(true).objCType.pointee
        case .number:
            guard let number = theirs as? NSNumber else {
                return false
            }
            if let integer = value.integer {
                return integer == number.int64Value
            }
            // Foundation reads many doubles by way of `Decimal`, which costs the last digits; the model below compares all bits.
            let double = value.double ?? .nan
            return abs(double - number.doubleValue) <= abs(double) * 1e-14
        case .string: return (theirs as? String).map { Array($0.utf8) } == value.string.map { Array($0.utf8) }
        case .array:
            guard let array = theirs as? [Any], array.count == value.count else {
                return false
            }
            return zip(value.elements, array).allSatisfy { agrees($0, $1) }
        case .object:
            guard let object = theirs as? [String: Any], object.count == value.count else {
                return false
            }
            return value.members.allSatisfy { member in object[member.key].map { agrees(member.value, $0) } ?? false }
        }
    }
}

/// A random document as it is meant.
private indirect enum Model {
    case null, boolean(Bool), integer(Int64), double(Double), string(String), array([Model]), object([(String, Model)])

    static func random(depth: Int, using generator: inout SeededGenerator) -> Model {
        switch Int.random(in: 0..<(depth < 5 ? 9 : 5), using: &generator) {
        case 0: return .null
        case 1: return .boolean(.random(using: &generator))
        case 2: return .integer(Int64(truncatingIfNeeded: generator.next()) >> Int64.random(in: 0..<64, using: &generator))
        case 3:
            let double = Double(bitPattern: generator.next())
            return .double(double.isFinite ? double : 0.5)
        case 4: return .string(text(using: &generator))
        case 5, 6: return .array((0..<Int.random(in: 0..<6, using: &generator)).map { _ in random(depth: depth + 1, using: &generator) })
        default:
            // The number in front keeps the keys apart, also for Foundation, which takes canonically equivalent ones for the same.
            let count = generator.once(in: 20) ? 50 : Int.random(in: 0..<6, using: &generator)
            return .object(
                (0..<count).map { ("\($0):" + text(using: &generator), random(depth: depth + (count > 6 ? 4 : 1), using: &generator)) }
            )
        }
    }

    private static func text(using generator: inout SeededGenerator) -> String {
        let ranges: [ClosedRange<UInt32>] = [0x20...0x7E, 0x20...0x7E, 0x01...0x7F, 0x80...0x7FF, 0x800...0xD7FF, 0x10000...0x10FFFF]
        var text = ""
        let range = generator.once(in: 2) ? ranges[0] : nil
        for _ in 0..<Int.random(in: 0..<20, using: &generator) {
            let value = UInt32.random(in: range ?? ranges[Int.random(in: ranges.indices, using: &generator)], using: &generator)
            text.unicodeScalars.append(Unicode.Scalar(value) ?? "?")
        }
        return text
    }

    func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .boolean(let value): writer.boolean(value)
        case .integer(let value): writer.integer(value)
        case .double(let value): writer.double(value)
        case .string(let value): writer.string(value)
        case .array(let elements):
            writer.array { writer in
                for element in elements {
                    element.write(to: &writer)
                }
            }
        case .object(let members):
            writer.object { writer in
                for (key, value) in members {
                    writer.key(escaping: key)
                    value.write(to: &writer)
                }
            }
        }
    }

    func agrees(_ value: JSONValue) -> Bool {
        switch self {
        case .null: value.isNull
        case .boolean(let boolean): value.boolean == boolean
        case .integer(let integer): value.integer == integer && value.integral == integer
        case .double(let double): value.double?.bitPattern == double.bitPattern && value.integer == nil
        case .string(let text): value.string.map { Array($0.utf8) } == Array(text.utf8)
        case .array(let elements): value.count == elements.count && zip(elements, value.elements).allSatisfy { $0.agrees($1) }
        case .object(let members):
            value.count == members.count
                && zip(members, value.members).allSatisfy { $0.1.agrees($1.value) && $1.keyEquals($0.0) && value[$0.0] == $1.value }
        }
    }
}
