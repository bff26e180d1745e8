import JSON
import MCP
import MCPServer
import Synchronization
import Testing

@Suite("Questions that wait for an answer", .timeLimit(.minutes(1)))
struct PendingQuestionsTests {
    /// What was sent to a client, as it came.
    private final class Outbox: Sendable {
        private let stream: AsyncStream<JSONValue>
        private let continuation: AsyncStream<JSONValue>.Continuation

        init() {
            (stream, continuation) = AsyncStream.makeStream()
        }

        func take(_ message: [UInt8]) {
            if let message = try? JSONValue(parsing: message) { continuation.yield(message) }
        }

        func next() async -> JSONValue? {
            for await message in stream { return message }
            return nil
        }
    }

    private let roots = OutgoingRequest(method: "roots/list", params: Array("{}".utf8), patience: .seconds(600))

    private func answer(to question: JSONValue?) -> JSONValue {
        ["jsonrpc": "2.0", "id": question?["id"] ?? "none", "result": ["roots": []]]
    }

    private func session(_ byte: UInt8, _ subject: String) -> QuestionOwner {
        .session(SessionNumber(bytes: Array(repeating: byte, count: 16)), Principal(issuer: "i", subject: subject))
    }

    @Test("LS10 the id is the replica's name and 16 hex digits, never twice the same, and its answer arrives whole")
    func answers() async throws {
        for replica in ["", "r-1"] {
            let (questions, outbox, owner) = (PendingQuestions(replica: replica), Outbox(), QuestionOwner.connection(ConnectionNumber()))
            var ids: Set<String> = []
            for _ in 0..<20 {
                async let response = questions.ask(roots, of: owner, send: outbox.take)
                let question = await outbox.next()
                #expect(question?["method"] == "roots/list")
                let id = try #require(question?["id"]?.string)
                #expect(id.wholeMatch(of: try Regex("\(replica)\\.[0-9a-f]{16}")) != nil)
                #expect(ids.insert(id).inserted)
                #expect(questions.deliver(answer(to: question), from: owner))
                #expect(!questions.deliver(answer(to: question), from: owner), "only once")
                #expect(try await response == answer(to: question))
            }
            #expect(questions.count == 0)
        }
    }

    @Test("LS10 S16 an answer counts only with the session and principal that were asked")
    func foreignAnswers() async throws {
        let (questions, outbox, owner) = (PendingQuestions(replica: "a"), Outbox(), session(1, "me"))
        async let response = questions.ask(roots, of: owner, send: outbox.take)
        let question = await outbox.next()
        for other in [session(2, "me"), session(1, "you"), .connection(ConnectionNumber())] {
            #expect(!questions.deliver(answer(to: question), from: other))
        }
        let id = try #require(question?["id"]?.string)
        let digits = String(id.dropFirst(2))
        for wrong in ["b." + digits, digits, id + "0", String(id.dropLast()), id.uppercased(), "a.-" + digits.dropFirst(), ""]
        where wrong != id {
            #expect(!questions.deliver(["id": try JSONValue(parsing: "\"\(wrong)\""), "result": [:]], from: owner), "\(wrong)")
        }
        #expect(!questions.deliver(["id": 7, "result": [:]], from: owner))
        #expect(!questions.deliver(5, from: owner))
        #expect(questions.deliver(answer(to: question), from: owner))
        _ = try await response
    }

    @Test("LS10 CN1 B17 a question without an answer is given up when its time is over, and the client is told")
    func patience() async throws {
        let (questions, outbox, owner) = (PendingQuestions(), Outbox(), session(1, "me"))
        let question = OutgoingRequest(method: "roots/list", params: Array("{}".utf8), patience: .milliseconds(10))
        await #expect(throws: NoAnswer.self) { try await questions.ask(question, of: owner, send: outbox.take) }
        let sent = await outbox.next()
        let cancellation = await outbox.next()
        #expect(cancellation?["method"] == "notifications/cancelled")
        #expect(cancellation?["params"]?["requestId"] == sent?["id"])
        #expect(!questions.deliver(answer(to: sent), from: owner), "too late")
        #expect(questions.count == 0)
    }

