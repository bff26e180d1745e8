package import Auth
package import Observability

extension AuthEvent {
    /// The line that it becomes.
    package var observation: Observation {
        switch self {
        case .keysFetched(let url, let usable, let skipped): .keySetFetched(url: Self.shown(url), usable: usable, skipped: skipped)
        case .keysFailed(let url, let fault): .keySetFailed(url: Self.shown(url), error: fault.text)
        case .keyringReplaced(let path, let ids): .keyringReplaced(path: path, keys: ids)
        case .keyringKept(let fault): .keyringKept(error: "\(fault)")
        case .noncesUnavailable(let error): .storeFault(error: error, operation: "nonce")
        }
    }

    /// What follows a question mark may be a key.
    private static func shown(_ url: String) -> String { String(url.prefix { $0 != "?" }) }
}

extension KeySetFault {
    fileprivate var text: String {
        switch self {
        case .notFetched(.unreachable): "it can't be reached"
        case .notFetched(.tooSlow): "it took too long"
        case .notFetched(.tooLarge), .tooLarge: "it is too large"
        case .status(let status): "it was answered with status \(status)"
        case .tooManyKeys: "it has too many keys"
        case .notAKeySet: "it isn't a key set"
        case .ambiguous: "two of its keys have the same kid"
        case .noUsableKey: "it has no key that can be used"
        }
    }
}

extension WorkOSEvent {
    package var observation: Observation {
        switch self {
        case .asked(let operation, let status, let time): .membershipsAsked(operation: operation.rawValue, status: status, duration: time)
        case .keysRefused: .membershipsRefused(reason: "no API key was taken")
        case .heldBack(let operation): .membershipsRefused(reason: "too many questions (\(operation.rawValue)): this one wasn't asked")
        }
    }
}

extension TenantProof.KeyUse {
    package var observation: Observation {
        switch self {
        case .v1(let part): .tenantProved(version: 1, key: part == 0 ? "TENANT_HEADER_SECRET" : "part \(part) of TENANT_HEADER_SECRET")
        case .v2(let id): .tenantProved(version: 2, key: id)
        }
    }
}
