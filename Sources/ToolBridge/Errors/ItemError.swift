/// Why an operation on items was refused.
///
/// One type for all services. The code is stable and clients branch on it; the text is for people and comes from the catalogue in `ItemError+catalogue`.
/// The cause goes to the log, never to the caller.
package struct ItemError: Error, Sendable {
    package let code: Code
    package let text: String
    /// What else a client can use, in the order in which it is written.
    package let details: [Detail]
    /// What a store or another server said, for the log.
    package let underlying: (any Error)?

    package init(_ code: Code, _ text: String, _ details: [Detail] = [], underlying: (any Error)? = nil) {
        self.code = code
        self.text = text
        self.details = details
        self.underlying = underlying
    }

    package struct Detail: Sendable, Equatable {
        package enum Value: Sendable, Equatable {
            case string(String)
            case integer(Int64)
            case strings([String])
        }
        package let name: StaticName
        package let value: Value

        package init(_ name: StaticName, _ value: Value) {
            self.name = name
            self.value = value
        }
    }

    /// The members that an error can have besides text and code.
    package enum StaticName: String, Sendable {
        case action, actual, allowed, deletedAt, epoch, expected, field, limit, position, reason, scope, uid, updatedAt, version
        case retryAfter = "retry_after"
    }

    /// The stable codes, each with the status that tells a client whether to try again.
    package enum Code: String, Sendable, CaseIterable {
        case invalidJSON = "invalid_json"
        case invalidRequest = "invalid_request"
        case invalidParameter = "invalid_parameter"
        case invalidLimit = "invalid_limit"
        case invalidCursor = "invalid_cursor"
        case invalidUID = "invalid_uid"
        case invalidIfMatch = "invalid_if_match"
        case invalidAction = "invalid_action"
        case confirmationRequired = "confirmation_required"
        case sessionForbidden = "session_forbidden"
        case notFound = "not_found"
        case sessionNotFound = "session_not_found"
        case alreadyExists = "already_exists"
        case epochMismatch = "epoch_mismatch"
        case idempotencyMismatch = "idempotency_mismatch"
        case idempotencyInProgress = "idempotency_in_progress"
        case deleted
        case versionMismatch = "version_mismatch"
        case payloadTooLarge = "payload_too_large"
        case tooManyItems = "too_many_items"
        case invalidPayload = "invalid_payload"
        case invalidParent = "invalid_parent"
        case sessionRequired = "session_required"
        case sessionInvalid = "session_invalid"
        case internalError = "internal_error"
        case unavailable
        // What only a service behind another server's API refuses: that server's own checks of the caller.
        case unauthorized
        case invalidTenantHeaders = "invalid_tenant_headers"
        case tenantRequired = "tenant_required"
        case tenantForbidden = "tenant_forbidden"
        case insufficientScope = "insufficient_scope"
        case rateLimited = "rate_limited"
        case identityProviderUnavailable = "identity_provider_unavailable"
        case tenantResolutionUnconfigured = "tenant_resolution_unconfigured"
        case exchangeUnavailable = "exchange_unavailable"

        /// The number that callers know the code by: HTTP's status (RFC 9110, § 15).
        package var status: Int {
            switch self {
            case .invalidJSON, .invalidRequest, .invalidParameter, .invalidLimit, .invalidCursor, .invalidUID, .invalidIfMatch,
                .invalidAction, .confirmationRequired:
                400
            case .unauthorized, .invalidTenantHeaders, .tenantRequired: 401
            case .sessionForbidden, .tenantForbidden, .insufficientScope: 403
            case .notFound, .sessionNotFound: 404
            case .alreadyExists, .epochMismatch, .idempotencyMismatch, .idempotencyInProgress: 409
            case .deleted: 410
            case .versionMismatch: 412
            case .payloadTooLarge, .tooManyItems: 413
            case .invalidPayload, .invalidParent: 422
            case .sessionRequired, .sessionInvalid: 428
            case .rateLimited: 429
            case .internalError: 500
            case .unavailable, .identityProviderUnavailable, .tenantResolutionUnconfigured, .exchangeUnavailable: 503
            }
        }
    }
}

extension ItemError: Equatable {
    /// The cause doesn't count: two refusals are the same if a client can't tell them apart.
    package static func == (left: ItemError, right: ItemError) -> Bool {
        left.code == right.code && left.text == right.text && left.details == right.details
    }
}

extension ItemError: CustomStringConvertible {
    package var description: String { "\(code.rawValue): \(text)" }
}
