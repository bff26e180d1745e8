import SyncSimulation
import Testing
import ToolBridge

/// The app's side of the client protocol, answer by answer.
@Suite struct SyncClientTests {
    private static let clock = Timestamp(milliseconds: 1_772_359_200_000)
    private static let note = ItemReference(.notes, uid(1))
    private static let comment = ItemReference(.comments, uid(2))

    private static func uid(_ number: UInt64) -> UID {
        var generator = SeededGenerator(seed: number)
        return UID.random(using: &generator)
    }

    /// A client that has a session in epoch 1 and pushes.
    private static func pushing(_ change: (inout SyncClient) -> Void) -> SyncClient {
        var client = SyncClient(.followsTheFeed, batch: 10)
        change(&client)
        client.sync()
        _ = client.nextRequest()
        client.receive(.session(uid(100), epoch: 1))
        return client
    }

    private static func ack(_ item: ItemReference, version: Int64 = 1, refusal: ItemError? = nil) -> PushAck {
        PushAck(uid: item.uid, version: version, updatedAt: clock, refusal: refusal)
    }

    private static let lastPage = SyncAnswer.page(PulledPage(changes: [], hasMore: false, checkpoint: "c"))

    @Test func itOpensASessionBeforeAnythingElse() {
        var client = SyncClient(.pullsEachKind)
        #expect(client.nextRequest() == nil)
        client.sync()
        guard case .openSession? = client.nextRequest() else {
            Issue.record("no session was asked for")
            return
        }
        #expect(client.nextRequest() == nil)
        #expect(client.isWaiting)
    }

