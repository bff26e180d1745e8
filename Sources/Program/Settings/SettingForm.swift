/// How the texts of settings are read that have their form in common.
package enum SettingForm {
    package static let boolean = "true, false, 1 or 0"
    package static let url = "an https:// URL without user, password and fragment; http:// only on loopback"

    package static func boolean(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "1": true
        case "false", "0": false
        default: nil
        }
    }

    package static func integer(_ text: String, in range: ClosedRange<Int>) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(text) else { return nil }
        return range.contains(number) ? number : nil
    }

    /// Entries that are empty don't count, but a list without any would mean what is meant by none: that is a mistake.
    package static func list(_ text: String, where isFit: (String) -> Bool = { isWord($0) }) -> [String]? {
        let entries = text.split(separator: ",").map { $0.trimmingSpaces }.filter { !$0.isEmpty }
        return !entries.isEmpty && entries.allSatisfy(isFit) ? entries : nil
    }

    /// Whether it is visible ASCII, as every name in a token or a header is.
    package static func isWord(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x21...0x7e).contains($0) }
    }

    /// Whether it can be a scope of OAuth (RFC 6749, § 3.3).
    package static func isScope(_ text: String) -> Bool {
        isWord(text) && !text.utf8.contains { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
    }

    /// A text without what would break a line or hide in it, for errors that repeat what was set.
    package static func shown(_ text: String, upTo limit: Int = 100) -> String {
        String(
            text.prefix(limit).map { character in
                character.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7f } ? character : "?"
            }
        )
    }
}

extension Substring {
    /// Without spaces and tabs at its ends.
    package var trimmingSpaces: String {
        var text = self
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }
}
