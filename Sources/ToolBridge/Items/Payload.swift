package import JSON

/// A client's JSON object that keeps every rule for payloads: valid UTF-8, no duplicate keys, no U+0000, no lone surrogates, and within ``Limits``.
package struct Payload: Sendable {
    /// Always an object.
    package let object: JSONValue

    /// The bytes as the client wrote them.
    package var bytes: [UInt8] { Array(object.bytes) }

    /// Reads a body that is one payload.
    ///
    /// - Throws: `invalid_json` if it is no JSON object at all, `invalid_payload` if it breaks a rule, `payload_too_large`.
    package init(parsing body: [UInt8]) throws(ItemError) {
        let parsed: (value: JSONValue, fault: JSONError?)
        do {
            parsed = try JSONValue.parse(tolerating: body, limits: .payload)
        } catch {
            throw .invalidJSON(position: error.position)
        }
        guard parsed.value.kind == .object else { throw .invalidJSON(position: parsed.value.range.lowerBound) }
        if let fault = parsed.fault { throw .invalidPayload(fault) }
        guard parsed.value.bytes.count <= Limits.payloadBytes else { throw .payloadTooLarge(limit: Limits.payloadBytes) }
        object = parsed.value
    }

    /// Takes a value that was read as a part of a larger message with other limits.
    ///
    /// - Throws: `invalid_payload`, `payload_too_large`.
    package init(checking value: JSONValue) throws(ItemError) {
        guard value.kind == .object else { throw .invalidPayload(.invalidType, field: "") }
        guard value.bytes.count <= Limits.payloadBytes else { throw .payloadTooLarge(limit: Limits.payloadBytes) }
        do {
            try JSON.check(value.bytes, limits: .payload)
        } catch {
            throw .invalidPayload(error)
        }
        object = value
    }
}

extension JSONLimits {
    /// What one payload may be.
    ///
    /// Its size is checked apart, because it is refused in another way.
    package static var payload: JSONLimits { JSONLimits(depth: Limits.payloadDepth, values: Limits.payloadValues) }
}

extension ItemError {
    /// The refusal of a document that is JSON but breaks a rule.
    package static func invalidPayload(_ fault: JSONError) -> ItemError {
        let reason: PayloadFault =
            switch fault.reason {
            case .duplicateKey: .duplicateKey
            case .nul: .nul
            case .loneSurrogate: .invalidUnicode
            case .tooDeep: .tooDeep
            case .tooManyValues: .tooManyValues
            default: .invalidType
            }
        return .invalidPayload(reason, field: fault.path)
    }
}
