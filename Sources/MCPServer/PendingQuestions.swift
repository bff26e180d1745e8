package import JSON
package import MCP
internal import NIOCore
internal import NIOPosix
import Synchronization

/// The questions of ours that wait for a client's answer (LS10, CN1, B17).
///
/// However many go unanswered, memory stays flat: above the limit the oldest fail.
package final class PendingQuestions: Sendable {
    private struct Question {
        let owner: QuestionOwner
        let send: @Sendable ([UInt8]) -> Void
        var timer: Scheduled<Void>?
        /// The client has seen it, and must be told when it is given up.
        var isSent = false
        /// nil once it was given up, while it is still being sent.
        var continuation: CheckedContinuation<JSONValue, any Error>?

        func end(_ error: any Error) {
            timer?.cancel()
            continuation?.resume(throwing: error)
        }
    }

    private struct State {
        private(set) var questions: [UInt64: Question] = [:]
        /// So that a client that goes needs no look at all the others' questions.
        private var ofOwners: [QuestionOwner: Set<UInt64>] = [:]
        /// Oldest first from `first` on; some of them wait no more.
        var order: [UInt64] = []
        var first = 0

        func isWaiting(_ number: UInt64) -> Bool { questions[number]?.continuation != nil }

        /// - Returns: The oldest, if there is one too many now.
        mutating func add(_ question: Question, _ number: UInt64, limit: Int) -> UInt64? {
            if order.count > 64, order.count > 2 * questions.count {
                order = order.filter { isWaiting($0) }
                first = 0
            }
            questions[number] = question
            ofOwners[question.owner, default: []].insert(number)
            order.append(number)
            guard questions.count > limit else { return nil }
            while first < order.count - 1, !isWaiting(order[first]) { first += 1 }
            return order[first]
        }

        /// Changes one that is there.
        mutating func update(_ number: UInt64, _ change: (inout Question) -> Void) {
            if let index = questions.index(forKey: number) { change(&questions.values[index]) }
        }

        @discardableResult
        mutating func remove(_ number: UInt64) -> Question? {
            guard let question = questions.removeValue(forKey: number) else { return nil }
            ofOwners[question.owner]?.remove(number)
            if ofOwners[question.owner]?.isEmpty == true { ofOwners[question.owner] = nil }
            return question
        }

        mutating func removeAll(of owner: QuestionOwner) -> [Question] {
            (ofOwners.removeValue(forKey: owner) ?? []).compactMap { questions.removeValue(forKey: $0) }
        }
    }

    private let prefix: [UInt8]
    private let limit: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - replica: The name of this process among its replicas, so that each sees whose a question is; empty where there is only one.
    ///   - limit: How many wait at most.
    package init(replica: String = "", limit: Int = 10_000) {
        prefix = Array((replica + ".").utf8)
        self.limit = max(1, limit)
    }

    /// How many wait.
    package var count: Int { state.withLock { $0.questions.count } }

    /// Sends a question and waits for its answer.
    ///
    /// - Parameter send: Takes the question, and if it is given up then also `notifications/cancelled` for it.
    /// - Returns: The whole response.
    /// - Throws: `NoAnswer` if none came within the question's patience, or its client went away; `CancellationError` if the task was
    ///   cancelled.
    package func ask(
        _ question: OutgoingRequest,
        of owner: QuestionOwner,
        send: @escaping @Sendable (_ message: [UInt8]) -> Void
    ) async throws -> JSONValue {
        try Task.checkCancellation()
        let number = UInt64.random(in: .min ... .max)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                add(Question(owner: owner, send: send, continuation: continuation), number)
                let timer = MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: TimeAmount(question.patience)) {
                    self.giveUp(number, NoAnswer(), "no answer came in time")
                }
                let isWaiting = state.withLock { state in
                    state.update(number) { $0.timer = timer }
                    return state.isWaiting(number)
                }
                if !isWaiting { timer.cancel() }
                // Cancelled before it was there to be given up.
                if Task.isCancelled { giveUp(number, CancellationError(), "the request was cancelled") }
                send(question.message(id: id(number)))
                didSend(number)
            }
        } onCancel: {
            giveUp(number, CancellationError(), "the request was cancelled")
        }
    }

    /// Hands a response to whoever waits for it.
    ///
    /// - Returns: false if nobody waits here, or somebody else was asked (W43).
    package func deliver(_ response: JSONValue, from owner: QuestionOwner) -> Bool {
        guard let number = response["id"]?.string.flatMap({ number($0) }) else { return false }
        let question = state.withLock { state -> Question? in
            guard let question = state.questions[number], question.owner == owner, question.continuation != nil else { return nil }
            return state.remove(number)
        }
        guard let question else { return false }
        question.timer?.cancel()
        question.continuation?.resume(returning: response)
        return true
    }

    /// Fails all that this client was asked, for it is gone; it is told nothing.
    package func cancelAll(of owner: QuestionOwner) {
        for question in state.withLock({ $0.removeAll(of: owner) }) { question.end(NoAnswer()) }
    }

    private func add(_ question: Question, _ number: UInt64) {
        let oldest = state.withLock { $0.add(question, number, limit: limit) }
        if let oldest { giveUp(oldest, NoAnswer(), "too many questions wait for an answer") }
    }

    private func giveUp(_ number: UInt64, _ error: any Error, _ reason: String) {
        let question = state.withLock { state -> Question? in
            guard let question = state.questions[number], question.continuation != nil else { return nil }
            if question.isSent {
                state.remove(number)
            } else {
                // What isn't sent yet can't be taken back; `didSend` does it.
                state.update(number) { $0.continuation = nil }
            }
            return question
        }
        guard let question else { return }
        if question.isSent { question.send(OutgoingRequest.cancellation(id: id(number), reason: reason)) }
        question.end(error)
    }

    private func didSend(_ number: UInt64) {
        let givenUp = state.withLock { state -> Question? in
            guard let question = state.questions[number] else { return nil }
            guard question.continuation != nil else { return state.remove(number) }
            state.update(number) { $0.isSent = true }
            return nil
        }
        givenUp?.send(OutgoingRequest.cancellation(id: id(number), reason: "the request was cancelled"))
    }

    private func id(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(decoding: prefix, as: UTF8.self) + String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    /// The number in an id that was written exactly so.
    private func number(_ id: String) -> UInt64? {
        guard id.utf8.count == prefix.count + 16, id.utf8.starts(with: prefix) else { return nil }
        var number: UInt64 = 0
        for digit in id.utf8.dropFirst(prefix.count) {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): number = number << 4 | UInt64(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): number = number << 4 | UInt64(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        return number
    }
}
