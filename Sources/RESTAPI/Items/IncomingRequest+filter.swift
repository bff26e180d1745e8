import HTTPServer
import ToolBridge

/// What lists, feeds and searches take from the query.
extension IncomingRequest {
    /// - Throws: `invalid_parameter`.
    func filter() throws -> ItemFilter {
        var filter = ItemFilter()
        if let text = try queryParameter("parentUid") {
            guard let uid = UID(text) else { throw ItemError.invalidParameter(field: "parentUid", "parentUid must be a UUID") }
            filter.parentUID = uid
        }
        filter.parentKind = try parentKind()
        filter.status = try word("status")
        filter.tag = try word("tag")
        filter.updatedSince = try updatedSince()
        return filter
    }

    /// - Throws: `invalid_parameter`.
    func updatedSince() throws -> Timestamp? {
        guard let text = try queryParameter("updatedSince") else { return nil }
        guard let moment = Timestamp(payloadText: text) else {
            throw ItemError.invalidParameter(
                field: "updatedSince",
                "updatedSince must be an RFC 3339 time such as 2026-03-01T10:00:00Z, or milliseconds since 1970"
            )
        }
        return moment
    }

    /// After how many bytes of items a page ends; `nil` for the usual size.
    ///
    /// - Throws: `invalid_parameter`.
    func maximumBytes() throws -> Int? {
        guard let text = try queryParameter("maxBytes") else { return nil }
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), case let bytes = Int(text) ?? .max, bytes > 0 else {
            throw ItemError.invalidParameter(field: "maxBytes", "maxBytes must be a positive integer")
        }
        return min(bytes, Limits.pageBytes)
    }

    /// The kind of the parent that is meant, which counts together with its uid.
    private func parentKind() throws -> ItemKind? {
        guard let text = try queryParameter("parentKind") else { return nil }
        guard let kind = ItemKind(path: text) else {
            let known = ItemKind.allCases.map(\.path).joined(separator: ", ")
            throw ItemError.invalidParameter(field: "parentKind", "parentKind must be one of \(known)")
        }
        return kind
    }

    /// The top-level members of payloads that are wanted; `nil` for all.
    ///
    /// - Throws: `invalid_parameter`.
    func fields() throws -> [String]? {
        guard let text = try queryParameter("fields") else { return nil }
        let names = text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { String(Substring($0)) }
        guard names.count <= 50, names.allSatisfy({ (1...256).contains($0.utf8.count) }) else {
            throw ItemError.invalidParameter(field: "fields", "fields must be 1 to 50 names of payload members, separated by commas")
        }
        return names
    }

    /// The kinds that are wanted; all without the parameter.
    ///
    /// - Throws: `invalid_parameter`.
    func kinds() throws -> Set<ItemKind> {
        guard let text = try queryParameter("kinds") else { return Set(ItemKind.allCases) }
        var kinds: Set<ItemKind> = []
        for name in text.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            guard let kind = ItemKind(path: Substring(name)) else {
                let known = ItemKind.allCases.map(\.path).joined(separator: ", ")
                throw ItemError.invalidParameter(field: "kinds", "kinds must be a list, separated by commas, of \(known)")
            }
            kinds.insert(kind)
        }
        return kinds
    }

    private func word(_ name: String) throws -> String? {
        guard let text = try queryParameter(name) else { return nil }
        guard (1...256).contains(text.utf8.count) else {
            throw ItemError.invalidParameter(field: name, "\(name) must have 1 to 256 bytes")
        }
        return text
    }
}

extension ItemKind {
    /// The kind of this path segment, compared byte for byte.
    init?(path: some StringProtocol) {
        guard let kind = ItemKind.allCases.first(where: { $0.path.utf8.elementsEqual(path.utf8) }) else { return nil }
        self = kind
    }
}
