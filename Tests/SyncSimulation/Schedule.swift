package import ToolBridge

/// One history of some devices and a server behind a bad network, drawn from a seed step by step.
///
/// Everything happens one thing after the other, request by request, and nothing outside has a say: the same seed gives the same history.
package struct Schedule: Sendable {
    /// A request that arrives later.
    private struct Delivery: Sendable {
        let request: SyncRequest
        let device: Int
        /// The step at which it arrives.
        let due: Int
        /// Names the answer if somebody waits for it.
        let token: Int?
    }

    package let seed: UInt64
    package internal(set) var server: SimulatedServer
    /// What happened, in order; kept only where it is wanted.
    package let log: ScheduleLog?
    var generator: SeededGenerator
    var profile: ScheduleProfile
    var devices: [SimulatedDevice]
    /// Those who read the feed now and then.
    var followers: [FeedFollower]
    private var deliveries: [Delivery] = []
    private var step = 0
    private var tokens = 0

    /// Whether a schedule closes its database, which others then can't share meanwhile.
    package static func reopensDatabase(seed: UInt64) -> Bool {
        var generator = SeededGenerator(seed: seed)
        return ScheduleProfile(using: &generator).reopensDatabase
    }

    package init(
        seed: UInt64,
        of owner: Owner,
        in database: SimulatedDatabase,
        keepsLog: Bool = false,
        sabotage: SimulatedServer.Sabotage? = nil
    ) {
        self.seed = seed
        var generator = SeededGenerator(seed: seed)
        let profile = ScheduleProfile(using: &generator)
        let clock = SimulatedClock(Timestamp(milliseconds: 1_772_359_200_000 + Int64(generator.pick(0...86_400_000))))
        server = SimulatedServer(database, of: owner, clock, seed: generator.next(), sabotage: sabotage)
        devices = (1...profile.devices).map { SimulatedDevice($0, kinds: profile.kinds, using: &generator) }
        let someKinds = profile.kinds.sorted { $0.rawValue < $1.rawValue }.filter { _ in generator.chance(60) }
        followers = [FeedFollower(limit: generator.pick(1...4)), FeedFollower(kinds: Set(someKinds), limit: generator.pick(1...3))]
        log = keepsLog ? ScheduleLog() : nil
        self.profile = profile
        self.generator = generator
    }

    /// Lets it happen, then mends the network and looks whether all agree.
    package mutating func run() async {
        note("\(profile.steps) steps with \(profile.kinds.map(\.path).sorted()), \(profile.faults)")
        for device in devices {
            note("device \(device.number): \(device.client.mode), clock \(device.clockError) ms, batch \(device.client.batch)")
        }
        while step < profile.steps, server.complaints.isEmpty {
            step += 1
            moveClocks()
            for delivery in arrivals() { await deliver(delivery) }
            await act()
        }
        if server.complaints.isEmpty { await heal() }
        if server.complaints.isEmpty { await settle() }
        server.count { figures in
            figures.schedules = 1
            figures.conflicts = devices.reduce(0) { $0 + $1.client.conflicts.count }
        }
    }

    func note(_ text: @autoclosure () -> String) {
        log?.append("\(step) \(server.clock.now): \(text())")
    }

    // MARK: - One step

    private mutating func moveClocks() {
        if generator.chance(30) { return }
        switch generator.pick(0...999) {
        case 0...25: server.clock.advance(Int64(generator.pick(60_000...2_400_000)))
        case 26...29: server.clock.advance(-Int64(generator.pick(1...2000)))
        case 30...31: server.clock.advance(90_000_000)
        default: server.clock.advance(Int64(generator.pick(0...2000)))
        }
        if generator.chance(1), let index = devices.indices.randomElement(using: &generator) {
            devices[index].clockError = SimulatedDevice.clockError(using: &generator)
        }
    }

    private mutating func act() async {
        if generator.chance(8) { await follow() }
        let index = generator.pick(0...(devices.count - 1))
        let client = devices[index].client
        if devices[index].waitsFor != nil {
            if generator.chance(25) { giveUp(index) } else { edit(index) }
        } else if client.isBusy {
            if generator.chance(85) { await sendNext(index) } else { edit(index) }
        } else if generator.chance(profile.routeShare) {
            guard let write = devices[index].itemWrite(using: &generator) else { return }
            await send(.write(write), from: index)
        } else if generator.chance(profile.wipes), let wipe = devices[index].client.wipe() {
            await send(wipe, from: index)
        } else if generator.chance(50) {
            edit(index)
        } else {
            switch generator.pick(0...9) {
            case 0: devices[index].client.push()
            case 1: devices[index].client.pull()
            default: devices[index].client.sync()
            }
            await sendNext(index)
        }
    }

    private mutating func edit(_ index: Int) {
        devices[index].edit(at: server.clock.now, using: &generator)
        server.count { $0.edits += 1 }
        if let edit = devices[index].edits.last { note("device \(index + 1) edits \(String(decoding: edit.payload, as: UTF8.self))") }
    }

    private mutating func follow() async {
        let index = generator.pick(0...(followers.count - 1))
        let resumption = generator.chance(30) ? 0 : nil
        await server.show(&followers[index], resumingAt: resumption)
    }

    /// Lets a device send the next request of what it began.
    mutating func sendNext(_ index: Int) async {
        guard let request = devices[index].client.nextRequest() else { return }
        await send(request, from: index)
    }

    // MARK: - The network

    private mutating func send(_ request: SyncRequest, from index: Int) async {
        let faults = profile.faults
        var draw = Double.random(in: 0..<100, using: &generator)
        func isDrawn(_ share: Double) -> Bool {
            draw -= share
            return draw < 0
        }
        if isDrawn(faults.lostRequest) {
            note("device \(index + 1) sends, lost: \(request.name)")
            server.count { $0.lostRequests += 1 }
            devices[index].receive(nil, to: request, in: server.model.epoch)
        } else if isDrawn(faults.lostAnswer) {
            server.count { $0.lostAnswers += 1 }
            await reach(request, from: index, "answer lost")
            devices[index].receive(nil, to: request, in: server.model.epoch)
        } else if isDrawn(faults.restart) {
            await reach(request, from: index, "restart before the answer")
            devices[index].receive(nil, to: request, in: server.model.epoch)
            if profile.reopensDatabase { await server.restartDatabase(during: request) } else { server.restart() }
        } else if isDrawn(faults.delayed) {
            tokens += 1
            note("device \(index + 1) sends, delayed as \(tokens): \(request.name)")
            server.count { $0.delays += 1 }
            // Nobody waits for an item route: the user goes on.
            if case .write = request {
                deliveries.append(Delivery(request: request, device: index, due: step + generator.pick(1...30), token: nil))
            } else {
                devices[index].waitsFor = tokens
                deliveries.append(Delivery(request: request, device: index, due: step + generator.pick(1...12), token: tokens))
            }
        } else {
            if isDrawn(faults.repeated) {
                server.count { $0.repeats += 1 }
                for _ in 0..<generator.pick(1...2) {
                    deliveries.append(Delivery(request: request, device: index, due: step + generator.pick(0...40), token: nil))
                }
            }
            let answer = await reach(request, from: index, "answered")
            devices[index].receive(answer, to: request, in: server.model.epoch)
        }
    }

    @discardableResult
    private mutating func reach(_ request: SyncRequest, from index: Int, _ fate: String) async -> SyncAnswer {
        note("device \(index + 1) sends, \(fate): \(request.name)")
        let answer = await server.answer(to: request)
        note("    → \(answer.name)")
        return answer
    }

    private mutating func giveUp(_ index: Int) {
        note("device \(index + 1) gives up waiting")
        devices[index].waitsFor = nil
        devices[index].client.receive(nil)
    }

    private mutating func arrivals() -> [Delivery] {
        let arrived = deliveries.filter { $0.due <= step }
        deliveries.removeAll { $0.due <= step }
        return arrived
    }

    private mutating func deliver(_ delivery: Delivery) async {
        guard server.complaints.isEmpty else { return }
        let answer = await reach(delivery.request, from: delivery.device, "arrives late")
        guard let token = delivery.token, devices[delivery.device].waitsFor == token else { return }
        devices[delivery.device].receive(answer, to: delivery.request, in: server.model.epoch)
    }

    /// Nothing is lost any more; what was on its way arrives or never will.
    private mutating func heal() async {
        note("the network is mended")
        profile.faults = .none
        step = .max
        for delivery in arrivals() {
            if generator.chance(50) { await deliver(delivery) }
        }
        for index in devices.indices where devices[index].waitsFor != nil { giveUp(index) }
    }
}

extension SyncAnswer {
    /// The answer in one line.
    var name: String {
        switch self {
        case .session(let id, let epoch): "session \(id), epoch \(epoch)"
        case .acks(let acks): "acks " + acks.map { $0.refusal.map { "\($0)" } ?? "\($0.version)" }.joined(separator: ", ")
        case .page(let page): "\(page.changes.count) changes, \(page.hasMore ? "more" : "the last"): \(page.changes.map(\.item.uid))"
        case .item(let item): "version \(item.version): \(String(decoding: item.payload, as: UTF8.self))"
        case .wiped(let epoch): "wiped, epoch \(epoch)"
        case .refused(let refusal): "\(refusal)"
        }
    }
}
