import Auth
import HTTPServer
import HTTPTypes
import JSON
import NIOCore
import ToolBridge

/// A request to a data route whose sync session, rate and epoch have been found good.
struct DataRequest: Sendable {
    let request: IncomingRequest
    let caller: Caller
    let owner: Owner
    /// The epoch that the request is meant for, which was the owner's a moment ago; `nil` where it says none.
    let epoch: Int64?
    /// The request's name, if its client may send it again.
    let repeatable: RepeatableRequest?

    /// What a write of this request is bound to.
    ///
    /// - Parameter answer: The answer to an outcome, which is kept with it if the client may send the request again.
    func context<Value>(answering answer: @escaping @Sendable (Value) -> Answer) -> WriteContext<Value> {
        WriteContext(
            epoch: epoch,
            recording: repeatable.map { request in
                AnswerRecording(request) { outcome in
                    switch outcome {
                    case .success(let value): RecordedAnswer(answer(value))
                    case .failure(let refusal): RecordedAnswer(Problem(refusal).answer(correlationID: ""))
                    }
                }
            }
        )
    }
}

extension RecordedAnswer {
    init(_ answer: Answer) {
        var body: [UInt8] = []
        switch answer.body {
        case .bytes(let buffer): body = Array(buffer: buffer)
        case .array(let bytes): body = bytes
        case .none, .stream: break
        }
        self.init(
            status: answer.status.code,
            headers: answer.headers.map { Header($0.name.rawName, $0.value) },
            body: body
        )
    }

    /// The answer once more; an error takes the name of the request that gets it this time.
    func answer(correlationID: String) -> Answer {
        var headers = HTTPFields()
        for header in self.headers {
            if let name = HTTPField.Name(header.name) { headers.append(HTTPField(name: name, value: header.value)) }
        }
        headers[.idempotencyReplayed] = "true"
        var body = body
        let end = #""}"#
        // Errors were kept with an empty correlation id, which stands last.
        if status >= 400, body.suffix(end.utf8.count).elementsEqual(end.utf8) {
            body.removeLast(end.utf8.count)
            body.append(contentsOf: correlationID.utf8)
            body.append(contentsOf: end.utf8)
        }
        // With the phrase that belongs to the code.
        let status = HTTPResponse.Status(integerLiteral: status)
        guard !body.isEmpty else { return .empty(status, headers: headers) }
        var answer = Answer.json(status, body, headers: headers)
        if self.status >= 400 { answer.code = (try? JSONValue(parsing: body))?["code"]?.string }
        return answer
    }
}
