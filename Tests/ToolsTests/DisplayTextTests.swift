import Foundation
import Testing
import ToolBridge
import Tools

/// Stored text as it is shown.
@Suite struct DisplayTextTests {
    @Test(
        arguments: [
            ("plain\ttext\n~", "plain\ttext\n~"),
            ("Grüße, 世界, שלום, नमस्ते", "Grüße, 世界, שלום, नमस्ते"),
            ("a\u{202E}b", "a\\u{202E}b"),
            ("\u{0}\u{1B}[31m\u{7F}\u{85}\u{9B}", "\\u{0}\\u{1B}[31m\\u{7F}\\u{85}\\u{9B}"),
            ("one\r\ntwo\rthree", "one\ntwo\\u{D}three"),
            ("soft\u{AD}hyphen \u{61C}\u{180E}\u{200B}\u{200E}\u{200F}", "soft\\u{AD}hyphen \\u{61C}\\u{180E}\\u{200B}\\u{200E}\\u{200F}"),
            ("\u{2028}\u{2029}\u{2060}\u{2066}\u{206F}\u{FEFF}", "\\u{2028}\\u{2029}\\u{2060}\\u{2066}\\u{206F}\\u{FEFF}"),
            ("\u{FFF9}\u{FFFB}\u{E0041}\u{E0FFF}", "\\u{FFF9}\\u{FFFB}\\u{E0041}\\u{E0FFF}"),
            ("\u{3164}\u{115F}\u{FFA0}\u{34F}", "\\u{3164}\\u{115F}\\u{FFA0}\\u{34F}"),
            // What joins stays where it joins.
            ("👨\u{200D}👩\u{200D}👧 ❤\u{FE0F}\u{200D}🔥 1\u{FE0F}\u{20E3}", "👨\u{200D}👩\u{200D}👧 ❤\u{FE0F}\u{200D}🔥 1\u{FE0F}\u{20E3}"),
            ("می\u{200C}خواهم क\u{94D}\u{200D}ष", "می\u{200C}خواهم क\u{94D}\u{200D}ष"),
            ("pay\u{200D}pal \u{200C}x", "pay\\u{200D}pal \\u{200C}x"),
            ("é\u{200D}", "é\\u{200D}"),
            ("é\u{200D}\u{200D}é", "é\\u{200D}\\u{200D}é"),
            ("é\u{200D}\u{200C}\u{200D}é", "é\\u{200D}\\u{200C}\\u{200D}é"),
            ("世\u{3000}\u{200D}界", "世\u{3000}\\u{200D}界"),
            ("a\u{FE0F}b\u{FE00}\u{FE01}", "a\\u{FE0F}b\\u{FE00}\\u{FE01}"),
            ("😀\u{FE0F}\u{FE01}\u{E0101}", "😀\u{FE0F}\\u{FE01}\\u{E0101}"),
            ("\\u{202E}", "\\u{202E}"),
            ("", ""),
        ] as [(String, String)]
    )
    func whatCanNotBeSeenIsWrittenOut(_ text: String, _ shown: String) {
        #expect(Array(DisplayText.escaped(text).utf8) == Array(shown.utf8), "\(text.unicodeScalars.map(\.value))")
    }

    @Test(arguments: [0xFDD0, 0xFDEF, 0xFFFE, 0xFFFF, 0x1FFFE, 0x10FFFF] as [UInt32])
    func whatIsNoCharacterIsWrittenOut(_ value: UInt32) throws {
        let scalar = try #require(Unicode.Scalar(value))
        #expect(DisplayText.escaped("é\(scalar)") == "é\\u{\(String(value, radix: 16, uppercase: true))}")
    }

    @Test func noTextHidesAnything() {
        var random = Seeded(for: "noTextHidesAnything")
        for _ in 0..<3_000 {
            let text = random.hostileText()
            let shown = DisplayText.escaped(text)
            expectNothingHidden(shown, from: text, "\(random)")
            // Nothing is left to do the second time.
            #expect(Array(DisplayText.escaped(shown).utf8) == Array(shown.utf8), "\(random)")
            let bytes = Int.random(in: 8...200, using: &random)
            let line = DisplayText.line(text, bytes: bytes)
            expectNothingHidden(line, from: text, "\(random)")
            #expect(line.utf8.count <= bytes, "\(random)")
            #expect(!line.unicodeScalars.contains { $0 == "\n" || $0 == "\t" }, "\(random)")
        }
    }

