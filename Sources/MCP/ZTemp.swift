import JSON
struct AskedQuestion: Sendable {
    let key: String
    let request: [UInt8]
    func fault(of response: JSONValue) -> UnfitAnswer? { nil }
}
enum UnfitAnswer: Error, Equatable {
    case incomplete(String)
    case malformed(String)
    var text: String { "" }
}
protocol QuestionDesk: Sendable {
    func answers(to questions: [AskedQuestion]) async throws -> [String: JSONValue]
}
