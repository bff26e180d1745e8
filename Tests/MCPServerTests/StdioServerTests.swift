import JSON
import MCP
import MCPServer
import Synchronization
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// The other end of a server's pipes.
final class StdioPeer: Sendable {
    private let stream: DescriptorStream
    private let buffer = Mutex(LineBuffer(limit: 1 << 24))
    private let descriptors: Mutex<Set<Int32>>
    private let (toServer, fromServer): (Int32, Int32)
    let server: DescriptorStream
    private let serverOutput: Int32

    init() throws {
        var (input, output): ([Int32], [Int32]) = ([0, 0], [0, 0])
        guard pipe(&input) == 0, pipe(&output) == 0 else { throw Fixtures.Broken() }
        server = try DescriptorStream(input: input[0], output: output[1])
        stream = try DescriptorStream(input: output[0], output: input[1])
        (toServer, fromServer, serverOutput) = (input[1], output[0], output[1])
        descriptors = Mutex(Set(input + output))
    }

    deinit {
        for descriptor in descriptors.withLock({ $0 }) { close(descriptor) }
    }

    func send(_ lines: String...) async throws {
        try await stream.write(Array(lines.joined(separator: "\n").utf8) + [UInt8(ascii: "\n")])
    }

    func sendRaw(_ bytes: [UInt8]) async throws {
        try await stream.write(bytes)
    }

    /// The next message; nil when the server has closed its output.
    func receive() async throws -> JSONValue? {
        while true {
            if case .line(let line)? = buffer.withLock({ $0.next() }) {
                return try JSONValue(parsing: line, limits: .message)
            }
            guard let bytes = try await stream.read() else { return nil }
            buffer.withLock { $0.append(bytes) }
        }
    }

    /// The text of the next message's first block, with its id.
    func receiveText() async throws -> String? {
        guard let message = try await receive() else { return nil }
        let id = String(decoding: message["id"]?.bytes ?? [], as: UTF8.self)
        return id + " "
            + (message["result"]?["content"]?.elements.first { _ in true }?["text"]?.string ?? "\(message["error"]?["code"]?.integer ?? 0)")
    }

    /// Runs a server for the time of `body`, then ends its input and waits for it.
    func serve(_ server: MCPStdioServer<String>, _ body: @escaping @Sendable (StdioPeer) async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { self.closeServerOutput() }
                try await server.run()
            }
            group.addTask {
                defer { self.endInput() }
                try await body(self)
            }
            try await group.waitForAll()
        }
    }

    func endInput() { close(toServer) }
    func closeServerOutput() { close(serverOutput) }
    func closeReader() { close(fromServer) }

    private func close(_ descriptor: Int32) {
        guard descriptors.withLock({ $0.remove(descriptor) }) != nil else { return }
        #if canImport(Glibc)
        Glibc.close(descriptor)
        #endif
    }
}

@Suite("Serving stdio", .timeLimit(.minutes(1)))
struct StdioServerTests {
    /// Runs a server for the time of `body`, then ends its input and waits for it.
    private func serve(
        _ gate: Gate = Gate(),
        settings: StdioSettings = StdioSettings(),
        report: @escaping @Sendable (any Error, String) -> Void = { _, _ in },
        _ body: @escaping @Sendable (StdioPeer) async throws -> Void
    ) async throws {
        let peer = try StdioPeer()
        let server = MCPStdioServer(try Fixtures.definition(gate), caller: "me", stream: peer.server, settings: settings, report: report)
        try await peer.serve(server, body)
        #expect(try await peer.receive() == nil, "I1 nothing is left")
    }

