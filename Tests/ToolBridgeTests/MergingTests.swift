import JSON
import Testing
import ToolBridge

@Suite("Last write wins")
struct MergingTests {
    let now = Timestamp(milliseconds: 1_772_359_300_000)

    private func change(_ time: Int64?, _ text: String, isDeletion: Bool = false, firstVersion: Int64 = 1, uid: UID = .sample(1)) -> Change
    {
        Change(
            uid: uid,
            kind: .notes,
            updatedAt: time.map { Timestamp(milliseconds: $0) },
            isDeletion: isDeletion,
            firstVersion: firstVersion,
            payload: Array(text.utf8)
        )
    }

    @Test("a new item is stored as given, from the version that it brings along")
    func new() throws {
        let merged = try #require(change(1000, "{}", firstVersion: 500).merged(into: nil, at: now))
        #expect(merged.item.version == 500)
        #expect(merged.item.updatedAt == Timestamp(milliseconds: 1000))
        #expect(merged.createdAt == now)
    }

    @Test("a later change replaces, an equal or earlier one changes nothing")
    func times() throws {
        let stored = try #require(change(1000, "{}", firstVersion: 5).merged(into: nil, at: now))
        #expect(change(1000, #"{"a":1}"#).merged(into: stored, at: now) == nil)
        #expect(change(999, #"{"a":1}"#).merged(into: stored, at: now) == nil)
        let later = try #require(change(1001, #"{"a":1}"#, firstVersion: 77).merged(into: stored, at: now))
        #expect(later.item.version == 6)
    }

    @Test("a clock that runs more than five minutes ahead is the server's")
    func clamp() throws {
        let edge = now.milliseconds + 300_000
        #expect(change(edge, "{}").merged(into: nil, at: now)?.item.updatedAt.milliseconds == edge)
        #expect(change(edge + 1, "{}").merged(into: nil, at: now)?.item.updatedAt == now)
        #expect(change(.max, "{}").merged(into: nil, at: now)?.item.updatedAt == now)
        #expect(change(nil, "{}").merged(into: nil, at: now)?.item.updatedAt == now)
    }

    @Test("the same bytes are never a change, so that clamped and undated pushes may be repeated")
    func sameBytes() throws {
        let stored = try #require(change(nil, "{}").merged(into: nil, at: now))
        #expect(change(nil, "{}").merged(into: stored, at: now.adding(milliseconds: 60_000)) == nil)
    }

    @Test("a newer change that isn't a deletion brings a tombstone back")
    func revival() throws {
        let dead = try #require(change(1000, #"{"d":1}"#, isDeletion: true).merged(into: nil, at: now))
        #expect(dead.item.deletedAt == Timestamp(milliseconds: 1000))
        let alive = try #require(change(1001, "{}").merged(into: dead, at: now))
        #expect(alive.item.deletedAt == nil)
        #expect(alive.item.version == 2)
    }

    @Test("replicas converge whatever the order and repetition, for distinct times within the clamp")
    func convergence() throws {
        var generator = Seeded.generator()
        for _ in 0..<2000 {
            let count = Int.random(in: 1...6, using: &generator)
            let changes = (0..<count).map { index in
                change(
                    1000 + Int64(index) * 17,
                    #"{"v":\#(index)}"#,
                    isDeletion: Bool.random(using: &generator)
                )
            }
            var history = changes + changes.shuffled(using: &generator).prefix(Int.random(in: 0...count, using: &generator))
            history.shuffle(using: &generator)
            let ended = history.reduce(nil as StoredItem?) { stored, change in change.merged(into: stored, at: now) ?? stored }
            #expect(ended?.item.payload == changes.last?.payload, "\(generator)")
            #expect(ended?.item.updatedAt == changes.last?.updatedAt, "\(generator)")
            #expect((ended?.item.deletedAt != nil) == changes.last?.isDeletion, "\(generator)")
        }
    }