    @Test func asciiStaysAsItIs() {
        var random = Seeded(for: "asciiStaysAsItIs")
        for _ in 0..<500 {
            var text = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0...60, using: &random) {
                text.append(Unicode.Scalar(UInt8.random(in: 0x20...0x7E, using: &random)))
            }
            #expect(DisplayText.escaped(String(text)) == String(text), "\(random)")
        }
    }

    @Test(.enabled(if: NaughtyStrings.isDue))
    func naughtyStringsHideNothing() throws {
        let texts = try NaughtyStrings.all()
        #expect(texts.count > 500)
        for text in texts {
            expectNothingHidden(DisplayText.escaped(text), from: text, text.debugDescription)
            let line = DisplayText.line(text, bytes: 120)
            expectNothingHidden(line, from: text, text.debugDescription)
            #expect(line.utf8.count <= 120)
        }
    }

    @Test(arguments: [
        ("  two\r\n\t words\u{2028}here \u{A0} ", 40, "two words here"),
        ("exactly", 7, "exactly"),
        ("too long by one", 14, "too long by…"),
        ("éééé", 7, "éé…"),
        ("👨\u{200D}👩\u{200D}👧👨\u{200D}👩\u{200D}👧", 30, "👨\u{200D}👩\u{200D}👧…"),
        ("abcdef\u{202E}xyz", 14, "abcdef…"),
        (" \n\u{3000} ", 20, ""),
        ("", 20, ""),
    ])
    func aLineIsBoundedAndEndsBetweenCharacters(_ text: String, _ bytes: Int, _ line: String) {
        #expect(Array(DisplayText.line(text, bytes: bytes).utf8) == Array(line.utf8))
    }

    @Test func oneCharacterAsLongAsAPageIsCutToo() {
        let line = DisplayText.line("Z" + String(repeating: "\u{301}", count: 100_000), bytes: 120)
        #expect(line.utf8.count <= 120)
        #expect(line.hasSuffix("…"))
    }
}

/// The 515 published strings that break careless programs.
enum NaughtyStrings {
    private static let file = URL(filePath: #filePath).appending(path: "../../../../shared/data/naughty-strings/blns.json")
        .standardizedFileURL

    static var isDue: Bool {
        FileManager.default.fileExists(atPath: file.path) || ProcessInfo.processInfo.environment["CI"] == "true"
    }

    static func all() throws -> [String] {
        guard let data = try? Data(contentsOf: file) else { throw SharedData.Missing(path: file.path) }
        return try JSONDecoder().decode([String].self, from: data)
    }
}

/// That a shown text has no character that can't be seen, with a rule written apart from the one that is tested.
func expectNothingHidden(_ shown: String, from text: String, _ comment: String) {
    let scalars = Array(shown.unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
        let previous = index > 0 ? scalars[index - 1] : " "
        let next = index + 1 < scalars.count ? scalars[index + 1] : " "
        switch scalar.value {
        case 0x09, 0x0A: continue
        case 0x200C, 0x200D:
            let isInPlace =
                !previous.isASCII && !next.isASCII && ![0x200C, 0x200D].contains(previous.value) && ![0x200C, 0x200D].contains(next.value)
            #expect(isInPlace, "a joiner between \(previous.value) and \(next.value): \(comment)")
        default:
            let isHidden =
                scalar.properties.generalCategory == .control || scalar.properties.isNoncharacterCodePoint
                || (0xFFF9...0xFFFB).contains(scalar.value) || (0xE0000...0xE0FFF).contains(scalar.value)
                || scalar.value == 0x2028 || scalar.value == 0x2029
                || (scalar.properties.isDefaultIgnorableCodePoint && !scalar.properties.isVariationSelector)
                || (scalar.properties.isVariationSelector && previous.properties.isVariationSelector)
            #expect(!isHidden, "\(String(scalar.value, radix: 16)) is hidden: \(comment)")
        }
    }
}

extension Seeded {
    /// A text of characters that hide, join, turn or end lines, among letters.
    mutating func hostileText() -> String {
        let ranges: [ClosedRange<UInt32>] = [
            0...0x9F, 0x20...0x7E, 0xA0...0x24F, 0x200B...0x200F, 0x200C...0x200D, 0x2028...0x202E, 0x205F...0x206F, 0x180B...0x180F,
            0xFE00...0xFE0F,
            0xFFF0...0xFFFF, 0xE0000...0xE0FFF, 0x1F600...0x1F64F, 0x600...0x6FF, 0x900...0x97F, 0x1160...0x1160, 0xFDD0...0xFDEF,
            0...0x10FFFF,
        ]
        var text = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...40, using: &self) {
            let range = ranges.randomElement(using: &self) ?? 0x20...0x7E
            if let scalar = Unicode.Scalar(UInt32.random(in: range, using: &self)) { text.append(scalar) }
        }
        return String(text)
    }
}
