public import JSON

/// Something to ask the client while a request of its own is served: a form, a page to open, a sample of its model, its roots.
///
/// ```swift
/// let answer = try await context.ask(.form("user", "Who are you?", .string("name", "Your name."), .optionalInteger("age")))
/// if case .accepted(let (name, age)) = answer { … }
/// ```
/// A question is a value that knows no era; `RequestContext.ask` brings it to the client in the way of its revision (M11). What breaks a
/// rule of the protocol (EL3, EL5, SR1) is an internal error when it is asked.
public struct Question<Answer: Sendable>: Sendable {
    /// Names it among the questions of one handler: unique there, and the same from round to round (M3).
    public let key: String
    let body: QuestionBody
    private let parse: @Sendable (JSONValue) throws(UnfitAnswer) -> Answer

    init(_ key: String, _ body: QuestionBody, parse: @escaping @Sendable (_ response: JSONValue) throws(UnfitAnswer) -> Answer) {
        self.key = key
        self.body = body
        self.parse = parse
    }

    /// Reads the client's response, the `result` of a request of ours or a member of `inputResponses`.
    func read(_ response: JSONValue) throws(UnfitAnswer) -> Answer {
        try parse(response)
    }
}

extension Question {
    /// A form for the person, filled in by typed fields.
    ///
    /// Never for passwords, keys or payment data (EL1); and no addresses to click in any of its texts (EL5).
    ///
    /// - Parameters:
    ///   - message: Says why it is asked.
    ///   - fields: Their values arrive checked, in the same order.
    public static func form<each Value: Sendable>(
        _ key: String,
        _ message: String,
        _ fields: repeat FormField<each Value>
    ) -> Question<FormAnswer<(repeat each Value)>> where Answer == FormAnswer<(repeat each Value)> {
        var properties = FormProperties()
        for field in repeat each fields { properties.append(field) }
        let schema = FormSchema(properties.schema)
        return Question<FormAnswer<(repeat each Value)>>(key, .form(message, schema)) { response throws(UnfitAnswer) in
            try FormAnswer<JSONValue>(response, schema).map { content throws(UnfitAnswer) in
                (repeat try (each fields).value(in: content))
            }
        }
    }

    /// A form with a schema of its own making, for what fields can't say.
    ///
    /// - Parameter schema: A flat object as 2025-11-25 has it (EL3); older clients get what they know of it. Declare it as a `JSONValue`
    ///   before: as a literal inside of `ask` it would be taken for a dictionary.
    public static func form(_ key: String, _ message: String, schema: JSONValue) -> Question<FormAnswer<JSONValue>>
    where Answer == FormAnswer<JSONValue> {
        let schema = FormSchema(schema)
        return Question<FormAnswer<JSONValue>>(key, .form(message, schema)) { response throws(UnfitAnswer) in
            try FormAnswer<JSONValue>(response, schema)
        }
    }

    /// A page that the person is to open, for what no form may ask (EL2).
    ///
    /// That it is accepted says only that the person agreed to open it. The page itself must make sure that it is the same person (EL6),
    /// and it never authorizes for this server (EL7).
    ///
    /// - Parameter url: https, without user data and credentials; plain http only on this machine (EL5).
    public static func url(_ key: String, _ message: String, _ url: String) -> Question<FormAnswer<Void>> where Answer == FormAnswer<Void> {
        Question<FormAnswer<Void>>(key, .url(message, url)) { response throws(UnfitAnswer) in
            try FormAnswer<JSONValue>(response, nil).map { _ in }
        }
    }

    /// A sample of the client's model.
    public static func sampling(_ key: String, _ request: SamplingRequest) -> Question<SamplingReply> where Answer == SamplingReply {
        Question<SamplingReply>(key, .sampling(request)) { response throws(UnfitAnswer) in try SamplingReply(response) }
    }

    /// Where the client works: its folders and files.
    public static func roots(_ key: String) -> Question<[Root]> where Answer == [Root] {
        Question<[Root]>(key, .roots) { response throws(UnfitAnswer) in try [Root](response) }
    }
}

/// A response that doesn't answer the question (M8).
enum UnfitAnswer: Error, Equatable {
    /// Something that is required isn't there: worth asking again.
    case incomplete(String)
    /// Not what the protocol or the form allows.
    case malformed(String)

    var text: String {
        switch self {
        case .incomplete(let text), .malformed(let text): text
        }
    }
}

/// A question that can't be asked of anybody: the program's fault, and so an internal error.
struct QuestionFault: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
