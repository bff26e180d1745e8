import JSON
import MCP
import MCPServer
import Testing

@Suite("A stream of events, apart from its connection", .timeLimit(.minutes(1)))
struct EventStreamTests {
    private let ids = EventIDs(replica: "r", stream: "s")

    private func limits(unsent: Int = 256, unsentBytes: Int = 1_048_576, kept: Int = 64, keptBytes: Int = 262_144) -> EventStream.Limits {
        var limits = EventStream.Limits()
        (limits.unsentEvents, limits.unsentBytes, limits.keptEvents, limits.keptBytes) = (unsent, unsentBytes, kept, keptBytes)
        return limits
    }

    /// What is written until the connection is to be closed.
    private func written(_ stream: EventStream, _ connection: Int) async -> String {
        var bytes: [UInt8] = []
        while case .write(let more) = await stream.next(connection) { bytes += more }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func event(_ number: Int, _ data: String) -> String { "id: r.s.\(number)\nevent: message\ndata: \(data)\n\n" }

    private func send(_ numbers: ClosedRange<Int>, on stream: EventStream) {
        for number in numbers { stream.send(Array("\(number)".utf8)) }
    }

    @Test("S12 events have ids, and whoever comes back gets what came later, in order")
    func resuming() async throws {
        let stream = EventStream(ids: ids)
        let first = try #require(stream.connect())
        send(1...3, on: stream)
        #expect(await stream.next(first) == .write(Array((event(1, "1") + event(2, "2") + event(3, "3")).utf8)))
        stream.disconnect(first)
        send(4...5, on: stream)
        let second = try #require(stream.connect(after: 2))
        stream.finish()
        #expect(await written(stream, second) == event(3, "3") + event(4, "4") + event(5, "5"))
        let third = try #require(stream.connect(after: 5))
        #expect(await written(stream, third).isEmpty)
        #expect(stream.connect(after: 6) == nil, "never sent")
        #expect(stream.connect(after: -1) == nil)
    }

    @Test("S12 section 28: 64 events or 256 KiB are kept, with and without a connection", arguments: [true, false])
    func kept(isConnected: Bool) async throws {
        let stream = EventStream(ids: ids)
        let first = try #require(stream.connect())
        if !isConnected { stream.disconnect(first) }
        send(1...100, on: stream)
        if isConnected { _ = await stream.next(first) }
        stream.disconnect(first)
        #expect(stream.connect(after: 35) == nil, "the 36th is gone")
        let second = try #require(stream.connect(after: 36))
        stream.finish()
        #expect(await written(stream, second).hasPrefix(event(37, "37")))

        let heavy = EventStream(ids: ids)
        let third = try #require(heavy.connect())
        if !isConnected { heavy.disconnect(third) }
        for _ in 0..<5 { heavy.send([UInt8](repeating: UInt8(ascii: "x"), count: 60_000)) }
        if isConnected { _ = await heavy.next(third) }
        heavy.disconnect(third)
        #expect(heavy.connect(after: 0) == nil)
        #expect(heavy.connect(after: 1) != nil, "four of 60 kB fit")
    }

    @Test("S12 before its first connection a stream loses nothing, however much its answer is", arguments: [true, false])
    func beforeTheFirst(hasIDs: Bool) async throws {
        let stream = EventStream(ids: hasIDs ? ids : nil)
        stream.prime()
        send(1...100, on: stream)
        stream.send([UInt8](repeating: UInt8(ascii: "x"), count: 300_000))
        stream.finish()
        let text = await written(stream, try #require(stream.connect()))
        #expect(text.utf8.count > 300_000)
        #expect(text.contains("data: \n\n"))
        #expect(text.split(separator: "\n\n").count == 102)
    }

    @Test("H12 what was said before the first connection never counts as unsent, however much it was")
    func muchBeforeTheFirst() async throws {
        let stream = EventStream(ids: ids)
        for _ in 0..<20 { stream.send([UInt8](repeating: UInt8(ascii: "x"), count: 60_000)) }
        let connection = try #require(stream.connect())
        send(21...21, on: stream)
        stream.finish()
        let text = await written(stream, connection)
        #expect(text.split(separator: "\n\n").count == 21)
        #expect(text.hasSuffix(event(21, "21")))
    }

    @Test("SEC8 a stream whose connection never comes doesn't grow without end; the newest stays")
    func neverConnected() async throws {
        let stream = EventStream(ids: ids, limits: limits(unsent: 4, unsentBytes: 1_000))
        send(1...100, on: stream)
        for _ in 0..<10 { stream.send([UInt8](repeating: UInt8(ascii: "x"), count: 1_500)) }
        send(111...111, on: stream)
        stream.finish()
        let text = await written(stream, try #require(stream.connect()))
        #expect(text.utf8.count < 8_000)
        #expect(text.hasSuffix(event(111, "111")))
    }

    @Test("B17 one message alone is never too much for a client that takes it")
    func oneGreatMessage() async throws {
        for hasReader in [true, false] {
            let stream = EventStream(limits: limits(unsentBytes: 1_000))
            let connection = try #require(stream.connect())
            async let reading = hasReader ? stream.next(connection) : nil
            if hasReader { await Task.yield() }
            stream.send([UInt8](repeating: UInt8(ascii: "x"), count: 5_000))
            let step = if let step = await reading { step } else { await stream.next(connection) }
            guard case .write(let bytes) = step else {
                Issue.record("\(step)")
                continue
            }
            #expect(bytes.count > 5_000)
            #expect(!stream.isFinished)
        }
    }

    @Test("SB5 E7 whoever leaves 256 messages or 1 MiB unsent loses the stream")
    func tooSlow() async throws {
        let many = EventStream(limits: limits(unsent: 4))
        let first = try #require(many.connect())
        send(1...4, on: many)
        #expect(!many.isFinished)
        send(5...5, on: many)
        #expect(many.isFinished)
        #expect(await many.next(first) == .close)

        let heavy = EventStream(limits: limits(unsentBytes: 1_000))
        let second = try #require(heavy.connect())
        for _ in 0..<3 { heavy.send([UInt8](repeating: UInt8(ascii: "x"), count: 600)) }
        #expect(heavy.isFinished)
        #expect(await heavy.next(second) == .close)
        send(1...1, on: heavy)
        #expect(await heavy.next(second) == .close)
    }

    @Test("SB6 a listen whose client is too slow still ends with its result, should it come to take it")
    func farewell() async throws {
        let stream = EventStream(limits: limits(unsent: 4), farewell: Array("end".utf8))
        let connection = try #require(stream.connect())
        send(1...9, on: stream)
        #expect(stream.isFinished)
        #expect(await written(stream, connection) == "event: message\ndata: end\n\n")
    }

    @Test("S12 a stream that nobody can come back to keeps nothing once its connection went")
    func withoutIDs() async throws {
        let stream = EventStream()
        let first = try #require(stream.connect())
        stream.disconnect(first)
        for _ in 0..<300 { stream.send([UInt8](repeating: 0x20, count: 10)) }
        #expect(!stream.isFinished, "nothing waits for a client that is gone")
        let second = try #require(stream.connect())
        stream.finish()
        #expect(await written(stream, second).isEmpty)
    }

    @Test("S13 a released stream says when to come back, lets the connection go, and goes on")
    func releasing() async throws {
        for isEarly in [true, false] {
            let stream = EventStream(ids: ids)
            stream.prime()
            let early = isEarly ? nil : stream.connect()
            stream.retry(milliseconds: 20)
            stream.release()
            let first = try #require(early ?? stream.connect())
            #expect(await written(stream, first) == "id: r.s.1\ndata: \n\nretry: 20\n\n")
            stream.disconnect(first)
            stream.send(Array("2".utf8))
            let second = try #require(stream.connect(after: 1))
            #expect(await stream.next(second) == .write(Array(event(2, "2").utf8)))
            stream.finish()
            #expect(await stream.next(second) == .close)
        }
    }

    @Test("S12 a newer connection takes the stream over, and the former one can't disturb it")
    func takingOver() async throws {
        let stream = EventStream(ids: ids)
        let first = try #require(stream.connect())
        async let waiting = stream.next(first)
        send(1...1, on: stream)
        _ = await waiting
        async let former = stream.next(first)
        let second = try #require(stream.connect(after: 0))
        #expect(await former == .close)
        #expect(await stream.next(second) == .write(Array(event(1, "1").utf8)))
        stream.wake(second)
        stream.wake(first)
        stream.disconnect(first)
        #expect(await stream.next(first) == .close)
        #expect(await stream.next(second) == .close, "it was woken, whatever the former one did meanwhile")
        #expect(stream.isConnected)
        send(2...2, on: stream)
        #expect(await stream.next(second) == .write(Array(event(2, "2").utf8)))
    }

    @Test("H6 a sign of life only where nothing else was said")
    func beats() async throws {
        let stream = EventStream()
        let (interval, start) = (Duration.seconds(15), ContinuousClock.now)
        stream.beat(at: start + .seconds(20), every: interval)
        let connection = try #require(stream.connect())
        let opened = ContinuousClock.now
        #expect(stream.beat(at: start + .seconds(14), every: interval) <= opened + interval, "a connection is new")
        stream.send([0x31])
        #expect(await stream.next(connection) == .write(Array("event: message\ndata: 1\n\n".utf8)), "and nothing before it")
        let spoken = ContinuousClock.now
        let due = stream.beat(at: start + .seconds(14), every: interval)
        #expect(due >= opened + interval && due <= spoken + interval, "counted from what was written last")
        for _ in 0..<2 { stream.beat(at: due, every: interval) }
        #expect(await stream.next(connection) == .write(Array(": \n\n".utf8)), "not later than that, and once")
        stream.send([0x32])
        #expect(await stream.next(connection) == .write(Array("event: message\ndata: 2\n\n".utf8)))
        stream.finish()
        stream.beat(at: due + interval + interval, every: interval)
        #expect(await stream.next(connection) == .close, "nothing comes after the end")
    }

    @Test("SB9 the first notice goes at once; the next 100 ms are gathered, one of each subject")
    func notices() async throws {
        let stream = EventStream()
        let connection = try #require(stream.connect())
        let (tools, page) = (ChangeNotice(.toolList), ChangeNotice(.resource(uri: "a:b")))
        stream.notify(tools)
        #expect(await stream.next(connection) == .notices([tools]))
        let start = ContinuousClock.now
        for _ in 0..<10 {
            stream.notify(page)
            stream.notify(tools)
        }
        #expect(await stream.next(connection) == .notices([page, tools]))
        #expect(start.duration(to: .now) > .milliseconds(50))
        stream.finish()
        stream.notify(tools)
        #expect(await stream.next(connection) == .close)
    }

    @Test("S12 line breaks between tokens end no event; the data stays one line")
    func text() {
        let bytes = EventText.event(Array("{\r\n\"a\":\n1}".utf8), named: "message", id: "r.s.1.eA")
        #expect(String(decoding: bytes, as: UTF8.self) == "id: r.s.1.eA\nevent: message\ndata: {  \"a\": 1}\n\n")
    }
}

@Suite("Ids of events")
struct EventIDsTests {
    @Test("LS12 an id comes back as it was written, with the request's id and its JSON type")
    func roundTrip() throws {
        for request in [nil, "1", "0", #""""#, #""a.b""#, "12345678901234567890", #""é\n""#] {
            let ids = EventIDs(replica: "r1", stream: "0f", request: request.map { Array($0.utf8) })
            let parsed = try #require(EventIDs.parse(ids.text(7)))
            #expect(parsed.ids == ids)
            #expect(parsed.number == 7)
            #expect(parsed.requestID.map { String(decoding: $0.bytes, as: UTF8.self) } == request)
        }
    }

    @Test("LS12 what can't be an id of ours is none, and names no request")
    func garbled() {
        for text in ["", "a", "a.b", "a.b.c", "a.b.99999999999999999999", String(repeating: "a", count: 5_000) + ".b.1"] {
            #expect(EventIDs.parse(text) == nil, "\(text.prefix(30))")
        }
        for request in ["!", "", "bnVsbA", "e30", "MS41", "W10", "dHJ1ZQ"] {
            #expect(EventIDs.parse("a.b.1.\(request)")?.requestID == nil, "null, {}, 1.5, [], true and what isn't Base64: \(request)")
        }
    }
}

@Suite("What is counted and remembered")
struct StreamTableTests {
    @Test("Section 28: 32 streams of a principal, 4,096 altogether; anybody has no limit of its own")
    func counts() {
        let counts = StreamCounts(ofPrincipal: 2, altogether: 5)
        let (me, you) = (Principal(issuer: "i", subject: "me"), Principal(issuer: "i", subject: "you"))
        #expect([counts.add(me), counts.add(me), counts.add(me)] == [true, true, false])
        #expect([counts.add(you), counts.add(.anonymous), counts.add(.anonymous), counts.add(.anonymous)] == [true, true, true, false])
        #expect(counts.count == 5)
        counts.remove(.anonymous)
        #expect([counts.add(me), counts.add(you)] == [false, true])
        for principal in [me, me, you, you, .anonymous] { counts.remove(principal) }
        #expect(counts.count == 0)
        #expect([counts.add(me), counts.add(me), counts.add(me)] == [true, true, false])
        let defaults = MCPConnections.Settings()
        #expect(defaults.streamsOfPrincipal == 32)
        #expect(defaults.streams == 4_096)
    }

    private func session(_ number: Int) -> SessionNumber {
        SessionNumber(bytes: withUnsafeBytes(of: number.bigEndian) { Array($0) })
    }

    @Test("LS9 the wishes of 10,000 sessions are remembered, the oldest go first")
    func sessions() throws {
        let memories = SessionMemories()
        for number in 0..<10_000 { try memories.remember(.logLevel(.error), of: session(number)) }
        #expect(memories.logLevel(of: session(0)) == .error)
        try memories.remember(.logLevel(.debug), of: session(0))
        for number in 10_000..<10_100 { try memories.remember(.logLevel(.error), of: session(number)) }
        let known = (0..<10_100).filter { memories.logLevel(of: session($0)) != nil }
        #expect(known.count <= 10_000)
        #expect(known.count > 9_000)
        #expect(known.first == 0, "its wish is new")
        #expect(known.contains(10_099))
        #expect(!known.contains(1))
        memories.forget(session(0))
        #expect(memories.logLevel(of: session(0)) == nil)
    }

    @Test("LS9 RS6 256 addresses of a session, compared byte by byte")
    func addresses() throws {
        let memories = SessionMemories()
        for number in 0..<300 { try? memories.remember(.subscription(uri: "test://\(number)"), of: session(1)) }
        #expect((0..<300).filter { memories.isSubscribed(session(1), to: "test://\($0)") } == Array(0..<256))
        try memories.remember(.noSubscription(uri: "test://3"), of: session(1))
        try memories.remember(.subscription(uri: "test://e\u{301}"), of: session(1))
        #expect(!memories.isSubscribed(session(1), to: "test://3"))
        #expect(memories.isSubscribed(session(1), to: "test://e\u{301}"))
        #expect(!memories.isSubscribed(session(1), to: "test://\u{E9}"))
        #expect(!memories.isSubscribed(session(2), to: "test://1"))
    }
}
