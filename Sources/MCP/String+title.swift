extension String {
    /// A name as people read it: `add_note` becomes "Add note".
    var asTitle: String {
        let words = split { $0 == "_" || $0 == "-" || $0 == "." }.joined(separator: " ")
        return words.isEmpty ? self : words.prefix(1).uppercased() + words.dropFirst()
    }
}
