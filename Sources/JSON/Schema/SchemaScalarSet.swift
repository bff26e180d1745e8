/// A set of Unicode scalars: ranges, general categories and other sets, or all but those.
struct SchemaScalarSet: Sendable, Hashable {
    /// Ranges and properties that are in the set.
    private(set) var ranges: [ClosedRange<UInt32>] = []
    private(set) var properties: [SchemaScalarProperty] = []
    /// Sets whose scalars are in this one too, as \D in [\D5].
    private(set) var others: [SchemaScalarSet] = []
    var isInverted = false

    init(_ ranges: ClosedRange<UInt32>...) {
        self.ranges = ranges
    }

    init(_ property: SchemaScalarProperty) {
        properties = [property]
    }

    /// \d, \w and \s of ECMA-262, and what the dot leaves out.
    static let digit = Self(0x30...0x39)
    static let word = Self(0x61...0x7A, 0x41...0x5A, 0x30...0x39, 0x5F...0x5F)
    static let space = Self(
        0x20...0x20,
        0x09...0x0D,
        0xA0...0xA0,
        0x1680...0x1680,
        0x2000...0x200A,
        0x2028...0x2029,
        0x202F...0x202F,
        0x205F...0x205F,
        0x3000...0x3000,
        0xFEFF...0xFEFF
    )
    static let lineEnd = Self(0x0A...0x0A, 0x0D...0x0D, 0x2028...0x2029)

    /// All but these.
    var inverted: Self {
        var set = self
        set.isInverted.toggle()
        return set
    }

    /// Adds the scalars of another set.
    mutating func formUnion(_ other: Self) {
        if other.isInverted {
            others.append(other)
        } else {
            ranges += other.ranges
            properties += other.properties
            others += other.others
        }
    }

    /// Whether a scalar is in the set.
    func contains(_ scalar: UInt32) -> Bool {
        for range in ranges where range.contains(scalar) {
            return !isInverted
        }
        for property in properties where property.holds(scalar) {
            return !isInverted
        }
        for other in others where other.contains(scalar) {
            return !isInverted
        }
        return isInverted
    }
}

/// A property of scalars that `\p{…}` may name: a general category, or one of the common binary properties.
struct SchemaScalarProperty: Sendable, Hashable {
    private enum Test: Hashable {
        case categories(Set<Unicode.GeneralCategory>)
        case alphabetic, lowercase, uppercase, whiteSpace, emoji, ascii, any
    }

    private let test: Test

    /// The property with this name, if it is one of those.
    init?(name: String) {
        var name = name[...]
        for prefix in ["General_Category=", "gc="] where name.hasPrefix(prefix) {
            name = name.dropFirst(prefix.count)
        }
        if let categories = Self.categories[String(name)] {
            test = .categories(categories)
            return
        }
        switch name {
        case "Alphabetic", "Alpha": test = .alphabetic
        case "Lowercase", "Lower": test = .lowercase
        case "Uppercase", "Upper": test = .uppercase
        case "White_Space", "space": test = .whiteSpace
        case "Emoji": test = .emoji
        case "ASCII": test = .ascii
        case "Any": test = .any
        default: return nil
        }
    }

    /// Whether the scalar has the property.
    func holds(_ scalar: UInt32) -> Bool {
        guard let scalar = Unicode.Scalar(scalar) else {
            return false
        }
        return switch test {
        case .categories(let categories): categories.contains(scalar.properties.generalCategory)
        case .alphabetic: scalar.properties.isAlphabetic
        case .lowercase: scalar.properties.isLowercase
        case .uppercase: scalar.properties.isUppercase
        case .whiteSpace: scalar.properties.isWhitespace
        case .emoji: scalar.properties.isEmoji
        case .ascii: scalar.isASCII
        case .any: true
        }
    }

    /// The general categories by their short and long names (Unicode, PropertyValueAliases).
    private static let categories: [String: Set<Unicode.GeneralCategory>] = {
        let single: [(String, String, Unicode.GeneralCategory)] = [
            ("Lu", "Uppercase_Letter", .uppercaseLetter), ("Ll", "Lowercase_Letter", .lowercaseLetter),
            ("Lt", "Titlecase_Letter", .titlecaseLetter), ("Lm", "Modifier_Letter", .modifierLetter), ("Lo", "Other_Letter", .otherLetter),
            ("Mn", "Nonspacing_Mark", .nonspacingMark), ("Mc", "Spacing_Mark", .spacingMark), ("Me", "Enclosing_Mark", .enclosingMark),
            ("Nd", "Decimal_Number", .decimalNumber), ("Nl", "Letter_Number", .letterNumber), ("No", "Other_Number", .otherNumber),
            ("Pc", "Connector_Punctuation", .connectorPunctuation), ("Pd", "Dash_Punctuation", .dashPunctuation),
            ("Ps", "Open_Punctuation", .openPunctuation), ("Pe", "Close_Punctuation", .closePunctuation),
            ("Pi", "Initial_Punctuation", .initialPunctuation), ("Pf", "Final_Punctuation", .finalPunctuation),
            ("Po", "Other_Punctuation", .otherPunctuation), ("Sm", "Math_Symbol", .mathSymbol),
            ("Sc", "Currency_Symbol", .currencySymbol), ("Sk", "Modifier_Symbol", .modifierSymbol), ("So", "Other_Symbol", .otherSymbol),
            ("Zs", "Space_Separator", .spaceSeparator), ("Zl", "Line_Separator", .lineSeparator),
            ("Zp", "Paragraph_Separator", .paragraphSeparator), ("Cc", "Control", .control), ("Cf", "Format", .format),
            ("Co", "Private_Use", .privateUse), ("Cn", "Unassigned", .unassigned),
        ]
        let groups = [
            ("L", "Letter"), ("M", "Mark"), ("N", "Number"), ("P", "Punctuation"), ("S", "Symbol"), ("Z", "Separator"), ("C", "Other"),
        ]
        var table: [String: Set<Unicode.GeneralCategory>] = [:]
        for (short, long, category) in single {
            table[short] = [category]
            table[long] = [category]
            for (group, groupName) in groups where short.hasPrefix(group) {
                table[group, default: []].insert(category)
                table[groupName, default: []].insert(category)
            }
        }
        table["digit"] = table["Nd"]
        table["punct"] = table["P"]
        table["cntrl"] = table["Cc"]
        table["Combining_Mark"] = table["M"]
        return table
    }()
}
