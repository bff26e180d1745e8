import ToolBridge

/// Which scopes an exchanged token gets.
enum ExchangeScopes {
    /// Those that are asked for, in their order and without repetition; all of the subject token's where none are.
    ///
    /// - Throws: ``ExchangeFault/scope(_:)`` for a list that breaks RFC 6749, § 3.3, and for a scope that the subject token hasn't got.
    static func scopes(_ asked: String?, of held: [String]) throws(ExchangeFault) -> [String] {
        guard let asked else { return unique(held) }
        let wanted = asked.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard wanted.allSatisfy(isScope) else { throw .scope("scope must be a list of scopes with one space between them") }
        let known = Set(held.map { Array($0.utf8) })
        guard wanted.allSatisfy({ known.contains(Array($0.utf8)) }) else {
            throw .scope("the subject token doesn't have all of these scopes")
        }
        // A token without any of our scopes is limited to none of them: leaving them all out would lift the limit that the subject token has.
        guard wanted.contains(where: isLimit) || !held.contains(where: isLimit) else {
            throw .scope("none of these scopes says what the token is for: name one of the subject token's that ends in :read or :write")
        }
        return unique(wanted)
    }

    private static func isLimit(_ scope: String) -> Bool { AccessScope(scope) != nil }

    private static func unique(_ scopes: [String]) -> [String] {
        var seen: Set<[UInt8]> = []
        return scopes.filter { isScope($0) && seen.insert(Array($0.utf8)).inserted }
    }

    private static func isScope(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
    }
}