    @Test("G1 W93 lists go on over lines, with cursors that nobody can make up")
    func pages() async throws {
        try await serve { peer in
            try await peer.send(Fixtures.request("resources/list"))
            let cursor = try #require(try await peer.receive()?["result"]?["nextCursor"]?.string)
            try await peer.send(Fixtures.request("resources/list", #""cursor":"\#(cursor)""#))
            #expect(try await peer.receive()?["result"]?["resources"]?.count == 50)
            let last = cursor.last == "A" ? "B" : "A"
            for broken in [cursor.dropLast() + last, "cu1.AQ"] {
                try await peer.send(Fixtures.request("resources/list", #""cursor":"\#(broken)""#))
                #expect(try await peer.receive()?["error"]?["code"] == -32602)
            }
        }
    }

    @Test("I7 V7 W95 W98 both eras mix on one process")
    func eras() async throws {
        try await serve { peer in
            let probe = Fixtures.call("who", id: "0", isModern: true).replacing("2026-07-28", with: "2099-01-01")
            try await peer.send(probe)
            #expect(try await peer.receiveText() == "0 -32022")
            try await peer.send(Fixtures.initialize("2025-06-18"))
            #expect(try await peer.receive()?["result"]?["protocolVersion"] == "2025-06-18")
            try await peer.send(#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#, Fixtures.call("who", id: "2"))
            #expect(try await peer.receiveText() == "2 me 2025-06-18 client")
            try await peer.send(Fixtures.call("who", id: "\"3\"", isModern: true))
            #expect(try await peer.receiveText() == "\"3\" me 2026-07-28 -")
            try await peer.send(Fixtures.initialize("2025-11-25"))
            #expect(try await peer.receiveText() == "1 -32600")
        }
    }

    @Test("I8 lines that can't be read are answered and end nothing")
    func broken() async throws {
        try await serve { peer in
            try await peer.send("", "{", "5", "[]", "\r")
            try await peer.sendRaw([0xFF, 0xFE, 0x0A])
            for code in [-32700, -32600, -32600, -32700] {
                #expect(try await peer.receive()?["error"]?["code"] == JSONValue(integerLiteral: Int64(code)))
            }
            try await peer.send(Fixtures.request("ping") + "\r")
            #expect(try await peer.receive()?["result"] == [:])
        }
    }

    @Test("W91 a line of more than 1 MiB is refused once, its rest is skipped, the next line is served")
    func hugeLine() async throws {
        try await serve { peer in
            let huge = Array(repeating: UInt8(ascii: "a"), count: 3 << 20)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await peer.sendRaw(huge + [0x0A]) }
                group.addTask {
                    let refusal = try await peer.receive()
                    #expect(refusal?["error"]?["code"] == -32600)
                    #expect(refusal?["id"] == nil)
                }
                try await group.waitForAll()
            }
            let text = String(repeating: "x", count: 1 << 20).dropLast(Fixtures.call("echo", #"{"text":""}"#).utf8.count)
            let line = Fixtures.call("echo", #"{"text":"\#(text)"}"#)
            #expect(line.utf8.count == 1 << 20)
            async let sent: Void = peer.send(line)
            #expect(try await peer.receiveText() == "1 " + text)
            try await sent
        }
    }

    @Test("I11 calls run side by side, answers come as they are ready, lines never mix")
    func concurrency() async throws {
        let gate = Gate()
        try await serve(gate) { peer in
            try await peer.send(Fixtures.call("wait", id: "\"slow\""))
            #expect(await gate.entered.wait())
            for id in 0..<50 { try await peer.send(Fixtures.call("echo", #"{"text":"\#(id)"}"#, id: "\(id)")) }
            var seen: Set<String> = []
            for _ in 0..<50 { seen.insert(try await peer.receiveText() ?? "none") }
            #expect(seen == Set((0..<50).map { "\($0) \($0)" }))
            for id in 0..<20 { try await peer.send(Fixtures.call("big", id: "\(id)", isModern: id.isMultiple(of: 2))) }
            var ids: Set<Int64> = []
            for _ in 0..<20 {
                let message = try await peer.receive()
                #expect(message?["result"]?["content"]?.count == 1)
                if let id = message?["id"]?.integer { ids.insert(id) }
            }
            #expect(ids.count == 20)
            gate.released.fire()
            #expect(try await peer.receiveText() == "\"slow\" let go")
        }
    }

    @Test("I11 more calls than may run wait unread")
    func limit() async throws {
        let gate = Gate()
        var settings = StdioSettings()
        settings.concurrency = 2
        try await serve(gate, settings: settings) { peer in
            try await peer.send(
                Fixtures.call("wait", id: "1"),
                Fixtures.call("wait", id: "2"),
                Fixtures.call("echo", #"{"text":"x"}"#, id: "3")
            )
            #expect(await gate.entered.wait())
            #expect(await gate.entered.wait())
            gate.released.fire()
            #expect(try await peer.receiveText()?.hasSuffix("let go") == true)
            #expect(try await peer.receiveText() == "3 x")
            gate.released.fire()
            #expect(try await peer.receiveText()?.hasSuffix("let go") == true)
        }
    }

    @Test("I4 CN1 CN3 a cancelled call is stopped and never answered, in both eras", arguments: [false, true])
    func cancellation(isModern: Bool) async throws {
        let gate = Gate()
        try await serve(gate) { peer in
            try await peer.send(Fixtures.call("wait", id: "7", isModern: isModern))
            #expect(await gate.entered.wait())
            try await peer.send(
                #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"7"}}"#,
                #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":99}}"#,
                #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":7,"reason":"enough"}}"#
            )
            #expect(await gate.cancelled.wait())
            try await peer.send(Fixtures.call("echo", #"{"text":"after"}"#, id: "7", isModern: isModern))
            #expect(try await peer.receiveText() == "7 after")
        }
    }

    @Test("CN1 one call of a batch can be cancelled; the others are answered on one line")
    func batchCancellation() async throws {
        let gate = Gate()
        try await serve(gate) { peer in
            let calls = [
                Fixtures.call("echo", #"{"text":"a"}"#, id: "1"), Fixtures.call("wait", id: "2"),
                Fixtures.call("echo", #"{"text":"b"}"#, id: "3"),
            ]
            try await peer.send("[" + calls.joined(separator: ",") + "]")
            #expect(await gate.entered.wait())
            try await peer.send(#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}}"#)
            #expect(try await peer.receive()?.elements.map { $0["id"] ?? "none" } == [1, 3])
        }
    }

    @Test("I6 what was read before the end of the input is still answered, also a line without its end")
    func endOfInput() async throws {
        let gate = Gate()
        try await serve(gate) { peer in
            try await peer.send(Fixtures.call("wait", id: "1"))
            #expect(await gate.entered.wait())
            try await peer.sendRaw(Array(Fixtures.call("echo", #"{"text":"last"}"#, id: "2").utf8))
            peer.endInput()
            #expect(try await peer.receiveText() == "2 last")
            gate.released.fire()
            #expect(try await peer.receiveText() == "1 let go")
            #expect(try await peer.receive() == nil)
        }
    }

    @Test("I6 but not for longer than its patience")
    func patience() async throws {
        let gate = Gate()
        var settings = StdioSettings()
        settings.patience = .milliseconds(50)
        try await serve(gate, settings: settings) { peer in
            try await peer.send(Fixtures.call("wait", id: "1"))
            #expect(await gate.entered.wait())
            peer.endInput()
            #expect(await gate.cancelled.wait())
        }
    }

    @Test("I6 with nothing running the end of the input ends it at once")
    func emptyInput() async throws {
        let clock = ContinuousClock()
        let start = clock.now
        try await serve { _ in }
        #expect(clock.now - start < .seconds(5))
    }

    @Test("I6 a broken output ends it with an error, and not the process")
    func brokenOutput() async throws {
        let peer = try StdioPeer()
        peer.closeReader()
        try await peer.send(Fixtures.request("ping"))
        let server = MCPStdioServer(try Fixtures.definition(), caller: "me", stream: peer.server)
        await #expect(throws: DescriptorError.self) { try await server.run() }
    }

    @Test("LS15 the input can be ended from our side, and the task can be cancelled")
    func stop() async throws {
        let gate = Gate()
        try await serve(gate) { peer in
            try await peer.send(Fixtures.call("wait", id: "1"))
            #expect(await gate.entered.wait())
            peer.server.endInput()
            gate.released.fire()
            #expect(try await peer.receiveText() == "1 let go")
            #expect(try await peer.receive() == nil)
        }
        let peer = try StdioPeer()
        let server = MCPStdioServer(try Fixtures.definition(), caller: "me", stream: peer.server)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await server.run() }
            try await peer.send(Fixtures.request("ping"))
            #expect(try await peer.receive()?["result"] == [:])
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test("B17 a tool that takes too long is stopped and its call answered")
    func timeLimit() async throws {
        let gate = Gate()
        var settings = StdioSettings()
        settings.timeLimit = .milliseconds(20)
        try await serve(gate, settings: settings) { peer in
            try await peer.send(Fixtures.call("wait", id: "1"))
            #expect(try await peer.receive()?["result"]?["isError"] == true)
            #expect(await gate.cancelled.wait())
        }
    }

    @Test("W31 faults go to the log with the correlation id that the client sees")
    func faults() async throws {
        final class Box: Sendable { let ids = Mutex<[String]>([]) }
        let box = Box()
        try await serve(report: { error, id in if error is Fixtures.Broken { box.ids.withLock { $0.append(id) } } }) { peer in
            try await peer.send(Fixtures.call("breaks"))
            let error = try await peer.receive()?["error"]
            #expect(error?["code"] == -32603)
            #expect(box.ids.withLock { $0 } == [error?["data"]?["correlation_id"]?.string ?? "none"])
        }
    }

    @Test("I1 I10 bytes are cut into lines, however they arrive", arguments: [1, 2, 3, 7, 100])
    func lines(size: Int) {
        let bytes = Array("one\n\ntwo\nmuch too long\nfour\nrest".utf8)
        var buffer = LineBuffer(limit: 5)
        var lines: [String] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            buffer.append(Array(bytes[start..<min(start + size, bytes.count)]))
            while let line = buffer.next() { lines.append(text(line)) }
        }
        if let line = buffer.rest() { lines.append(text(line)) }
        #expect(lines == ["one", "", "two", "!", "four", "rest"])
        #expect(buffer.rest() == nil)
    }

    private func text(_ line: LineBuffer.Line) -> String {
        switch line {
        case .line(let bytes): String(decoding: bytes, as: UTF8.self)
        case .tooLong: "!"
        }
    }
}
