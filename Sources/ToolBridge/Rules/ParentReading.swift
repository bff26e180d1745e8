package import JSON

/// The parent that a payload names.
package enum NamedParent: Sendable, Equatable {
    /// The kind has none, or a loose reference that names nothing.
    case none
    /// A reference that nobody checks.
    case loose(ItemReference)
    /// Must be alive at the moment of the write.
    case checked(ItemReference)

    package var reference: ItemReference? {
        switch self {
        case .none: nil
        case .loose(let reference), .checked(let reference): reference
        }
    }
}

extension ParentRule {
    /// Reads the parent out of a payload.
    ///
    /// - Throws: `invalid_parent` with the reason and the member.
    package func parent(in payload: JSONValue) throws(ItemError) -> NamedParent {
        switch self {
        case .none:
            return .none
        case .loose(let key, let kind):
            guard let text = payload[key]?.string, let uid = UID(text), !uid.isNil else { return .none }
            return .loose(ItemReference(kind, uid))
        case .required(let key, let kind):
            let text = try Self.text(payload, key)
            guard let uid = UID(text) else { throw .invalidParent(.invalid, key: key, "invalid \(key): \(text.boundedForText)") }
            return .checked(ItemReference(kind, uid))
        case .typed(let typeKey, let key, let kinds):
            let type = try Self.text(payload, typeKey)
            guard let kind = kinds.first(where: { $0.singular.utf8.elementsEqual(type.utf8) }) else {
                let names = kinds.map { "'\($0.singular)'" }.joined(separator: " or ")
                throw .invalidParent(.wrongKind, key: typeKey, "invalid parent_type: \(type.boundedForText) (must be \(names))")
            }
            guard let uid = UID(try Self.text(payload, key)) else { throw .invalidParent(.invalid, key: key, "invalid \(key)") }
            return .checked(ItemReference(kind, uid))
        }
    }

    /// A parent as a tombstone has it: whatever can be read counts, nothing is demanded.
    package func parentIfReadable(in payload: JSONValue) -> ItemReference? {
        (try? parent(in: payload))?.reference
    }

    private static func text(_ payload: JSONValue, _ key: String) throws(ItemError) -> String {
        guard let value = payload[key], !value.isNull else { throw .invalidParent(.missing, key: key, "missing \(key)") }
        guard let text = value.string else { throw .invalidParent(.invalid, key: key, "invalid \(key)") }
        guard !text.isEmpty else { throw .invalidParent(.missing, key: key, "missing \(key)") }
        return text
    }

    /// The members that name a checked parent.
    package var checkedKeys: [String] {
        switch self {
        case .none, .loose: []
        case .required(let key, _): [key]
        case .typed(let typeKey, let key, _): [typeKey, key]
        }
    }

    /// The refusal of a parent that is missing, dead or another owner's, which all look the same.
    package func notFound(_ parent: ItemReference) -> ItemError {
        .invalidParent(.notFound, key: checkedKeys.last ?? "", "parent \(parent.kind.noun) not found: \(parent.uid)")
    }
}
