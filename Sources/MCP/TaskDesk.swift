import JSON
import Synchronization

/// Where the questions of a running task wait for their answers (TK5).
final class TaskDesk: QuestionDesk {
    private let ask: @Sendable ([TaskRecord.Question]) async throws -> Void
    private let withdraw: @Sendable (_ keys: [String]) async throws -> Void
    private let state = Mutex(State())

    private struct State {
        /// Keys that this task has used.
        var used: Set<String> = []
        /// The questions that are open, by the keys that clients see.
        var open: [String: AskedQuestion] = [:]
        var answers: [String: JSONValue] = [:]
        var waiting: [Int: Waiting] = [:]
        var next = 0

        mutating func freshKey(for key: String) -> String {
            var (fresh, number) = (key, 1)
            while !used.insert(fresh).inserted {
                number += 1
                fresh = "\(key).\(number)"
            }
            return fresh
        }
    }

    private struct Waiting {
        let keys: [String]
        let continuation: CheckedContinuation<Void, any Error>
    }

    /// - Parameters:
    ///   - ask: Puts questions into the task's record; throws `CancellationError` if the task has ended.
    ///   - withdraw: Takes those that are still open out of it again.
    init(
        ask: @escaping @Sendable ([TaskRecord.Question]) async throws -> Void,
        withdraw: @escaping @Sendable (_ keys: [String]) async throws -> Void
    ) {
        self.ask = ask
        self.withdraw = withdraw
    }

    func answers(to questions: [AskedQuestion]) async throws -> [String: JSONValue] {
        var answers: [String: JSONValue] = [:]
        var missing = questions
        while !missing.isEmpty {
            try Task.checkCancellation()
            // The keys are known here before any client can see them, so that no answer comes unchecked.
            let asked = open(missing)
            let keys = asked.map(\.key)
            do {
                try await ask(asked.map { TaskRecord.Question(key: $0.key, request: $0.question.request) })
                try await wait(for: keys)
            } catch {
                // Work that gives up a question of its own goes on; nobody should answer it any more.
                state.withLock { state in
                    for key in keys { state.open[key] = nil }
                }
                try await withdraw(keys)
                throw error
            }
            missing = []
            for (key, question) in asked {
                // What arrived at another replica was not looked at there.
                if let answer = take(key), question.fault(of: answer) == nil {
                    answers[question.key] = answer
                } else {
                    missing.append(question)
                }
            }
        }
        return answers
    }

    /// Why a response doesn't answer the question that clients see under this key (M8); nil if it does, or if that can't be told here.
    func fault(of response: JSONValue, to key: String) -> UnfitAnswer? {
        state.withLock { $0.open[key] }?.fault(of: response)
    }

    /// Hands on the answers that a record holds.
    func deliver(_ record: TaskRecord) {
        let ready = state.withLock { state in
            for question in record.questions {
                guard let bytes = question.answer, state.open.removeValue(forKey: question.key) != nil else { continue }
                // Only what was JSON when it came is kept; anything else counts as no answer.
                if let answer = try? JSONValue(parsing: bytes, limits: .message) { state.answers[question.key] = answer }
            }
            let ready = state.waiting.filter { $0.value.keys.allSatisfy { state.open[$0] == nil } }
            for number in ready.keys { state.waiting[number] = nil }
            return ready.values
        }
        for waiting in ready { waiting.continuation.resume() }
    }

    private func open(_ questions: [AskedQuestion]) -> [(key: String, question: AskedQuestion)] {
        state.withLock { state in
            questions.map { question in
                let key = state.freshKey(for: question.key)
                state.open[key] = question
                return (key, question)
            }
        }
    }

    private func take(_ key: String) -> JSONValue? {
        state.withLock { $0.answers.removeValue(forKey: key) }
    }

    private func wait(for keys: [String]) async throws {
        let number = state.withLock { state in
            state.next += 1
            return state.next
        }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let isReady = state.withLock { state in
                    if Task.isCancelled || keys.allSatisfy({ state.open[$0] == nil }) { return true }
                    state.waiting[number] = Waiting(keys: keys, continuation: continuation)
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: number) }?.continuation.resume(throwing: CancellationError())
        }
        try Task.checkCancellation()
    }
}
