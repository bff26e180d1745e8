/// What a write is bound to besides its content.
package struct WriteContext<Value: Sendable>: Sendable {
    /// Refuses with `epoch_mismatch` if this isn't the owner's epoch; `nil` doesn't ask.
    package var epoch: Int64?
    /// Keeps the answer together with the effect, for a client that may send its request again; `nil` keeps nothing.
    package var recording: AnswerRecording<Value>?

    package init(epoch: Int64? = nil, recording: AnswerRecording<Value>? = nil) {
        self.epoch = epoch
        self.recording = recording
    }
}

/// How the answer to a repeatable request is kept (draft-ietf-httpapi-idempotency-key-header).
///
/// The service knows the outcome and the caller how it answers; the store keeps the answer in the transaction that makes the outcome true.
package struct AnswerRecording<Value: Sendable>: Sendable {
    package let request: RepeatableRequest
    /// The answer to an outcome.
    ///
    /// It runs inside the transaction.
    package let answer: @Sendable (Result<Value, ItemError>) -> RecordedAnswer

    package init(_ request: RepeatableRequest, answer: @escaping @Sendable (Result<Value, ItemError>) -> RecordedAnswer) {
        self.request = request
        self.answer = answer
    }
}

/// A request that its client may send again under the same name.
package struct RepeatableRequest: Sendable, Hashable {
    /// The client's name for it, 1 to 255 bytes, one of its owner's.
    package let key: String
    /// A digest of all that makes the request what it is; another request under the same key has another.
    package let fingerprint: [UInt8]

    package init(key: String, fingerprint: [UInt8]) {
        self.key = key
        self.fingerprint = fingerprint
    }
}

/// An answer that was given, kept so that it can be given again.
package struct RecordedAnswer: Sendable, Equatable {
    /// For how long an answer is remembered at least: a day.
    package static let lifetimeMilliseconds: Int64 = 86_400_000

    package struct Header: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }
    /// HTTP's status.
    package let status: Int
    package let headers: [Header]
    package let body: [UInt8]

    package init(status: Int, headers: [Header], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}
