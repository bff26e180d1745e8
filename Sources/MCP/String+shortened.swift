extension String {
    /// Its beginning, for texts that say what was sent: at most 64 scalars, since one character can be as long as the whole message.
    var shortened: String {
        var text = ""
        text.unicodeScalars.append(contentsOf: unicodeScalars.prefix(64))
        return text
    }
}
