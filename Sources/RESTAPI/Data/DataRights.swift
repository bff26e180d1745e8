import Auth
import HTTPServer
import ToolBridge

/// What a token must allow for a data route, if its scopes limit it.
enum DataRights: Sendable {
    /// nil for items of every kind.
    case reading(ItemKind?)
    case writing(ItemKind?)
    /// Of the kinds that the query names, else of all.
    case readingNamedKinds
    /// No item is shown or changed: the route serves clients that may read or write any kind.
    case anything

    var areNone: Bool { if case .anything = self { true } else { false } }

    /// - Throws: `insufficient_scope`.
    func check(_ principal: Principal, _ request: IncomingRequest) throws(Problem) {
        // Most tokens name none.
        guard !principal.scopes.isEmpty else { return }
        let missing = principal.scopesMissing(for: needed(by: request), required: [])
        guard missing.isEmpty else { throw .insufficientScope(missing) }
    }

    private func needed(by request: IncomingRequest) -> [AccessScope] {
        switch self {
        case .reading(let kind): return [.reading(kind)]
        case .writing(let kind): return [.writing(kind)]
        case .anything: return []
        case .readingNamedKinds:
            // A list of kinds that can't be read is refused later, but not to everybody.
            guard request.hasQuery, let kinds = try? request.kinds(), kinds.count < ItemKind.allCases.count else { return [.reading(nil)] }
            return ItemKind.allCases.filter(kinds.contains).map { .reading($0) }
        }
    }
}

extension DataRights: CustomStringConvertible {
    var description: String {
        switch self {
        case .reading(let kind): AccessScope.reading(kind).description
        case .writing(let kind): AccessScope.writing(kind).description
        case .readingNamedKinds: AccessScope.reading(nil).description
        case .anything: "any"
        }
    }
}
