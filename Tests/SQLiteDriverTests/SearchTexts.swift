import JSON

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Texts of all that Unicode has, from a seed; and the well-known naughty ones.
struct SearchTexts {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    private mutating func number(below count: UInt64) -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 33) % count
    }

    mutating func next() -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<(1 + number(below: 12)) {
            let ranges: [ClosedRange<UInt64>] = [
                0x1...0x7f, 0x61...0x7a, 0x80...0x24f, 0x300...0x36f, 0x370...0x1fff, 0x2000...0x2fff, 0x3000...0x9fff, 0xa000...0xffff,
                0x10000...0x1ffff,
                0x20000...0x10ffff, 0x1f300...0x1faff, 0x20...0x22,
            ]
            let range = ranges[Int(number(below: UInt64(ranges.count)))]
            let value = range.lowerBound + number(below: range.upperBound - range.lowerBound + 1)
            if let scalar = Unicode.Scalar(UInt32(value)) { text.append(scalar) }
        }
        return String(text)
    }

    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"", "\\": result += "\\\(scalar)"
            case "\u{1}"..."\u{1f}":
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// What a hit shows of such a title: not what can't be seen and separates words, nor the marks, and the beginning of long ones.
    static func shown(_ text: String) -> String? {
        var scalars = text.unicodeScalars
        scalars.removeAll { ["\u{200B}", "\u{E000}", "\u{E001}"].contains($0) }
        var cut = String.UnicodeScalarView()
        var bytes = 0
        for scalar in scalars {
            bytes += UTF8.width(scalar)
            guard bytes <= 200 else { return String(cut) + "…" }
            cut.append(scalar)
        }
        return cut.isEmpty ? nil : String(cut)
    }

    struct CorpusIsMissing: Error, CustomStringConvertible {
        var description: String { "data/naughty-strings/blns.json isn't there" }
    }

    /// The Big List of Naughty Strings; `nil` where it isn't there, which fails in CI.
    static func naughty(_ file: String = #filePath) throws -> [String]? {
        // The package's own place, also where this folder is reached through a link.
        let roots = [
            file,
            realpath(file, nil).map { path in
                defer { free(path) }
                return String(cString: path)
            },
        ].compactMap(\.self)
        for root in roots {
            let package = root.split(separator: "/").dropLast(3).joined(separator: "/")
            let bytes = contents("/\(package)/../shared/data/naughty-strings/blns.json")
            if !bytes.isEmpty { return try JSONValue(parsing: bytes).elements.compactMap(\.string) }
        }
        guard getenv("CI") == nil else { throw CorpusIsMissing() }
        return nil
    }
}
