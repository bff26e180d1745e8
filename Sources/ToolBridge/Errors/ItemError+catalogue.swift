/// Every text that a refusal can have. Clients of long standing compare some of them, so they don't change.
extension ItemError {
    package static func notFound(_ kind: ItemKind) -> ItemError {
        ItemError(.notFound, "\(kind.noun) not found")
    }

    /// The item is a tombstone.
    package static func deleted(_ item: Item) -> ItemError {
        ItemError(.deleted, "\(item.kind.noun) deleted", tombstoneDetails(item))
    }

    package static func alreadyDeleted(_ item: Item) -> ItemError {
        ItemError(.deleted, "\(item.kind.noun) already deleted", tombstoneDetails(item))
    }

    private static func tombstoneDetails(_ item: Item) -> [Detail] {
        [
            Detail(.deletedAt, .string((item.deletedAt ?? item.updatedAt).description)),
            Detail(.uid, .string(item.uid.description)),
            Detail(.version, .integer(item.version)),
        ]
    }

    package static func alreadyExists(_ item: Item) -> ItemError {
        ItemError(.alreadyExists, "\(item.kind.noun) already exists", liveDetails(item))
    }

    /// An item that was to be restored is alive.
    package static func notDeleted(_ item: Item) -> ItemError {
        ItemError(.alreadyExists, "\(item.kind.noun) isn't deleted", liveDetails(item))
    }

    private static func liveDetails(_ item: Item) -> [Detail] {
        [
            Detail(.uid, .string(item.uid.description)),
            Detail(.version, .integer(item.version)),
            Detail(.updatedAt, .string(item.updatedAt.description)),
        ]
    }

    package static func versionMismatch(_ item: Item, expected condition: VersionCondition) -> ItemError {
        let expected: Detail.Value =
            switch condition {
            case .exactly(let version): .integer(version)
            case .any: .string("*")
            case .oneOf(_, let text): .string(text)
            }
        return ItemError(
            .versionMismatch,
            "version mismatch: expected \(condition), actual \(item.version)",
            [Detail(.uid, .string(item.uid.description)), Detail(.expected, expected), Detail(.actual, .integer(item.version))]
        )
    }

    package enum PayloadFault: String, Sendable {
        case duplicateKey = "duplicate_key"
        case nul
        case invalidUnicode = "invalid_unicode"
        case tooDeep = "too_deep"
        case tooManyValues = "too_many_values"
        case invalidType = "invalid_type"
        case outOfRange = "out_of_range"

        fileprivate var text: String {
            switch self {
            case .duplicateKey: "a key occurs twice in one object"
            case .nul: "text must not contain U+0000"
            case .invalidUnicode: "text must be valid Unicode without lone surrogates"
            case .tooDeep: "nested deeper than \(Limits.payloadDepth) levels"
            case .tooManyValues: "more than \(Limits.payloadValues) values"
            case .invalidType: "wrong type"
            case .outOfRange: "number out of range"
            }
        }
    }

    /// - Parameter field: A JSON Pointer into the payload.
    package static func invalidPayload(_ fault: PayloadFault, field: String) -> ItemError {
        ItemError(
            .invalidPayload,
            "invalid payload: \(fault.text)",
            [Detail(.field, .string(field)), Detail(.reason, .string(fault.rawValue))]
        )
    }

    package enum ParentFault: String, Sendable {
        case missing, invalid
        case wrongKind = "wrong_kind"
        case notFound = "not_found"
    }

    package static func invalidParent(_ fault: ParentFault, key: String, _ text: String) -> ItemError {
        ItemError(.invalidParent, text, [Detail(.field, .string("/" + key)), Detail(.reason, .string(fault.rawValue))])
    }

    /// - Parameter position: The offset of the first byte that can't be read.
    package static func invalidJSON(position: Int) -> ItemError {
        ItemError(.invalidJSON, "invalid JSON", [Detail(.position, .integer(Int64(position)))])
    }

    /// - Parameter field: A JSON Pointer, or the name of a header or parameter.
    package static func invalidUID(field: String) -> ItemError {
        ItemError(.invalidUID, "invalid UID", [Detail(.field, .string(field))])
    }