    @Test("on equal times the first to arrive stays, for all who follow")
    func ties() throws {
        var generator = Seeded.generator()
        for _ in 0..<500 {
            let changes = (0..<5).map { change(1000, #"{"v":\#($0)}"#) }.shuffled(using: &generator)
            let ended = changes.reduce(nil as StoredItem?) { stored, change in change.merged(into: stored, at: now) ?? stored }
            #expect(ended?.item.payload == changes.first?.payload, "\(generator)")
            #expect(ended?.item.version == 1, "\(generator)")
        }
    }

    @Test("a batch equals its changes one by one, and every repetition is acknowledged alike")
    func batches() throws {
        var generator = Seeded.generator()
        for _ in 0..<500 {
            let changes = (0..<Int.random(in: 1...20, using: &generator)).map { index in
                change(
                    Int64.random(in: 1000...1010, using: &generator),
                    #"{"v":\#(index)}"#,
                    isDeletion: Int.random(in: 0...4, using: &generator) == 0,
                    uid: .sample(UInt8.random(in: 1...4, using: &generator))
                )
            }
            var model: [UID: StoredItem] = [:]
            var batch = PushBatch(at: now)
            var applied = 0
            for change in changes {
                let merged = change.merged(into: model[change.uid], at: now)
                if let merged {
                    model[change.uid] = merged
                    applied += 1
                }
                let expected = try #require(model[change.uid]).item
                let outcome = batch.apply(.success(change), to: { _ in nil }, parent: { _ in true })
                #expect(outcome == .kept(uid: expected.uid, version: expected.version, updatedAt: expected.updatedAt), "\(generator)")
            }
            #expect(batch.applied == applied, "\(generator)")
            #expect(Set(batch.changed.map(\.item.item.payload)) == Set(model.values.map(\.item.payload)), "\(generator)")
            let sequences = batch.changed.map { $0.numbered(from: 100).sequence }
            #expect(sequences == sequences.sorted() && Set(sequences).count == sequences.count, "\(generator)")
            #expect(sequences.last == Int64(100 + applied), "\(generator)")
        }
    }

    @Test("a change is read out of a payload as the contract says")
    func reading() throws {
        func read(_ text: String, _ kind: ItemKind = .notes) throws -> Change {
            try Change(reading: Payload(parsing: Array(text.utf8)), kind)
        }
        let uid = UID.sample(1).description
        #expect(try read(#"{"uid":"\#(uid)","updatedTs":"bad","updatedAt":"2000"}"#).updatedAt == Timestamp(milliseconds: 2000))
        #expect(try read(#"{"uid":"\#(uid)","updatedTs":1730635200000}"#).updatedAt == nil)
        #expect(try read(#"{"uid":"\#(uid)","sync":{"version":2.9}}"#).firstVersion == 2)
        #expect(try read(#"{"uid":"\#(uid)","sync":{"version":-7}}"#).firstVersion == 1)
        #expect(try read(#"{"uid":"\#(uid)","sync":{"version":2147483647}}"#).firstVersion == 2_147_483_647)
        #expect(try read(#"{"uid":"\#(uid)","sync":{"isDeleted":"true"}}"#).isDeletion == false)
        #expect(try read(#"{"uid":"\#(uid)","sync":{"isDeleted":true}}"#, .comments).isDeletion)
        for version in ["2147483648", "1e400", "1e12"] {
            #expect(throws: ItemError.invalidPayload(.outOfRange, field: "/sync/version")) {
                try read(#"{"uid":"\#(uid)","sync":{"version":\#(version)}}"#)
            }
        }
        for body in ["{}", #"{"uid":5}"#, #"{"uid":""}"#, #"{"uid":"00000000-0000-0000-0000-000000000000"}"#] {
            #expect { try read(body) } throws: { ($0 as? ItemError)?.text == "missing or invalid uid" }
        }
    }
}
