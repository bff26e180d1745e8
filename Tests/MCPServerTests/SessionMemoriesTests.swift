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
}