    /// - Parameter limit: In bytes.
    package static func payloadTooLarge(limit: Int) -> ItemError {
        ItemError(.payloadTooLarge, "payload too large: at most \(limit) bytes", [Detail(.limit, .integer(Int64(limit)))])
    }

    package static func tooManyItems(limit: Int) -> ItemError {
        ItemError(.tooManyItems, "too many items: at most \(limit)", [Detail(.limit, .integer(Int64(limit)))])
    }

    package static func invalidAction(_ action: String, of kind: ItemKind) -> ItemError {
        let shown = action.boundedForText
        return ItemError(
            .invalidAction,
            "invalid action: \(shown)",
            [Detail(.action, .string(shown)), Detail(.allowed, .strings(kind.actions.map(\.name)))]
        )
    }

    package static func invalidRequest(field: String, _ text: String) -> ItemError {
        ItemError(.invalidRequest, text, [Detail(.field, .string(field))])
    }

    package static func invalidParameter(field: String, _ text: String) -> ItemError {
        ItemError(.invalidParameter, text, [Detail(.field, .string(field))])
    }

    package static var invalidLimit: ItemError {
        ItemError(.invalidLimit, "limit must be a positive integer", [Detail(.field, .string("limit"))])
    }

    package static var invalidCursor: ItemError {
        ItemError(.invalidCursor, "invalid cursor: use a nextCursor of the same list, or none", [Detail(.field, .string("cursor"))])
    }

    package static var invalidIfMatch: ItemError {
        ItemError(
            .invalidIfMatch,
            "If-Match must be a version number, a quoted version, a list of quoted versions or *",
            [Detail(.field, .string("If-Match"))]
        )
    }

    package static func epochMismatch(_ epoch: Int64) -> ItemError {
        ItemError(.epochMismatch, "epoch_mismatch", [Detail(.epoch, .integer(epoch))])
    }

    package static var idempotencyMismatch: ItemError {
        ItemError(
            .idempotencyMismatch,
            "this Idempotency-Key was used for another request: take a new one",
            [Detail(.field, .string("Idempotency-Key"))]
        )
    }

    package static var idempotencyInProgress: ItemError {
        ItemError(.idempotencyInProgress, "the same request is being answered: send it again", [Detail(.field, .string("Idempotency-Key"))])
    }

    package static var confirmationRequired: ItemError {
        ItemError(.confirmationRequired, #"to wipe, send {"confirm":"WIPE"}"#, [Detail(.field, .string("/confirm"))])
    }

    package static var sessionRequired: ItemError {
        ItemError(.sessionRequired, "sync session required: POST /v1/sync/sessions")
    }

    package static var sessionInvalid: ItemError {
        ItemError(.sessionInvalid, "sync session invalid or expired: POST /v1/sync/sessions")
    }

    package static var sessionForbidden: ItemError { ItemError(.sessionForbidden, "forbidden") }

    package static var sessionNotFound: ItemError { ItemError(.sessionNotFound, "session not found or expired") }

    package static func unavailable(_ cause: any Error) -> ItemError {
        ItemError(.unavailable, "temporarily unavailable, try again", underlying: cause)
    }

    package static func internalError(_ cause: any Error) -> ItemError {
        ItemError(.internalError, "internal error", underlying: cause)
    }

    /// What a service's caller is told of anything that was thrown below it.
    package init(_ error: any Error) {
        switch error {
        case let refusal as ItemError: self = refusal
        case StoreError.unavailable(let cause): self = .unavailable(cause)
        case StoreError.rejected(let cause): self = .internalError(cause)
        default: self = .internalError(error)
        }
    }
}

extension String {
    /// At most 64 bytes of it, so that an error can't be made as long as its cause.
    package var boundedForText: String {
        guard utf8.count > 64 else { return self }
        var bounded = ""
        for scalar in unicodeScalars {
            guard bounded.utf8.count + UTF8.width(scalar) <= 64 else { break }
            bounded.unicodeScalars.append(scalar)
        }
        return bounded + "…"
    }
}
