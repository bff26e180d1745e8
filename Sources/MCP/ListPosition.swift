/// Where a page of a list begins: after a key, not at an offset (G1).
enum ListPosition: Sendable, Equatable {
    /// After the declared entry of this name or address.
    case afterDeclared(String)
    /// Among what a `ResourceListing` gives: after its key, or at its beginning.
    case listed(after: String?)

    /// Bytes; so long that addresses fit, and so short that a cursor fits a query.
    static let maximumKeyBytes = 512
    private static let tagBytes = 16

    /// The cursor as the client gets it.
    ///
    /// - Throws: What the sealer throws, and `KeyIsTooLong`.
    func cursor(of kind: ListKind, for principal: Principal, with sealer: any Sealer) throws -> String {
        guard (key ?? "").utf8.count <= ListPosition.maximumKeyBytes else { throw KeyIsTooLong() }
        return try sealer.seal(.cursor, for: principal) { tag in tag + [kind.rawValue, code] + (key ?? "").utf8 }
    }

    /// Opens a cursor.
    ///
    /// - Throws: `invalidParameters`, always the same, for one that we never gave to this principal for this list.
    init(cursor: String, of kind: ListKind, for principal: Principal, with sealer: any Sealer) throws(MCPError) {
        guard let seal = sealer.open(cursor, as: .cursor, for: principal) else { throw .unknownCursor }
        let (tag, rest) = (seal.content.prefix(ListPosition.tagBytes), seal.content.dropFirst(ListPosition.tagBytes))
        guard tag.elementsEqual(seal.principalTag), rest.count >= 2, rest[rest.startIndex] == kind.rawValue,
            let key = String(validating: rest.dropFirst(2), as: UTF8.self)
        else { throw .unknownCursor }
        switch rest[rest.startIndex + 1] {
        case 0: self = .afterDeclared(key)
        case 1 where key.isEmpty: self = .listed(after: nil)
        case 2: self = .listed(after: key)
        default: throw .unknownCursor
        }
    }

    private var code: UInt8 {
        switch self {
        case .afterDeclared: 0
        case .listed(nil): 1
        case .listed: 2
        }
    }

    private var key: String? {
        switch self {
        case .afterDeclared(let key): key
        case .listed(let key): key
        }
    }
}

/// A `ResourceListing` gave a key that is longer than `ListPosition.maximumKeyBytes`: our fault.
struct KeyIsTooLong: Error {}

extension MCPError {
    static let unknownCursor = MCPError.invalidParameters("unknown cursor")
}

/// Cursors and request states of a server that has one client and no keys: an engine without a transport that seals.
struct Unsealed: Sealer {
    private static let tag = [UInt8](repeating: 0, count: 16)

    func seal(_ purpose: SealPurpose, for principal: Principal, _ content: ([UInt8]) -> [UInt8]) throws -> String {
        "\(purpose.rawValue)." + Base64.url.encode(content(Unsealed.tag))
    }

    func open(_ text: String, as purpose: SealPurpose, for principal: Principal) -> OpenedSeal? {
        let (text, prefix) = (Array(text.utf8), Array("\(purpose.rawValue).".utf8))
        guard text.starts(with: prefix), let content = Base64.url.decode(text.dropFirst(prefix.count)) else { return nil }
        return OpenedSeal(content: content, principalTag: Unsealed.tag)
    }

    func digest(_ bytes: [UInt8]) -> [UInt8] { bytes }

    func randomBytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }
}
