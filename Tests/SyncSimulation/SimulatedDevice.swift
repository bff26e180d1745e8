package import ToolBridge

/// A phone or a laptop with an app on it, a clock of its own, and somebody who uses it.
struct SimulatedDevice: Sendable {
    /// A change that the user made.
    struct Edit: Sendable {
        let item: ItemReference
        let payload: [UInt8]
    }

    let number: Int
    var client: SyncClient
    /// How far the clock is from the server's, in milliseconds.
    var clockError: Int64
    /// What the user did since the app last forgot everything.
    private(set) var edits: [Edit] = []
    /// The refusals that the app was told of since then.
    private(set) var refusals = 0
    /// The versions that the device was told of, and in which epoch of the server's.
    private(set) var acknowledged: [ItemReference: (version: Int64, epoch: Int64)] = [:]
    /// Names the answer that the app waits for; another one comes too late.
    var waitsFor: Int?
    private var counter = 0

    init(_ number: Int, kinds: Set<ItemKind>, using generator: inout SeededGenerator) {
        self.number = number
        client = SyncClient(
            generator.chance(50) ? .followsTheFeed : .pullsEachKind,
            kinds: kinds,
            batch: [1, 2, 4, 50][generator.pick(0...3)],
            comparesEpochs: generator.chance(50)
        )
        clockError = Self.clockError(using: &generator)
    }

    /// Half of the clocks are right, the others up to a day off.
    static func clockError(using generator: inout SeededGenerator) -> Int64 {
        let bound = [0, 0, 2000, 600_000, 86_400_000][generator.pick(0...4)]
        return Int64(generator.pick(-bound...bound))
    }

    // MARK: - What the user does

    /// Makes, changes, deletes or revives something.
    mutating func edit(at now: Timestamp, using generator: inout SeededGenerator) {
        let clock = now.adding(milliseconds: clockError)
        let visible = client.visible.keys.sorted()
        let draw = generator.pick(0...99)
        if draw < 45, let item = generator.pick(visible) {
            note(client.put(item, [("title", title())], at: clock))
        } else if draw < 58, let item = generator.pick(visible) {
            note(client.delete(item, at: clock))
        } else if draw < 66, let item = generator.pick(client.tombstones.sorted()) {
            note(client.put(item, members(item.kind, visible, using: &generator), at: clock))
        } else if let kind = generator.pick(client.kinds) {
            // A uid that several devices may choose, or one that nobody else has.
            let uid = generator.chance(10) ? Self.sharedUID(generator.pick(1...3)) : UID.random(using: &generator)
            let members = members(kind, visible, using: &generator)
            note(client.put(ItemReference(kind, uid), members, at: clock, firstVersion: generator.chance(5) ? 500 : 1))
        }
    }

    private mutating func note(_ change: SyncClient.Pending) {
        edits.append(Edit(item: change.item, payload: change.payload))
    }

    private mutating func title() -> String {
        counter += 1
        return #""device \#(number), edit \#(counter)""#
    }

    private mutating func members(
        _ kind: ItemKind,
        _ visible: [ItemReference],
        using generator: inout SeededGenerator
    ) -> [(key: String, value: String)] {
        let title = (key: "title", value: title())
        switch kind.parentRule {
        case .none:
            return [title]
        case .loose(let key, let kind):
            guard let parent = generator.pick(visible.filter { $0.kind == kind }) else { return [title] }
            return [title, (key, #""\#(parent.uid)""#)]
        case .required(let key, let kind):
            // Without a parent the server refuses it.
            guard let parent = generator.pick(visible.filter { $0.kind == kind }) else { return [title] }
            return [title, (key, #""\#(parent.uid)""#)]
        case .typed(let typeKey, let key, let kinds):
            guard let parent = generator.pick(visible.filter { kinds.contains($0.kind) }) else { return [title] }
            return [title, (typeKey, #""\#(parent.kind.singular)""#), (key, #""\#(parent.uid)""#)]
        }
    }

    private static func sharedUID(_ number: Int) -> UID {
        var generator = SeededGenerator(seed: UInt64(number))
        return UID.random(using: &generator)
    }

    // MARK: - Item routes

    /// A request that changes the server's items past the app's queue.
    mutating func itemWrite(using generator: inout SeededGenerator) -> ItemWrite? {
        let visible = client.visible.keys.sorted()
        // What is in the trash of the app is brought back now and then.
        if generator.chance(12), let item = generator.pick(client.tombstones.sorted()) {
            return itemWrite(item, .restore, using: &generator)
        }
        let isNew = visible.isEmpty || generator.chance(20)
        guard let kind = generator.pick(client.kinds),
            let item = isNew ? ItemReference(kind, UID.random(using: &generator)) : generator.pick(visible)
        else { return nil }
        var members = members(item.kind, visible, using: &generator)
        if isNew { members.append(("uid", #""\#(item.uid)""#)) }
        let object = "{" + members.map { #""\#($0.key)":\#($0.value)"# }.joined(separator: ",") + "}"
        guard let payload = try? Payload(parsing: Array(object.utf8)) else { return nil }
        let mutation: Mutation
        if isNew {
            mutation = .create(payload)
        } else {
            let choices: [Mutation] = [
                .replace(payload), .patch(payload), .mergePatch(payload), .delete, .restore, .archive,
                item.kind.actions.first.map { .process($0) } ?? .archive,
            ]
            mutation = choices[generator.pick(0...(choices.count - 1))]
        }
        return itemWrite(item, mutation, using: &generator)
    }

    private mutating func itemWrite(_ item: ItemReference, _ mutation: Mutation, using generator: inout SeededGenerator) -> ItemWrite {
        var condition: VersionCondition?
        if let version = acknowledged[item]?.version, generator.chance(50) { condition = .exactly(version) }
        counter += 1
        return ItemWrite(item, mutation, expecting: condition, key: generator.chance(50) ? "device \(number), \(counter)" : nil)
    }

    // MARK: - What the app is told

    /// Hands the app an answer, or says that none came.
    ///
    /// - Parameter serverEpoch: The server's at that moment.
    mutating func receive(_ answer: SyncAnswer?, to request: SyncRequest, in serverEpoch: Int64) {
        waitsFor = nil
        if case .write(let write) = request {
            if case .item(let item)? = answer, write.item.uid == item.uid {
                acknowledge(write.item, item.version, serverEpoch)
            }
            return
        }
        let epoch = client.epoch
        client.receive(answer)
        if client.epoch != epoch, epoch != nil {
            edits = []
            refusals = 0
        }
        guard case .push(let kind, _, _) = request, case .acks(let acks)? = answer else { return }
        for ack in acks {
            if ack.refusal != nil { refusals += 1 }
            guard ack.refusal == nil, let uid = ack.uid else { continue }
            acknowledge(ItemReference(kind, uid), ack.version, serverEpoch)
        }
    }

    private mutating func acknowledge(_ item: ItemReference, _ version: Int64, _ epoch: Int64) {
        if let known = acknowledged[item], known.epoch == epoch, known.version > version { return }
        acknowledged[item] = (version, epoch)
    }
}

extension ItemReference: Comparable {
    package static func < (left: ItemReference, right: ItemReference) -> Bool {
        (left.kind.rawValue, left.uid) < (right.kind.rawValue, right.uid)
    }
}
