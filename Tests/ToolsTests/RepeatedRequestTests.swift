import JSON
import Synchronization
import Testing
import ToolBridge

/// Requests that come again.
@Suite struct RepeatedRequestTests {
    private static let day = RecordedAnswer.lifetimeMilliseconds

    private static func request(_ key: String = "k", _ fingerprint: UInt8 = 1) -> RepeatableRequest {
        RepeatableRequest(key: key, fingerprint: [fingerprint])
    }

    private static func answer<Value>(_ result: Result<Value, ItemError>) -> RecordedAnswer {
        switch result {
        case .success(let value): RecordedAnswer(status: 200, headers: [.init("X", "y")], body: Array("\(value)".utf8))
        case .failure(let error): RecordedAnswer(status: error.code.status, headers: [], body: Array(error.text.utf8))
        }
    }

    private static func context<Value>(_ request: RepeatableRequest, epoch: Int64? = nil) -> WriteContext<Value> {
        WriteContext(epoch: epoch, recording: AnswerRecording(request) { answer($0) })
    }

    @Test func anAnswerIsKeptWithItsEffectForADay() async throws {
        try await withService { service, clock in
            let request = Self.request()
            #expect(try await service.recordedAnswer(to: request, of: .me) == nil)
            let item = try await service.create(Payload("{}"), .notes, Self.context(request), of: .me)
            let expected: RecordedAnswer = Self.answer(.success(item))
            #expect(try await service.recordedAnswer(to: request, of: .me) == expected)
            // A twin that didn't look finds that it was done.
            let twin = await refusal { _ = try await service.create(Payload("{}"), .notes, Self.context(request), of: .me) }
            #expect(twin == .idempotencyInProgress)
            let other = Self.request("k", 2)
            #expect(await refusal { _ = try await service.recordedAnswer(to: other, of: .me) } == .idempotencyMismatch)
            let another = await refusal { _ = try await service.create(Payload("{}"), .notes, Self.context(other), of: .me) }
            #expect(another == .idempotencyMismatch)
            #expect(try await service.recordedAnswer(to: request, of: .other) == nil)
            #expect(try await service.state(of: .me)?.sequence == 1)

            clock.advance(Self.day - 1)
            #expect(try await service.recordedAnswer(to: request, of: .me) == expected)
            clock.advance(1)
            #expect(try await service.recordedAnswer(to: other, of: .me) == nil)
            let second = try await service.create(Payload("{}"), .notes, Self.context(other), of: .me)
            #expect(second.uid != item.uid)
            #expect(try await service.recordedAnswer(to: other, of: .me) == Self.answer(.success(second)))
        }
    }

    @Test func aRefusalByTheRulesIsAnAnswerAndLeavesNothingElse() async throws {
        try await withService { service, _ in
            let item = try await service.create(Payload("{}"), .notes, epoch: nil, of: .me)
            let before = try await service.state(of: .me)
            let stale = ItemError.versionMismatch(item, expected: .exactly(7))
            let error = await refusal {
                _ = try await service.mutate(item.uid, .notes, .delete, expecting: .exactly(7), Self.context(Self.request()), of: .me)
            }
            #expect(error == stale)
            let kept = try await service.recordedAnswer(to: Self.request(), of: .me)
            #expect(kept == Self.answer(Result<Item, ItemError>.failure(stale)))
            #expect(try await service.state(of: .me) == before)
            // What another try may mend is no answer.
            let request = Self.request("epoch")
            let epoch = await refusal {
                _ = try await service.mutate(item.uid, .notes, .delete, expecting: nil, Self.context(request, epoch: 5), of: .me)
            }
            #expect(epoch == .epochMismatch(1))
            #expect(try await service.recordedAnswer(to: request, of: .me) == nil)
            #expect(try await service.state(of: .me) == before)
        }
    }

    @Test func everyWriteCanBeKept() async throws {
        try await withService { service, _ in
            let operations: [Result<BatchOperation, ItemError>] = [
                .success(BatchOperation(.notes, .create(try Payload("{}")))), .failure(.invalidUID(field: "/x")),
            ]
            let request = Self.request("batch")
            let outcomes = try await service.write(operations, .atomic, Self.context(request), of: .me)
            #expect(outcomes == [.notApplied, .refused(.invalidUID(field: "/x"))])
            #expect(try await service.recordedAnswer(to: request, of: .me) == Self.answer(.success(outcomes)))
            #expect(try await service.state(of: .me)?.sequence == 0)

            let change = Change(uid: .numbered(1), kind: .notes, updatedAt: nil, payload: Array("{}".utf8))
            let push = Self.request("push")
            let pushed = try await service.push([.success(change)], .notes, Self.context(push, epoch: 1), of: .me)
            #expect(try await service.recordedAnswer(to: push, of: .me) == Self.answer(.success(pushed)))
            let blind = await refusal { _ = try await service.push([.success(change)], .notes, WriteContext(), of: .me) }
            #expect(blind == .epochMismatch(1))

            let session = Self.request("session")
            let opened = try await service.openSession(Self.context(session), of: .me)
            #expect(try await service.recordedAnswer(to: session, of: .me) == Self.answer(.success(opened)))
            let end = Self.request("end")
            try await service.endSession(opened.session.id, Self.context(end), of: .me)
            #expect(try await service.recordedAnswer(to: end, of: .me) == Self.answer(.success(EndedSession())))
            let again = Self.request("end again")
            let gone = await refusal { try await service.endSession(opened.session.id, Self.context(again), of: .me) }
            #expect(gone == .sessionNotFound)
            #expect(try await service.recordedAnswer(to: again, of: .me)?.status == 404)

            // A wipe forgets all answers but its own.
            let wipe = Self.request("wipe")
            let wiped = try await service.wipe(Self.context(wipe), of: .me)
            #expect(wiped.deleted[.notes] == 1)
            #expect(try await service.recordedAnswer(to: wipe, of: .me) == Self.answer(.success(wiped)))
            for request in [request, push, session, end, again] {
                #expect(try await service.recordedAnswer(to: request, of: .me) == nil)
            }
        }
    }

