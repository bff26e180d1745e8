extension String {
    /// Its beginning, for texts that say what was sent: at most 64 scalars, since one character can be as long as the whole message.
    ///
    /// On one line, and with nothing in it that can't be seen: that is written as `\u{202E}`, so that what was sent can't pass for words of ours.
    var shortened: String {
        var text = ""
        for scalar in unicodeScalars.prefix(64) {
            if scalar.isSeen {
                text.unicodeScalars.append(scalar)
            } else {
                text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            }
        }
        return text
    }
}

extension Unicode.Scalar {
    /// Whether it has a shape of its own; joiners count as if they hadn't.
    fileprivate var isSeen: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        default: !properties.isVariationSelector && !properties.isDefaultIgnorableCodePoint
        }
    }
}
