package import ToolBridge

extension Principal {
    /// Whether the token allows what needs this scope.
    ///
    /// A token that names no scope of ours isn't limited by them: most authorization servers know none.
    package func allows(_ needed: AccessScope) -> Bool {
        var isLimited = false
        for text in scopes {
            guard let scope = AccessScope(text) else { continue }
            if scope.includes(needed) { return true }
            isLimited = true
        }
        return !isLimited
    }

    /// All scopes that an operation needs, if the token lacks one of them; none if it lacks none.
    ///
    /// - Parameters:
    ///   - needed: Of ours, by what is to be done.
    ///   - required: Those that are demanded of every token.
    package func scopesMissing(for needed: [AccessScope], required: [String]) -> [String] {
        guard !needed.allSatisfy(allows) || !required.allSatisfy(carries) else { return [] }
        var scopes = required
        for scope in needed.map(\.description) where !scopes.contains(where: { $0.utf8.elementsEqual(scope.utf8) }) {
            scopes.append(scope)
        }
        return scopes
    }

    /// Whether the token carries a scope, or one of ours that includes it.
    package func carries(_ required: String) -> Bool {
        if scopes.contains(where: { $0.utf8.elementsEqual(required.utf8) }) { return true }
        guard let required = AccessScope(required) else { return false }
        return scopes.contains { AccessScope($0)?.includes(required) ?? false }
    }
}