    @Test("CN1 a cancelled request gives its question up, and the client is told")
    func cancellation() async throws {
        let (questions, outbox, owner) = (PendingQuestions(), Outbox(), session(1, "me"))
        await withThrowingTaskGroup(of: JSONValue.self) { group in
            group.addTask { try await questions.ask(roots, of: owner, send: outbox.take) }
            let sent = await outbox.next()
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
            #expect(await outbox.next()?["params"]?["requestId"] == sent?["id"])
            group.addTask { try await questions.ask(roots, of: owner, send: outbox.take) }
            await #expect(throws: CancellationError.self, "not even asked") { try await group.next() }
        }
        #expect(questions.count == 0)
    }

    @Test("LS8 E5 all that one client was asked fails when it goes, and nothing of another's")
    func ended() async throws {
        let (questions, outbox, others) = (PendingQuestions(), Outbox(), Outbox())
        let (gone, other) = (QuestionOwner.connection(ConnectionNumber()), QuestionOwner.connection(ConnectionNumber()))
        async let theirs = questions.ask(roots, of: other, send: others.take)
        let question = await others.next()
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<3 {
                group.addTask {
                    do {
                        _ = try await questions.ask(roots, of: gone, send: outbox.take)
                        return false
                    } catch {
                        return error is NoAnswer
                    }
                }
            }
            for _ in 0..<3 { _ = await outbox.next() }
            questions.cancelAll(of: gone)
            for await failed in group { #expect(failed) }
        }
        #expect(questions.count == 1)
        #expect(questions.deliver(answer(to: question), from: other))
        _ = try await theirs
    }

    @Test("LS10 B17 10,000 unanswered questions leave no more than the limit waiting: the oldest fail first")
    func flatMemory() async throws {
        let (questions, owner) = (PendingQuestions(limit: 100), session(1, "me"))
        let failed = Mutex<[Int]>([])
        let largest = Mutex(0)
        await withTaskGroup(of: Int?.self) { group in
            for number in 0..<10_000 {
                let asked = Signal()
                group.addTask {
                    do {
                        _ = try await questions.ask(roots, of: owner) { _ in asked.fire() }
                        return nil
                    } catch {
                        return error is NoAnswer ? number : nil
                    }
                }
                _ = await asked.wait()
                largest.withLock { $0 = max($0, questions.count) }
                if number >= 100, let failure = await group.next() { failed.withLock { $0.append(failure ?? -1) } }
            }
            questions.cancelAll(of: owner)
            await group.waitForAll()
        }
        #expect(failed.withLock { $0 } == Array(0..<9_900))
        #expect(largest.withLock { $0 } <= 101)
        #expect(questions.count == 0)
    }

    @Test("LS8 E5 a client that goes costs nothing for the questions of all the others")
    func manyOwners() async throws {
        let (none, many) = (PendingQuestions(), PendingQuestions())
        let others = (0..<20).map { _ in QuestionOwner.connection(ConnectionNumber()) }
        let asked = Signal()
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<1_000 {
                group.addTask { _ = try? await many.ask(roots, of: others[number % 20]) { _ in asked.fire() } }
            }
            for _ in 0..<1_000 { _ = await asked.wait() }
            /// The least of several, for others run meanwhile.
            func time(_ questions: PendingQuestions) -> Duration? {
                (0..<10).map { _ in
                    ContinuousClock().measure { for _ in 0..<200 { questions.cancelAll(of: .connection(ConnectionNumber())) } }
                }.min()
            }
            let (short, long) = (time(none) ?? .zero, time(many) ?? .zero)
            #expect(long < short * 20, "a look at each of 1,000 takes longer")
            #expect(many.count == 1_000)
            for (gone, owner) in others.enumerated() {
                many.cancelAll(of: owner)
                #expect(many.count == 1_000 - (gone + 1) * 50)
            }
        }
    }
}
