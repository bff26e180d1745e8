/// Where words begin and end, in documents and in what is looked for.
///
/// A word is a run of letters, digits and marks. In scripts that are written without spaces each letter, with its marks, counts as a word, and a
/// run of them as words side by side: so a part of a sentence is found without knowing the language.
enum SearchText {
    /// Separates words and cannot be seen.
    static let separator: Unicode.Scalar = "\u{200B}"

    /// A text as an index reads it: words of ``SearchText`` stand apart, whatever the index itself takes for a word.
    ///
    /// What ``StoredHit/opening`` and ``StoredHit/closing`` mark with is dropped.
    static func separated(_ text: String) -> String {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
        var result = String.UnicodeScalarView()
        var previous = ScalarRole.space
        for scalar in text.unicodeScalars where scalar != StoredHit.opening && scalar != StoredHit.closing {
            let role = ScalarRole(scalar, after: previous)
            if role.startsAnew(after: previous, with: scalar) { result.append(separator) }
            result.append(scalar)
            previous = role
        }
        return String(result)
    }

    /// The text without its separators.
    static func joined(_ text: String) -> String {
        var scalars = text.unicodeScalars
        scalars.removeAll { $0 == separator }
        return String(scalars)
    }
}

/// What a scalar is to the words of a text.
enum ScalarRole: Equatable {
    /// Separates words, in every version of Unicode.
    case space
    /// Stands between words, but an index whose tables are older than it may take it for a letter.
    case symbol
    /// A part of a word.
    case word
    /// A letter of a script without spaces, or a mark on it.
    case unspaced

    /// - Parameter previous: What the scalar before it is; a mark belongs to that.
    init(_ scalar: Unicode.Scalar, after previous: ScalarRole) {
        if scalar.isASCII {
            self = scalar.properties.numericType != nil || scalar.properties.isAlphabetic ? .word : .space
            return
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .letterNumber,
            .otherNumber:
            self = scalar.isUnspaced ? .unspaced : .word
        case .nonspacingMark, .spacingMark, .enclosingMark:
            self = previous == .unspaced ? .unspaced : .word
        case .spaceSeparator, .lineSeparator, .paragraphSeparator, .control:
            self = .space
        default:
            switch scalar.value {
            case 0x80...0xbf, 0x2010...0x2060, 0x3000...0x303f: self = .space
            default: self = .symbol
            }
        }
    }

    var isWord: Bool { self == .word || self == .unspaced }

    /// Whether a scalar of this role begins a word, or ends one, where an index couldn't see it.
    func startsAnew(after previous: ScalarRole, with scalar: Unicode.Scalar) -> Bool {
        switch (previous, self) {
        case (.unspaced, .unspaced): !scalar.isMark
        case (.unspaced, .word), (.word, .unspaced), (.symbol, .word), (.symbol, .unspaced), (.word, .symbol), (.unspaced, .symbol): true
        default: false
        }
    }
}

extension Unicode.Scalar {
    var isMark: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    /// Thai, Lao, Myanmar, Khmer, Hiragana, Katakana, Bopomofo and Han (Unicode, `Blocks.txt`).
    fileprivate var isUnspaced: Bool {
        switch value {
        case 0x0e00...0x0eff, 0x1000...0x109f, 0x1780...0x17ff, 0x2e80...0x2fdf, 0x3005...0x3007, 0x3021...0x312f, 0x31a0...0x31bf,
            0x31f0...0x31ff,
            0x3400...0x4dbf, 0x4e00...0x9fff, 0xf900...0xfaff, 0xff66...0xff9f, 0x1aff0...0x1b16f, 0x20000...0x3ffff:
            true
        default: false
        }
    }
}
