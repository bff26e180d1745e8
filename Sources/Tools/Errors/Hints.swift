import JSON
import ToolBridge

/// What an assistant can do after a refusal: a line that begins with `Next:`, and a few more where there is something to show.
///
/// The words are constants. Titles and names of members, which are the user's, are escaped and in quotes; the current item is JSON on a line of its own.
struct Hints: Sendable {
    let items: OwnedItems
    let offers: OfferedTools
    let attempt: Attempt

    /// The lines; none where there is nothing to say.
    func lines(for refusal: ItemError) async -> [String] {
        let lines =
            switch refusal.code {
            case .notFound: await afterNotFound()
            case .versionMismatch: await afterMismatch(refusal)
            case .invalidParent: await afterInvalidParent(refusal)
            default: constant(refusal).map { [$0] } ?? []
            }
        guard let first = lines.first else { return [] }
        return ["Next: " + first] + lines.dropFirst()
    }

    /// What needs no reading.
    private func constant(_ refusal: ItemError) -> String? {
        switch refusal.code {
        case .invalidJSON: "send JSON that can be parsed, with an object where one is asked for; then \(again)."
        case .invalidRequest, .invalidParameter, .invalidLimit: "correct \(refusal.field ?? "the arguments"), then \(again)."
        case .invalidCursor: "\(again) without cursor, or with the nextCursor of the same list."
        case .invalidUID: "send a UUID as \(refusal.field ?? "uid"), or leave it out for a new item."
        case .invalidIfMatch: "send the version you read as if_match, or leave it out."
        case .invalidAction: attempt.kind.map { "send one of the actions of \($0.oneNoun): \($0.listedActions)." }
        case .confirmationRequired, .sessionForbidden, .notFound, .versionMismatch, .invalidParent: nil
        case .sessionNotFound, .sessionRequired, .sessionInvalid, .idempotencyInProgress: "\(again)."
        case .idempotencyMismatch: "\(again) with a new key."
        case .alreadyExists: afterExisting(refusal)
        case .epochMismatch:
            "all items were wiped meanwhile: look again at what there is\(attempt.kind.flatMap(offers.finding).map { " with \($0)" } ?? "")."
        case .deleted: afterDeleted(refusal)
        case .payloadTooLarge:
            "shorten it\(refusal.limit.map { " to at most \($0) bytes" } ?? ""), or split it into several \(attempt.kind?.plural ?? "items")."
        case .tooManyItems: "send \(refusal.limit.map { "at most \($0)" } ?? "fewer") items in a call."
        case .invalidPayload: "\(remedy(for: refusal)), then \(again)."
        case .internalError: "\(again) once; if it is refused again, tell the user the correlation_id."
        case .unauthorized, .invalidTenantHeaders, .tenantRequired, .tenantForbidden, .insufficientScope: nil
        case .tenantResolutionUnconfigured, .exchangeUnavailable: nil
        case .rateLimited: "wait\(refusal.retryAfter.map { " \($0) seconds" } ?? " a little"), then \(again)."
        case .identityProviderUnavailable: "\(again) in a few seconds."
        case .unavailable:
            creates
                ? "look whether it was created\(attempt.kind.flatMap(offers.listing).map { " with \($0)" } ?? ""); if not, \(again) in a few seconds."
                : "\(again) in a few seconds."
        }
    }

    /// `call get_note again`.
    private var again: String { attempt.tool.map { "call \($0) again" } ?? "try again" }

    var creates: Bool { attempt.tool?.hasPrefix("create_") == true }

    private func afterExisting(_ refusal: ItemError) -> String? {
        guard let kind = attempt.kind else { return nil }
        guard creates else { return "there is nothing to restore\(offers.reading(kind).map { "; \($0) reads it" } ?? "")." }
        let change = offers.changing(kind).map { "change the \(kind.shownNoun) that has this uid with \($0), or " } ?? ""
        return "\(change)leave uid out to create another."
    }

    private func afterDeleted(_ refusal: ItemError) -> String? {
        guard let kind = attempt.kind else { return nil }
        var ways: [String] = []
        if attempt.tool?.hasPrefix("delete_") == true { ways.append("nothing is left to do") }
        if let restore = offers.restoring, let uid = attempt.uid ?? refusal.uid {
            ways.append("\(restore) with id \(ItemReference(kind, uid).id) brings it back")
        }
        if let read = offers.reading(kind) { ways.append("\(read) with include_deleted true shows it") }
        if creates { ways.append("without uid another is created") }
        return ways.isEmpty ? nil : ways.joined(separator: "; ") + "."
    }

    private func remedy(for refusal: ItemError) -> String {
        let place = refusal.field.map { " at \($0)" } ?? ""
        guard case .string(let reason)? = refusal[.reason], let fault = ItemError.PayloadFault(rawValue: reason) else {
            return "correct the payload\(place)"
        }
        return switch fault {
        case .duplicateKey: "name each member once\(place)"
        case .nul: "leave out U+0000\(place)"
        case .invalidUnicode: "send whole characters\(place)"
        case .tooDeep: "nest it at most \(Limits.payloadDepth) levels deep"
        case .tooManyValues: "send at most \(Limits.payloadValues) values"
        case .invalidType: "send a value of the expected type\(place)"
        case .outOfRange: "send a number in range\(place)"
        }
    }
}
