import ToolBridge

/// What hints take out of a refusal; another server's are taken with care.
extension ItemError {
    subscript(_ name: StaticName) -> Detail.Value? {
        details.first { $0.name == name }?.value
    }

    /// Which argument or member is wrong, as it is shown.
    var field: String? {
        guard case .string(let field)? = self[.field], !field.isEmpty else { return nil }
        return DisplayText.line(field, bytes: 100)
    }

    var limit: Int64? {
        guard case .integer(let limit)? = self[.limit] else { return nil }
        return limit
    }

    var uid: UID? {
        guard case .string(let text)? = self[.uid] else { return nil }
        return UID(text)
    }
}
