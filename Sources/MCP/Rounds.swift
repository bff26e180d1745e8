import JSON

/// What a call of 2026-07-28 knows of its earlier rounds, and what it adds to them.
struct Rounds: Sendable {
    /// A sealed question that was asked in the round before.
    struct Asked: Sendable, Equatable {
        let key: String
        /// The digest of what was asked, so that a changed question is a new one.
        let proof: [UInt8]
    }

    /// An answer that needn't be given again.
    struct Answer: Sendable, Equatable {
        let key: String
        /// Of the sealed question that it answers; empty for an open one.
        let proof: [UInt8]
        /// Unix seconds: a sealed one counts only for so long.
        let given: Int64
        let response: JSONValue
    }

    /// A value of the handler's own.
    struct Note: Sendable, Equatable {
        let name: String
        let value: JSONValue
    }

    /// What came with this request.
    private let responses: JSONValue?
    /// When the request came, in Unix seconds.
    private let now: Int64
    private let asked: [Asked]
    private(set) var answers: [Answer]
    private(set) var notes: [Note]

    /// The key of a question that was asked; the handler has to end by it.
    var openQuestion: String?

    /// - Parameter now: Unix seconds.
    init(_ input: RetriedInput?, at now: Int64) {
        self.now = now
        responses = input?.responses
        asked = input?.state?.asked ?? []
        answers = input?.state?.answers ?? []
        notes = input?.state?.notes ?? []
    }

    /// What a task knows of them: its own questions are asked otherwise.
    init(remembering notes: [Note]) {
        (responses, now, asked, answers) = (nil, 0, [], [])
        self.notes = notes.map { Note(name: $0.name, value: $0.value.copied()) }
    }

    /// The answer to a question, if there is one that counts (M8, M12).
    ///
    /// - Parameter proof: The digest of a sealed question; empty for an open one.
    /// - Throws: `invalidParameters` for a malformed answer.
    mutating func response(to question: AskedQuestion, proof: [UInt8]) throws(MCPError) -> JSONValue? {
        let kept = answers.first { $0.key.sameBytes(question.key) && (proof.isEmpty || $0.proof == proof) }
        // A kept answer that doesn't fit any more was given to another question; that isn't the client's fault.
        if let kept, question.fault(of: kept.response) == nil { return kept.response }
        guard let response = responses?[question.key] else { return nil }
        let wasAsked = asked.contains { $0.key.sameBytes(question.key) && $0.proof == proof }
        guard proof.isEmpty || wasAsked else { return nil }
        switch question.fault(of: response) {
        case .malformed(let text): throw .invalidParameters("the input response \(question.key.shortened) can't be used: \(text)")
        case .incomplete: return nil
        case nil:
            answers.removeAll { $0.key.sameBytes(question.key) }
            answers.append(Answer(key: question.key, proof: proof, given: now, response: response))
            return response
        }
    }

    func remembered(_ name: String) -> JSONValue? {
        notes.first { $0.name.sameBytes(name) }?.value
    }

    mutating func remember(_ value: JSONValue, as name: String) {
        notes.append(Note(name: name, value: value))
    }
}

/// What a retry brings along (M5).
///
/// A class, so that the many calls that bring nothing carry no room for it.
final class RetriedInput: Sendable, Equatable {
    /// An object.
    let responses: JSONValue?
    let state: RequestState?

    init(responses: JSONValue?, state: RequestState?) {
        self.responses = responses
        self.state = state
    }

    static func == (a: RetriedInput, b: RetriedInput) -> Bool {
        a.responses == b.responses && a.state == b.state
    }
}
