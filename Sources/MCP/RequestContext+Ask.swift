public import JSON

extension RequestContext {
    /// Asks the client, and gives the answers in the order of the questions.
    ///
    /// One handler serves all revisions (M11). In a session the questions go out together as requests of ours, and this waits: 60 s for
    /// machines, 300 s for people. In 2026-07-28 the handler ends here by an error that it must let pass (with `try?` and the like the call is
    /// a fault of ours, for the log); the client gets the questions as its result, and when it calls again with the answers the handler is
    /// run again from its start. So before its last question a handler has no effects and makes nothing random but by `remember`.
    ///
    /// What was answered in earlier rounds has room in 16 KiB, with what is remembered; longer answers are refused. So what may be long is
    /// asked last. A call can be asked 32 times, and a sealed answer counts for 600 s.
    ///
    /// - Parameters:
    ///   - questions: Their keys are different in the whole handler (M3).
    ///   - sealed: Whether an answer counts only if it can be proved that this principal was asked this question in this call (M12): for
    ///     every confirmation of something destructive. Otherwise a client may answer without having been asked.
    /// - Throws: `AskError` if the client can't be asked or breaks, which for a tool is a result with `isError: true`; in 2026-07-28 an
    ///   `MCPError` for a capability that isn't declared and for answers of the wrong shape (M4, M8).
    public func ask<each Answer: Sendable>(
        _ questions: repeat Question<each Answer>,
        sealed: Bool = false
    ) async throws -> (repeat each Answer) {
        var asked: [AskedQuestion] = []
        for question in repeat each questions { asked.append(AskedQuestion(question)) }
        var responses = try await responses(to: asked, sealed: sealed)[...]
        func read<Value>(_ question: Question<Value>) throws -> Value {
            guard let response = responses.popFirst() else { throw AskError.noAnswer }
            do throws(UnfitAnswer) {
                return try question.read(response)
            } catch {
                throw AskError.malformed(error.text)
            }
        }
        return (repeat try read(each questions))
    }

    /// Asks questions that are known only at run time.
    ///
    /// - Returns: What the client answered, checked but as it came, by the questions' keys.
    public func ask(_ questions: [AskedQuestion], sealed: Bool = false) async throws -> [String: JSONValue] {
        let responses = try await responses(to: questions, sealed: sealed)
        return Dictionary(zip(questions.map(\.key), responses), uniquingKeysWith: { first, _ in first })
    }

    /// Whether this client can be asked this: it declares the capability, its revision has words for it, and it can be reached.
    ///
    /// In 2026-07-28 only tools, prompts and readings can ask (M1).
    public func canAsk<Answer>(_ question: Question<Answer>) -> Bool {
        question.body.fault == nil && question.body.isKnown(in: revision) && missing(question.body.needs).isEmpty && isReachable
    }

    /// Makes sure that the client declares something without which the call makes no sense.
    ///
    /// - Throws: -32021 in 2026-07-28 (W26), else an `AskError`.
    public func require(_ capabilities: ClientCapabilities) throws {
        let missing = missing(capabilities)
        guard !missing.isEmpty else { return }
        guard revision.isLegacy else { throw MCPError.missingCapability(missing.declaration) }
        throw !isInitialized ? AskError.notInitialized(missing.names) : AskError.cannot(missing.names)
    }

    /// Makes a text once and keeps it through the rounds of a call (M11): an id for what will be created, a time.
    ///
    /// Between the rounds of 2026-07-28 the client carries it, sealed. A client may send the same round twice, so an effect that uses such an
    /// id can be recognized and done once (M14).
    ///
    /// - Parameter name: Unique in the handler.
    public func remember(_ name: String, _ make: () async throws -> String) async throws -> String {
        let value = try await remember(name) { () async throws -> JSONValue in JSONValue(stringLiteral: try await make()) }
        guard let text = value.string else { throw QuestionFault("what was remembered as \(name) is no text") }
        return text
    }

    /// The same with an integer, such as a number that was drawn.
    public func remember(_ name: String, _ make: () async throws -> Int) async throws -> Int {
        let value = try await remember(name) { () async throws -> JSONValue in JSONValue(try await make()) }
        guard let number = value.integer.flatMap({ Int(exactly: $0) }) else {
            throw QuestionFault("what was remembered as \(name) is no integer")
        }
        return number
    }

    /// The same with a boolean.
    public func remember(_ name: String, _ make: () async throws -> Bool) async throws -> Bool {
        let value = try await remember(name) { () async throws -> JSONValue in JSONValue(try await make()) }
        guard let value = value.boolean else { throw QuestionFault("what was remembered as \(name) is no boolean") }
        return value
    }

    /// The same with any JSON value; all of them together have room in 16 KiB.
    public func remember(_ name: String, _ make: () async throws -> JSONValue) async throws -> JSONValue {
        if let value = link?.remembered(name) { return value }
        let value = try await make()
        link?.remember(value, as: name)
        return value
    }

    /// The responses in the order of the questions; each was found to answer its question.
    private func responses(to questions: [AskedQuestion], sealed: Bool) async throws -> [JSONValue] {
        for (place, question) in questions.enumerated() {
            if let fault = question.body.fault { throw QuestionFault("question \(question.key): \(fault)") }
            guard !questions[..<place].contains(where: { $0.key.sameBytes(question.key) }) else {
                throw QuestionFault("two questions have the key \(question.key)")
            }
        }
        if desk == nil, !revision.isLegacy, let link { return try link.answersSoFar(to: questions, sealed: sealed, of: self.missing) }
        try require(questions.reduce(into: ClientCapabilities()) { $0.formUnion($1.body.needs) })
        guard questions.allSatisfy({ $0.body.isKnown(in: revision) }) else {
            throw AskError.cannot("forms with several choices in a field")
        }
        guard isReachable, let link else { throw AskError.unreachable }
        guard let desk else { return try await link.responses(to: questions) }
        let responses = try await desk.answers(to: questions)
        return try questions.map { question in
            guard let response = responses[question.key] else { throw AskError.noAnswer }
            return response
        }
    }

    /// What of these the client doesn't declare, or its revision doesn't have (V4).
    private func missing(_ needs: ClientCapabilities) -> ClientCapabilities {
        needs.subtracting(clientCapabilities.known(in: revision))
    }

    private var isReachable: Bool {
        desk != nil || link.map { revision.isLegacy ? $0.transport.canAsk : $0.mayAsk } ?? false
    }
}
