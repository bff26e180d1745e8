import ToolBridge

// What must hold once nothing is lost any more and everybody has synced.

extension Schedule {
    mutating func settle() async {
        for index in devices.indices { await finish(index) { $0.push() } }
        for index in devices.indices { await finish(index) { $0.sync() } }
        for index in followers.indices {
            followers[index].limit = Limits.pageItems
            repeat {
                await server.show(&followers[index])
            } while !followers[index].isAtEnd && server.complaints.isEmpty
            server.complain(followers[index].missing(server.model))
        }
        let kept = await server.everything()
        let expected = server.model.changes(beyond: 0, Set(ItemKind.allCases)).map(\.item)
        if kept != .success(expected) { server.complain("the server has \(kept)\n    and should have \(expected)") }
        for device in devices { server.complain(complaint(about: device)) }
        if server.complaints.isEmpty, generator.chance(12) { await overtake() }
    }

    /// Lets a device finish what it is at, then something else.
    private mutating func finish(_ index: Int, _ next: (inout SyncClient) -> Void) async {
        for isNext in [false, true] {
            if isNext { next(&devices[index].client) }
            var requests = 0
            while devices[index].client.isBusy, server.complaints.isEmpty {
                await sendNext(index)
                requests += 1
                if requests > 2000 { server.complain("device \(index + 1) never ends") }
            }
        }
    }

    private func complaint(about device: SimulatedDevice) -> String? {
        let client = device.client
        let model = server.model
        let name = "device \(device.number)"
        guard client.queue.isEmpty else { return "\(name) still has \(client.queue.keys.sorted())" }
        let expected = model.items.mapValues { $0.isDeleted ? nil : $0.item.payload }
        guard client.replica == expected else { return "\(name) has \(client.replica)\n    and should have \(expected)" }
        guard client.visible == expected.compactMapValues({ $0 }) else { return "\(name) shows \(client.visible)" }
        guard client.epoch == model.epoch else { return "\(name) is in epoch \(client.epoch ?? 0) of \(model.epoch)" }
        guard client.conflicts.count == device.refusals else {
            return "\(name) kept \(client.conflicts.count) of \(device.refusals) refusals"
        }
        if let conflict = client.conflicts.first(where: { !model.refused.contains($0.change.payload) }) {
            return "\(name) has a conflict that nobody made: \(conflict)"
        }
        for (item, (version, epoch)) in device.acknowledged {
            if epoch != model.epoch || model.items[item]?.item.version ?? 0 >= version { continue }
            return "\(name) was told of version \(version) of \(item), and it is gone"
        }
        return untold(device)
    }

    /// Every change that a user made was kept, met something newer, was refused, or was overtaken by another in the app's own queue.
    private func untold(_ device: SimulatedDevice) -> String? {
        let model = server.model
        var later: Set<ItemReference> = []
        for edit in device.edits.reversed() {
            let isKnown =
                model.applied[edit.item.kind]?[edit.payload] != nil || model.outvoted.contains(edit.payload)
                || model.refused.contains(edit.payload)
            if !isKnown, !later.contains(edit.item) {
                return "device \(device.number)'s change got lost: \(String(decoding: edit.payload, as: UTF8.self))"
            }
            later.insert(edit.item)
        }
        return nil
    }

    /// No clock, however wrong, owns an item: a device with a right one changes each that it may change.
    private mutating func overtake() async {
        server.clock.advance(server.model.latest.milliseconds - server.clock.now.milliseconds + Limits.clockSkewMilliseconds + 60_000)
        devices.append(SimulatedDevice(devices.count + 1, kinds: profile.kinds, using: &generator))
        let index = devices.count - 1
        devices[index].clockError = 0
        await finish(index) { $0.sync() }
        let items = devices[index].client.visible.keys.sorted().filter { $0.kind != .comments && $0.kind != .chatMessages }
        for item in items { devices[index].client.put(item, [("title", #""overtaken \#(item.kind.path)""#)], at: server.clock.now) }
        let mine = devices[index].client.queue
        await finish(index) { $0.sync() }
        for item in items where server.model.items[item]?.item.payload != mine[item]?.payload {
            server.complain("a right clock can't change \(item): \(String(describing: server.model.items[item]))")
        }
    }
}
