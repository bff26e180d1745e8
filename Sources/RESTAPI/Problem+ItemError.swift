package import HTTPServer
import HTTPTypes
package import ToolBridge

extension Problem {
    /// A service's refusal in HTTP.
    package init(_ refusal: ItemError) {
        var headers: HTTPFields = [:]
        if refusal.code == .unavailable || refusal.code == .idempotencyInProgress { headers[.retryAfter] = "1" }
        var fields: [(StaticString, Problem.Value)] = []
        for detail in refusal.details {
            switch detail.value {
            case .string(let text): fields.append((detail.name.text, .string(text)))
            case .integer(let number): fields.append((detail.name.text, .integer(number)))
            case .strings(let texts): fields.append((detail.name.text, .strings(texts)))
            }
            if detail.name == .epoch, case .integer(let epoch) = detail.value { headers[.syncEpoch] = "\(epoch)" }
        }
        self.init(
            HTTPResponse.Status(integerLiteral: refusal.code.status),
            refusal.code.rawValue,
            refusal.text,
            fields: fields,
            headers: headers
        )
    }
}

extension ItemError.StaticName {
    /// The member's name in an error body.
    fileprivate var text: StaticString {
        switch self {
        case .action: "action"
        case .actual: "actual"
        case .allowed: "allowed"
        case .deletedAt: "deletedAt"
        case .epoch: "epoch"
        case .expected: "expected"
        case .field: "field"
        case .limit: "limit"
        case .position: "position"
        case .reason: "reason"
        case .retryAfter: "retry_after"
        case .scope: "scope"
        case .uid: "uid"
        case .updatedAt: "updatedAt"
        case .version: "version"
        }
    }
}
