import JSON
import Synchronization

extension RequestLink {
    /// Asks with requests of ours, all at once, and waits (S18, LS10).
    func responses(to questions: [AskedQuestion]) async throws -> [JSONValue] {
        guard questions.count > 1 else {
            guard let question = questions.first else { return [] }
            return [try await response(to: question)]
        }
        return try await withThrowingTaskGroup(of: (Int, JSONValue).self) { group in
            for (place, question) in questions.enumerated() {
                group.addTask { (place, try await self.response(to: question)) }
            }
            var responses: [(Int, JSONValue)] = []
            for try await response in group { responses.append(response) }
            return responses.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func response(to question: AskedQuestion) async throws -> JSONValue {
        let elicitationID = if case .url = question.body { Base64.url.encode(sealer.randomBytes(16)) } else { "" }
        let params = question.body.params(for: revision, elicitationID: elicitationID)
        let answer: JSONValue
        do {
            answer = try await transport.ask(
                OutgoingRequest(method: question.body.method, params: params, patience: question.body.patience)
            )
        } catch is NoAnswer {
            throw AskError.noAnswer
        }
        if let error = answer["error"] {
            throw AskError.refused(code: error["code"]?.integral ?? 0, message: (error["message"]?.string ?? "no reason given").shortened)
        }
        guard let response = answer["result"] else { throw AskError.malformed("it has neither result nor error") }
        // The next try of a person would be another call; so what is missing is as wrong as what is strange.
        if let fault = question.fault(of: response) { throw AskError.malformed(fault.text) }
        return response
    }

    func remembered(_ name: String) -> JSONValue? {
        rounds.withLock { $0.remembered(name) }
    }

    func remember(_ value: JSONValue, as name: String) {
        rounds.withLock { $0.remember(value, as: name) }
    }

    /// The answers that came with this request and its state, if all are there; else the handler ends and they are asked for (M11).
    func answersSoFar(
        to questions: [AskedQuestion],
        sealed: Bool,
        of missing: (ClientCapabilities) -> ClientCapabilities
    ) throws -> [JSONValue] {
        let proofs = questions.map { sealed ? sealer.digest($0.request) : [] }
        let (responses, rounds) = try rounds.withLock { rounds throws(MCPError) in
            var responses: [JSONValue?] = []
            for (question, proof) in zip(questions, proofs) { responses.append(try rounds.response(to: question, proof: proof)) }
            return (responses, rounds)
        }
        let open = zip(questions, zip(responses, proofs)).filter { $0.1.0 == nil }
        guard !open.isEmpty else { return responses.compactMap { $0 } }
        let lacking = missing(open.reduce(into: ClientCapabilities()) { $0.formUnion($1.0.body.needs) })
        guard lacking.isEmpty else { throw MCPError.missingCapability(lacking.declaration) }
        if mayAsk { self.rounds.withLock { $0.openQuestion = open.first?.0.key } }
        throw InputRequired(
            questions: open.map(\.0),
            asked: sealed ? open.map { Rounds.Asked(key: $0.0.key, proof: $0.1.1) } : [],
            answers: rounds.answers,
            notes: rounds.notes
        )
    }

    /// What is wrong if the handler doesn't end by the question that it has asked, or begins something.
    var swallowedQuestion: QuestionFault? {
        guard !revision.isLegacy, let key = rounds.withLock({ $0.openQuestion }) else { return nil }
        return QuestionFault("question \(key) was asked, and the handler went on: it must let the error of asking pass")
    }
}

/// A handler of 2026-07-28 ended because the client must be asked: no failure, and not for handlers to catch.
struct InputRequired: Error {
    let questions: [AskedQuestion]
    /// Those of them that are sealed.
    let asked: [Rounds.Asked]
    let answers: [Rounds.Answer]
    let notes: [Rounds.Note]

    /// M15: a state says nothing that the next request wouldn't say itself, unless there is something in it.
    var needsState: Bool { !asked.isEmpty || !answers.isEmpty || !notes.isEmpty }
}
