import MCP
import MCPServer
import Testing

@Suite("Memories of sessions")
struct SessionMemoriesTests {
    private static func number(_ byte: UInt8) -> SessionNumber { SessionNumber(bytes: Array(repeating: byte, count: 16)) }

    @Test("LS9 a session's level and subscriptions are its own, and go when it is forgotten")
    func wishes() throws {
        let memories = SessionMemories()
        let (one, other) = (Self.number(1), Self.number(2))
        #expect(memories.logLevel(of: one) == nil)
        try memories.remember(.logLevel(.error), of: one)
        try memories.remember(.subscription(uri: "test://a"), of: one)
        #expect(memories.logLevel(of: one) == .error)
        #expect(memories.isSubscribed(one, to: "test://a"))
        #expect(!memories.isSubscribed(one, to: "test://b"))
        #expect(memories.logLevel(of: other) == nil)
        #expect(!memories.isSubscribed(other, to: "test://a"))
        try memories.remember(.noSubscription(uri: "test://a"), of: one)
        #expect(!memories.isSubscribed(one, to: "test://a"))
        memories.forget(one)
        #expect(memories.logLevel(of: one) == nil)
    }

    @Test("LS9 SEC8 when there are too many, the oldest are forgotten; more addresses than allowed are not remembered")
    func bounds() throws {
        var limits = SessionMemories.Limits()
        (limits.sessions, limits.addresses) = (8, 2)
        let memories = SessionMemories(limits: limits)
        for first in 1...9 { try memories.remember(.logLevel(.error), of: Self.number(UInt8(first))) }
        #expect(memories.logLevel(of: Self.number(1)) == nil)
        #expect(memories.logLevel(of: Self.number(9)) == .error)
        let last = Self.number(9)
        for uri in ["test://a", "test://b"] { try memories.remember(.subscription(uri: uri), of: last) }
        #expect(throws: MCPError.invalidParameters("too many subscriptions")) {
            try memories.remember(.subscription(uri: "test://c"), of: last)
        }
        try memories.remember(.subscription(uri: "test://a"), of: last)
        #expect(["test://a", "test://b", "test://c"].map { memories.isSubscribed(last, to: $0) } == [true, true, false])
    }

    @Test("LS9 SEC8 all addresses together have a budget of bytes, each session's too, and what a session had goes with it")
    func bytes() throws {
        var limits = SessionMemories.Limits()
        (limits.bytes, limits.sessionBytes) = (10_000, 2_000)
        let memories = SessionMemories(limits: limits)
        func uri(_ number: Int) -> String { "test://\(number)/" + String(repeating: "a", count: 900) }
        for number in 0..<2 { try memories.remember(.subscription(uri: uri(number)), of: Self.number(1)) }
        #expect(throws: MCPError.self) { try memories.remember(.subscription(uri: uri(2)), of: Self.number(1)) }
        try memories.remember(.noSubscription(uri: uri(0)), of: Self.number(1))
        try memories.remember(.subscription(uri: uri(2)), of: Self.number(1))
        for session in 2...40 { try memories.remember(.subscription(uri: uri(2)), of: Self.number(UInt8(session))) }
        #expect(memories.count < 11)
        #expect(!memories.isSubscribed(Self.number(1), to: uri(2)), "the oldest goes")
        #expect(memories.isSubscribed(Self.number(40), to: uri(2)))
        #expect(memories.subscribers(of: uri(2)).first?.sessions.count == memories.count)
        for session in 1...40 { memories.forget(Self.number(UInt8(session))) }
        #expect(memories.subscribers(of: uri(2)).isEmpty)
        for session in 1...5 { try memories.remember(.subscription(uri: uri(1)), of: Self.number(UInt8(session))) }
        #expect(memories.count == 5, "nothing counts twice")
    }

    @Test("LS5 LS9 wishes go when their session expires, a minute of grace later")
    func expiry() throws {
        let memories = SessionMemories()
        try memories.remember(.subscription(uri: "test://a"), of: Self.number(1), until: 1_000)
        try memories.remember(.subscription(uri: "test://a"), of: Self.number(2), until: 2_000)
        try memories.remember(.subscription(uri: "test://a"), of: Self.number(3))
        memories.removeExpired(unixNow: 1_060)
        #expect(memories.count == 3)
        memories.removeExpired(unixNow: 1_061)
        #expect(memories.subscribers(of: "test://a").first?.sessions == [Self.number(2), Self.number(3)])
        memories.removeExpired(unixNow: 9_000)
        #expect(memories.subscribers(of: "test://a").first?.sessions == [Self.number(3)])
    }

    @Test("RS6 several spellings of an address belong to one resource, count with it, and leave nothing behind")
    func spellings() throws {
        var limits = SessionMemories.Limits()
        limits.sessionBytes = 40
        let memories = SessionMemories(limits: limits)
        let (one, other) = (Self.number(1), Self.number(2))
        for uri in ["test://A", "test://a"] { try memories.remember(.subscription(uri: uri, canonical: "test://a"), of: one) }
        try memories.remember(.subscription(uri: "test://A", canonical: "test://a"), of: other)
        #expect(throws: MCPError.self, "its canonical form costs too") {
            try memories.remember(.subscription(uri: "test://BB", canonical: "test://bb"), of: one)
        }
        #expect(Dictionary(uniqueKeysWithValues: memories.subscribers(of: "test://a")) == ["test://a": [one], "test://A": [one, other]])
        #expect(Set(memories.subscriptions(of: one, to: "test://a")) == ["test://a", "test://A"])
        #expect(memories.subscriptions(of: other, to: "test://a") == ["test://A"])
        #expect(memories.subscribers(of: "test://A").count == 1, "posted under another address than the canonical")
        try memories.remember(.noSubscription(uri: "test://A"), of: one)
        #expect(memories.subscriptions(of: one) == ["test://a"])
        memories.forget(other)
        #expect(memories.subscribers(of: "test://a").map(\.uri) == ["test://a"])
        try memories.remember(.subscription(uri: "test://BB", canonical: "test://bb"), of: one)
        #expect(memories.subscriptions(of: one, to: "test://bb") == ["test://BB"], "what was unsubscribed is free again")
    }
}
