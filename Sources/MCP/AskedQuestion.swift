import JSON

/// A question without the type of its answer: one of several that are only known at run time.
public struct AskedQuestion: Sendable {
    public let key: String
    let body: QuestionBody
    private let check: @Sendable (JSONValue) -> UnfitAnswer?

    public init<Answer>(_ question: Question<Answer>) {
        key = question.key
        body = question.body
        check = { response in
            do throws(UnfitAnswer) {
                _ = try question.read(response)
                return nil
            } catch {
                return error
            }
        }
    }

    /// Why a response doesn't answer it; nil if it does.
    func fault(of response: JSONValue) -> UnfitAnswer? {
        check(response)
    }

    /// What stands in `inputRequests` of 2026-07-28: an object with `method` and `params` (M3).
    var request: [UInt8] {
        var writer = JSONWriter(reserving: 256)
        writer.object { writer in
            writer.member("method", body.method)
            writer.member("params", raw: body.params(for: .v2026_07_28))
        }
        return writer.bytes
    }
}

/// Where a handler's questions go when there is no request of the client to ask in: a task keeps them until they are answered (TK5).
protocol QuestionDesk: Sendable {
    /// Waits for the answers.
    ///
    /// The capabilities have been looked at; the responses are looked at afterwards, so what doesn't fit (`AskedQuestion.fault(of:)`) had
    /// better be refused where it arrives.
    ///
    /// - Returns: The response to each question, by its key.
    func answers(to questions: [AskedQuestion]) async throws -> [String: JSONValue]
}
