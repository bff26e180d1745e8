import JSON
import ToolBridge

/// An answer that isn't 2xx, read.
struct APIRefusal: Sendable {
    let error: ItemError
    let response: APIResponse
    /// The code as the API named it: ToolBridge does, its predecessor doesn't.
    let code: String?

    var hasCode: Bool { code != nil }

    /// A refusal of ours, before there was an answer.
    init(_ error: ItemError) {
        self.error = error
        response = APIResponse(status: error.code.status)
        code = error.code.rawValue
    }

    private init(_ error: ItemError, _ response: APIResponse) {
        self.error = error
        self.response = response
        code = error.code.rawValue
    }

    /// What the caller is told of it after all repeats.
    func settled(_ attempt: APIClient.Attempt) -> APIRefusal {
        // The first of two is still under way: that it was refused isn't true, and asking again would do it twice.
        guard attempt.isRepeatedWrite, error.code == .idempotencyInProgress else { return self }
        return APIRefusal(.noAnswer(.broken, isWrite: true), response)
    }

    init(_ response: APIResponse) {
        let object = response.body.count <= Self.longestBody ? try? JSONValue(parsing: response.body, limits: .message) : nil
        self.init(response, object)
    }

    /// The refusal of a part of what was asked.
    init(status: Int, object: JSONValue) {
        self.init(APIResponse(status: status), object)
    }

    private init(_ response: APIResponse, _ object: JSONValue?) {
        self.response = response
        let named = object?["code"]?.string
        code = named
        let code = named.flatMap(ItemError.Code.init(rawValue:))
        let status = response.status
        error = ItemError(
            code ?? Self.code(status),
            Self.text(object, response.body, status: status, isTrusted: named != nil),
            Self.details(object, response),
            underlying: code == nil || status >= 500 ? UpstreamStatus(status: status) : nil
        )
    }

    /// What an API that names no code means by a status.
    private static func code(_ status: Int) -> ItemError.Code {
        switch status {
        case 401: .unauthorized
        case 403: .tenantForbidden
        case 404: .notFound
        case 409: .epochMismatch
        case 410: .deleted
        case 412: .versionMismatch
        case 413: .payloadTooLarge
        case 428: .sessionInvalid
        case 429: .rateLimited
        case 400..<500: .invalidRequest
        default: .unavailable
        }
    }

    /// A text that is shown: the API's own, unless it is one that only a proxy or a fault would write.
    private static func text(_ object: JSONValue?, _ body: [UInt8], status: Int, isTrusted: Bool) -> String {
        let error = object?["error_description"]?.string ?? object?["error"]?.string ?? object?["message"]?.string
        if isTrusted, let error, !error.isEmpty, error.utf8.count <= longestText { return error }
        guard status < 500 else { return "the API failed, try again" }
        guard status >= 400 else { return "the API's answer can't be read" }
        let text = object == nil ? String(decoding: body.prefix(longestText + 1), as: UTF8.self) : error ?? ""
        let line = text.utf8.split(whereSeparator: { $0 == 0x0a || $0 == 0x0d }).first.map { String(Substring($0)) } ?? ""
        return isHarmless(line) ? line : "the API refused this (\(status))"
    }

    /// Whether a text without author can be shown: short, without markup, addresses and control characters.
    private static func isHarmless(_ text: String) -> Bool {
        guard (1...longestForeignText).contains(text.utf8.count) else { return false }
        let bytes = Array(text.utf8)
        guard !bytes.contains(where: { $0 < 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "<") }) else { return false }
        return !zip(bytes, bytes.dropFirst()).contains { byte, next in
            // Of a URL, or before a port.
            byte == UInt8(ascii: "/") && next == UInt8(ascii: "/") || byte == UInt8(ascii: ":") && (0x30...0x39).contains(next)
        }
    }

    private static func details(_ object: JSONValue?, _ response: APIResponse) -> [ItemError.Detail] {
        var details: [ItemError.Detail] = []
        for member in object?.members ?? JSONValue.null.members {
            guard let name = ItemError.StaticName(rawValue: member.key) else { continue }
            if let text = member.value.string, text.utf8.count <= longestText {
                details.append(.init(name, .string(text)))
            } else if let number = member.value.integer {
                details.append(.init(name, .integer(number)))
            } else if member.value.kind == .array {
                details.append(.init(name, .strings(member.value.elements.compactMap(\.string))))
            }
        }
        if response.status == 429, !details.contains(where: { $0.name == .retryAfter }),
            let seconds = response.header("Retry-After").flatMap(Int64.init), (0...86_400).contains(seconds)
        {
            details.append(.init(.retryAfter, .integer(seconds)))
        }
        return details
    }

    private static var longestBody: Int { 1_048_576 }
    private static var longestText: Int { 2000 }
    private static var longestForeignText: Int { 200 }
}

extension APIRefusal {
    /// The token isn't good, or not any more.
    var wantsToken: Bool { response.status == 401 && error.code == .unauthorized && !wantsTenantProof }

    /// The tenant's signature wasn't believed; an API that gives no reason may mean the clock.
    var mayMeanClock: Bool {
        guard wantsTenantProof else { return false }
        guard case .string(let reason)? = error.details.first(where: { $0.name == .reason })?.value else { return true }
        return reason.utf8.elementsEqual("clock_skew".utf8)
    }

    private var wantsTenantProof: Bool {
        if error.code == .invalidTenantHeaders { return true }
        return !hasCode && response.status == 401 && error.text.utf8.elementsEqual("Unauthorized: invalid tenant headers".utf8)
    }

    /// The API wants a sync session, or another one.
    var wantsSession: Bool { response.status == 428 }

    /// The owner's data was wiped since the session began.
    var wantsEpoch: Bool { response.status == 409 && error.code == .epochMismatch }
}

/// What the API answered, for the log.
struct UpstreamStatus: Error {
    let status: Int
}