    @Test func parentsArePushedBeforeTheirChildren() {
        var client = Self.pushing { client in
            client.put(Self.comment, [("parentUid", #""\#(Self.note.uid)""#)], at: Self.clock)
            client.put(Self.note, [("title", #""a""#)], at: Self.clock)
        }
        var kinds: [ItemKind] = []
        while case .push(let kind, _, _)? = client.nextRequest() {
            kinds.append(kind)
            client.receive(.acks([Self.ack(kind == .notes ? Self.note : Self.comment)]))
        }
        #expect(kinds == [.notes, .comments])
    }

    @Test func whatWasPushedWithoutAnAnswerIsPushedAgain() {
        var client = Self.pushing { $0.put(Self.note, [], at: Self.clock) }
        for _ in 1...2 {
            guard case .push(_, let payloads, _)? = client.nextRequest() else {
                Issue.record("nothing was pushed")
                return
            }
            #expect(payloads.count == 1)
            client.receive(nil)
            #expect(!client.isBusy)
            client.sync()
        }
        #expect(client.queue[Self.note] != nil)
    }

    @Test func anEditDuringAPushIsPushedAfterIt() {
        var client = Self.pushing { $0.put(Self.note, [("title", #""first""#)], at: Self.clock) }
        _ = client.nextRequest()
        let second = client.put(Self.note, [("title", #""second""#)], at: Self.clock)
        client.receive(.acks([Self.ack(Self.note)]))
        #expect(client.queue[Self.note] == second)
        #expect(second.time > Self.clock)
    }

    @Test func aRefusedChangeIsKeptAsideAndNotShown() {
        var client = Self.pushing { $0.put(Self.comment, [], at: Self.clock) }
        _ = client.nextRequest()
        client.receive(.acks([Self.ack(Self.comment, refusal: ItemError.notFound(.notes))]))
        #expect(client.queue.isEmpty)
        #expect(client.conflicts.map(\.change.item) == [Self.comment])
        #expect(client.visible.isEmpty)
    }

    @Test func anAcknowledgedChangeIsShownUntilTheFeedHasItsSay() {
        var client = Self.pushing { $0.put(Self.note, [("title", #""mine""#)], at: Self.clock) }
        _ = client.nextRequest()
        client.receive(.acks([Self.ack(Self.note, version: 7)]))
        #expect(client.visible.count == 1)
        _ = client.nextRequest()
        let theirs = Array(#"{"uid":"\#(Self.note.uid)","title":"theirs"}"#.utf8)
        client.receive(.page(PulledPage(changes: [.upsert(Self.note, theirs)], hasMore: false, checkpoint: "c")))
        #expect(client.visible == [Self.note: theirs])
        #expect(!client.isBusy)
    }

    @Test func aDeletedItemCanBeRevived() {
        var client = Self.pushing { $0.put(Self.note, [], at: Self.clock) }
        let deletion = client.delete(Self.note, at: Self.clock)
        #expect(client.visible.isEmpty)
        #expect(client.tombstones == [Self.note])
        // A clock that was set back doesn't matter.
        let revival = client.put(Self.note, [], at: Self.clock.adding(milliseconds: -86_400_000))
        #expect(revival.time > deletion.time)
        #expect(client.visible.count == 1)
    }

    @Test func anEndedSessionIsReplacedAndNothingIsLost() {
        var client = Self.pushing { $0.put(Self.note, [], at: Self.clock) }
        _ = client.nextRequest()
        client.receive(.refused(.sessionInvalid))
        guard case .openSession? = client.nextRequest() else {
            Issue.record("no session was asked for")
            return
        }
        client.receive(.session(Self.uid(101), epoch: 1))
        guard case .push(.notes, let payloads, let ticket)? = client.nextRequest() else {
            Issue.record("the push wasn't repeated")
            return
        }
        #expect(payloads.count == 1)
        #expect(ticket == SyncTicket(session: Self.uid(101), epoch: 1))
    }

    @Test(arguments: [false, true]) func aNewEpochKeepsNothingOfTheOld(comparesEpochs: Bool) {
        var client = SyncClient(.followsTheFeed, comparesEpochs: comparesEpochs)
        client.put(Self.note, [], at: Self.clock)
        client.sync()
        _ = client.nextRequest()
        client.receive(.session(Self.uid(100), epoch: 1))
        _ = client.nextRequest()
        client.receive(.refused(.sessionInvalid))
        _ = client.nextRequest()
        client.receive(.session(Self.uid(101), epoch: 2))
        if !comparesEpochs {
            guard case .push(_, _, let ticket)? = client.nextRequest() else {
                Issue.record("the old epoch wasn't sent")
                return
            }
            #expect(ticket.epoch == 1)
            client.receive(.refused(.epochMismatch(2)))
            _ = client.nextRequest()
            client.receive(.session(Self.uid(102), epoch: 2))
        }
        #expect(client.visible.isEmpty)
        #expect(client.queue.isEmpty)
        guard case .follow(_, nil, _, let ticket)? = client.nextRequest() else {
            Issue.record("reading didn't begin again")
            return
        }
        #expect(ticket.epoch == 2)
        client.receive(Self.lastPage)
        #expect(!client.isBusy)
    }

    @Test func anInvalidCursorStartsReadingAgain() {
        var client = Self.pushing { _ in }
        _ = client.nextRequest()
        client.receive(.page(PulledPage(changes: [], hasMore: true, checkpoint: "a")))
        guard case .follow(_, "a", _, _)? = client.nextRequest() else {
            Issue.record("the cursor wasn't sent")
            return
        }
        client.receive(.refused(.invalidCursor))
        guard case .follow(_, nil, _, _)? = client.nextRequest() else {
            Issue.record("reading didn't begin again")
            return
        }
    }

    @Test func eachKindIsPulledToItsLastPage() {
        var client = SyncClient(.pullsEachKind, kinds: [.notes, .comments])
        client.pull()
        _ = client.nextRequest()
        client.receive(.session(Self.uid(100), epoch: 1))
        var pulls: [String] = []
        while case .pull(let kind, let cursor, _, _)? = client.nextRequest() {
            pulls.append("\(kind.path) \(cursor ?? "-")")
            client.receive(.page(PulledPage(changes: [], hasMore: cursor == nil, checkpoint: "of \(kind.path)")))
        }
        #expect(pulls == ["notes -", "notes of notes", "comments -", "comments of comments"])
    }
}