    @Test func ofManyTwinsAtOnceOneHasAnEffect() async throws {
        try await withService { service, _ in
            for round in 0..<30 {
                let request = Self.request("round \(round)")
                let created = try await withThrowingTaskGroup(of: Item?.self) { group in
                    for _ in 0..<8 {
                        group.addTask {
                            do throws(ItemError) {
                                return try await service.create(Payload(parsing: Array("{}".utf8)), .notes, Self.context(request), of: .me)
                            } catch {
                                #expect(error == .idempotencyInProgress)
                                return nil
                            }
                        }
                    }
                    return try await group.reduce(into: []) { if let item = $1 { $0.append(item) } }
                }
                let item = try #require(created.first)
                #expect(created.count == 1)
                #expect(try await service.recordedAnswer(to: request, of: .me) == Self.answer(.success(item)))
            }
            #expect(try await service.list(.notes, ListQuery(), of: .me).items.count == 30)
        }
    }

    @Test func ofTwoWritersWhoMeanTheSameVersionAtTheSameInstantExactlyOneWinsAThousandTimes() async throws {
        try await withService { service, _ in
            var item = try await service.create(Payload("{}"), .notes, epoch: nil, of: .me)
            for round in 0..<1000 {
                let meant = item
                let gate = Gate()
                let outcomes = await withTaskGroup(of: Result<Item, ItemError>.self) { group in
                    for writer in 0..<2 {
                        group.addTask {
                            // Both stand at the gate before either goes.
                            await gate.pass()
                            do throws(ItemError) {
                                let patch = try Payload(parsing: Array(#"{"w":\#(writer)}"#.utf8))
                                let condition = VersionCondition.exactly(meant.version)
                                return .success(
                                    try await service.mutate(meant.uid, .notes, .patch(patch), expecting: condition, epoch: nil, of: .me)
                                )
                            } catch {
                                return .failure(error)
                            }
                        }
                    }
                    return await group.reduce(into: []) { $0.append($1) }
                }
                let winners = outcomes.compactMap { try? $0.get() }
                try #require(winners.count == 1, "round \(round)")
                item = winners[0]
                for case .failure(let error) in outcomes {
                    #expect(error == .versionMismatch(item, expected: .exactly(meant.version)), "round \(round)")
                }
            }
            #expect(try await service.item(item.uid, .notes, includeDeleted: false, of: .me) == item)
            #expect(item.version == 1001)
            #expect(try await service.state(of: .me)?.sequence == 1001)
        }
    }

    @Test func followersAreWokenByEveryKindOfWriteAndByNoOthers() async throws {
        try await withService { service, _ in
            try await service.signals.following(.me) { follower in
                let item = try await service.create(Payload("{}"), .notes, epoch: nil, of: .me)
                #expect(try await follower.next().isChanged)
                _ = try await service.mutate(item.uid, .notes, .archive, expecting: nil, epoch: nil, of: .me)
                #expect(try await follower.next().isChanged)
                _ = try await service.push([], .notes, epoch: 1, of: .me)
                #expect(try await follower.next().isChanged)
                _ = try await service.write([], .atomic, WriteContext(), of: .me)
                #expect(try await follower.next().isChanged)
                _ = try await service.wipe(epoch: nil, of: .me)
                #expect(try await follower.next().isChanged)
                _ = try await service.create(Payload("{}"), .notes, epoch: nil, of: .other)
                _ = await refusal { _ = try await service.create(Payload("{}"), .notes, epoch: 9, of: .me) }
                service.signals.tick()
                let wake = try await follower.next()
                #expect(wake.isTick && !wake.isChanged)
            }
        }
    }
}

/// Lets two through at once.
private final class Gate: Sendable {
    private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])

    func pass() async {
        await withCheckedContinuation { continuation in
            let all = waiting.withLock { waiting in
                waiting.append(continuation)
                return waiting.count == 2 ? waiting : []
            }
            for continuation in all { continuation.resume() }
        }
    }
}
