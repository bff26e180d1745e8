import JSON
import Testing
import ToolBridge

/// Two devices and an assistant that change the same notes agree in the end, whatever they did before.
@Suite struct ConvergenceTests {
    @Test func randomHistoriesOfTwoDevicesConverge() async throws {
        var generator = Seeded(for: "convergence")
        let seed = generator.description
        for history in 0..<25 {
            try await withService { service, clock in
                let uids = (1...5).map { UID.numbered($0) }
                // One clock is right, the other an hour ahead or behind.
                var devices = [Device(clockError: 0), Device(clockError: [3_600_000, -3_600_000, 120_000][history % 3])]
                for _ in 0..<60 {
                    clock.advance(Int64.random(in: 0...40, using: &generator))
                    let uid = uids.randomElement(using: &generator) ?? uids[0]
                    let number = Int.random(in: 0..<1000, using: &generator)
                    switch Int.random(in: 0..<100, using: &generator) {
                    case 0..<45: devices[number % 2].edit(uid, "text \(number)", at: clock.now)
                    case 45..<55: devices[number % 2].delete(uid, at: clock.now)
                    case 55..<75: try await devices[number % 2].sync(with: service)
                    case 75..<98: await Self.assist(service, uid, number)
                    default: _ = try await service.wipe(epoch: nil, of: .me)
                    }
                }
                clock.advance(50)
                for _ in 1...2 {
                    for index in devices.indices { try await devices[index].sync(with: service) }
                }
                let kept = try await service.list(.notes, ListQuery(), of: .me).items
                let truth = Dictionary(kept.map { ($0.uid, $0.payload) }) { $1 }
                for device in devices { #expect(device.notes == truth, "history \(history), \(seed)") }
            }
        }
    }

    /// An assistant's change, which may be refused.
    private static func assist(_ service: LocalItemService, _ uid: UID, _ number: Int) async {
        _ = await refusal {
            switch number % 4 {
            case 0: _ = try await service.create(Payload(#"{"uid":"\#(uid)","title":"made \#(number)"}"#), .notes, epoch: nil, of: .me)
            case 1: _ = try await service.mutate(uid, .notes, .delete, expecting: nil, epoch: nil, of: .me)
            case 2: _ = try await service.mutate(uid, .notes, .archive, expecting: nil, epoch: nil, of: .me)
            default: _ = try await service.mutate(uid, .notes, .patch(Payload(#"{"p":\#(number)}"#)), expecting: nil, epoch: nil, of: .me)
            }
        }
    }
}

/// An offline-first app: it edits what it has, queues what it did, pushes and then pulls.
private struct Device {
    /// How far its clock is from the server's, in milliseconds.
    let clockError: Int64
    /// What a user of the app sees.
    private(set) var notes: [UID: [UInt8]] = [:]
    private var times: [UID: Timestamp] = [:]
    private var queue: [Change] = []
    private var cursor: String?
    private var epoch: Int64 = 1

    init(clockError: Int64) {
        self.clockError = clockError
    }

    mutating func edit(_ uid: UID, _ text: String, at now: Timestamp) {
        let time = stamp(uid, now)
        let payload = Array(#"{"uid":"\#(uid)","title":"\#(text)","updatedTs":"\#(time)"}"#.utf8)
        notes[uid] = payload
        queue.append(Change(uid: uid, kind: .notes, updatedAt: time, payload: payload))
    }

    mutating func delete(_ uid: UID, at now: Timestamp) {
        guard notes[uid] != nil else { return }
        let time = stamp(uid, now)
        notes[uid] = nil
        let payload = Array(#"{"uid":"\#(uid)","updatedTs":"\#(time)","sync":{"isDeleted":true}}"#.utf8)
        queue.append(Change(uid: uid, kind: .notes, updatedAt: time, isDeletion: true, payload: payload))
    }

    /// Its own clock, but later than all that it knows of the note.
    private mutating func stamp(_ uid: UID, _ now: Timestamp) -> Timestamp {
        let own = now.adding(milliseconds: clockError)
        let time = times[uid]?.next(atLeast: own) ?? own
        times[uid] = time
        return time
    }

    mutating func sync(with service: LocalItemService) async throws {
        do {
            try await push(to: service)
            var hasMore = true
            while hasMore {
                let page = try await service.pull(.notes, cursor: cursor, limit: 2, epoch: epoch, of: .me)
                for item in page.items { take(item) }
                (cursor, hasMore) = (page.checkpoint, page.hasMore)
            }
        } catch let error as ItemError where error.code == .epochMismatch {
            guard case .integer(let current)? = error.details.first?.value else { throw error }
            self = Device(clockError: clockError)
            epoch = current
            try await sync(with: service)
        }
    }

    private mutating func push(to service: LocalItemService) async throws {
        let outcomes = try await service.push(queue.map { .success($0) }, .notes, epoch: epoch, of: .me)
        let sent = queue
        queue = []
        for (change, outcome) in zip(sent, outcomes) {
            guard case .kept(let uid, _, let time) = outcome, time != change.updatedAt else { continue }
            // Something else was kept: what it is comes by the feed, unless it came already.
            if let item = try? await service.item(uid, .notes, includeDeleted: true, of: .me) { take(item) }
        }
    }

    private mutating func take(_ item: Item) {
        notes[item.uid] = item.deletedAt == nil ? item.payload : nil
        times[item.uid] = max(times[item.uid] ?? item.updatedAt, item.updatedAt)
    }
}
