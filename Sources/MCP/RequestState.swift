import JSON

/// What the rounds of one call of 2026-07-28 carry from one to the next, sealed, by way of the client (M10).
///
/// Nothing is kept here meanwhile (M7), and it can be sent again until it expires (M14).
struct RequestState: Sendable, Equatable {
    /// Unix seconds.
    let issued: Int64
    /// How many rounds there were, from 1.
    let round: UInt8
    /// 16 bytes that make each state different (M15).
    let number: [UInt8]
    /// What it is good for: the digest of method, target, arguments, tenant and server (M6).
    let binding: [UInt8]
    let asked: [Rounds.Asked]
    let answers: [Rounds.Answer]
    let notes: [Rounds.Note]

    /// Seconds.
    static let life: Int64 = 600
    /// Of content (M10).
    static let maximumBytes = 16_384
    /// After so many a call begins again: what was remembered shall not live for ever either.
    static let maximumRounds: UInt8 = 32
    private static let layout: UInt8 = 2
    private static let tagBytes = 16

    /// The layout, big-endian: 1 layout, 16 principal tag, 8 issued, 8 expires, 1 round, 16 number; then, each after its length in two bytes,
    /// the binding, and after their number the keys and proofs of what was asked, the keys, proofs, times and JSON of answers, the names and
    /// JSON of notes.
    func content(principalTag: [UInt8]) -> [UInt8] {
        content(principalTag, answers)
    }

    private func content(_ principalTag: [UInt8], _ answers: [Rounds.Answer]) -> [UInt8] {
        var writer = StateWriter()
        writer.bytes.append(RequestState.layout)
        writer.bytes += principalTag
        writer.append(issued)
        writer.append(issued.addingReportingOverflow(RequestState.life).partialValue)
        writer.bytes.append(round)
        writer.bytes += number
        writer.append(binding)
        writer.append(asked) { writer, asked in
            writer.append(asked.key.utf8)
            writer.append(asked.proof)
        }
        writer.append(answers) { writer, answer in
            writer.append(answer.key.utf8)
            writer.append(answer.proof)
            writer.append(answer.given)
            writer.append(answer.response.bytes)
        }
        writer.append(notes) { writer, note in
            writer.append(note.name.utf8)
            writer.append(note.value.bytes)
        }
        return writer.bytes
    }

    /// Seals it for a principal.
    ///
    /// - Throws: What the sealer throws, and if it is too long `RequestStateIsTooLong`, or `invalidParameters` where without the client's
    ///   answers it wouldn't be.
    func sealed(for principal: Principal, with sealer: any Sealer) throws -> String {
        let tag = [UInt8](repeating: 0, count: RequestState.tagBytes)
        // A length that didn't fit its two bytes is more than all may have.
        guard content(tag, answers).count <= RequestState.maximumBytes else {
            guard content(tag, []).count <= RequestState.maximumBytes else { throw RequestStateIsTooLong() }
            throw MCPError.invalidParameters("the input responses are too long together")
        }
        return try sealer.seal(.requestState, for: principal) { content(principalTag: $0) }
    }

    /// Opens a state (W27).
    ///
    /// - Parameters:
    ///   - binding: That of the request that brings it.
    ///   - now: Unix seconds.
    /// - Throws: `invalidParameters`, always the same, for any that isn't good for this request (M5, M6).
    init(_ text: String, for principal: Principal, binding: [UInt8], at now: Int64, with sealer: any Sealer) throws(MCPError) {
        guard let seal = sealer.open(text, as: .requestState, for: principal) else { throw .unfitState }
        var reader = StateReader(seal.content[...])
        guard reader.byte() == RequestState.layout, let tag = reader.bytes(RequestState.tagBytes),
            isEqualInConstantTime(tag, seal.principalTag), let issued = reader.integer(), let expires = reader.integer(), now <= expires,
            let round = reader.byte(), let number = reader.bytes(16), let bound = reader.field(), bound.elementsEqual(binding),
            let asked = reader.list({ reader -> Rounds.Asked? in
                guard let key = reader.text(), let proof = reader.field() else { return nil }
                return Rounds.Asked(key: key, proof: Array(proof))
            }),
            let answers = reader.list({ reader -> Rounds.Answer? in
                guard let key = reader.text(), let proof = reader.field(), let given = reader.integer(), let response = reader.json()
                else { return nil }
                return Rounds.Answer(key: key, proof: Array(proof), given: given, response: response)
            }),
            let notes = reader.list({ reader -> Rounds.Note? in
                guard let name = reader.text(), let value = reader.json() else { return nil }
                return Rounds.Note(name: name, value: value)
            }),
            reader.isAtEnd
        else { throw .unfitState }
        self.issued = issued
        self.round = round
        self.number = Array(number)
        self.binding = binding
        self.asked = asked
        // Each round makes a new state; by that alone a confirmation would be good for ever (M12).
        self.answers = answers.filter { answer in
            let (age, overflow) = now.subtractingReportingOverflow(answer.given)
            return answer.proof.isEmpty || !overflow && age <= RequestState.life
        }
        self.notes = notes
    }

    /// The state after a round.
    init(after previous: RequestState?, _ required: InputRequired, binding: [UInt8], at now: Int64, number: [UInt8]) {
        issued = now
        round = min(previous?.round ?? 0, .max - 1) + 1
        self.number = number
        self.binding = binding
        asked = required.asked
        answers = required.answers
        notes = required.notes
    }
}

/// What a handler asks and remembers is more than a state may hold: our fault.
struct RequestStateIsTooLong: Error {}

extension MCPError {
    /// One text for every way in which a state can be none.
    static let unfitState = MCPError.invalidParameters("the requestState is not one for this request; start again without it")
}

extension Invocation {
    /// What a state is bound to, beside its principal (M6, M13).
    ///
    /// - Parameter resource: The server's own address.
    func binding(at resource: String, with sealer: any Sealer) -> [UInt8] {
        var arguments = JSONWriter()
        switch work {
        case .tool(_, let sent?, _): arguments.canonical(sent)
        case .prompt(_, let texts):
            arguments.object { writer in
                for (name, text) in texts.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
                    writer.key(escaping: name)
                    writer.string(text)
                }
            }
        default: arguments.object { _ in }
        }
        var writer = StateWriter()
        for part in [method, target, principal.tenant, resource] {
            writer.append(Int64(part.utf8.count))
            writer.bytes += part.utf8
        }
        return sealer.digest(writer.bytes + arguments.bytes)
    }
}
