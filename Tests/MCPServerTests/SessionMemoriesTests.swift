import MCP
import MCPServer
import Testing

@Suite("Memories of sessions")
struct SessionMemoriesTests {
    private static func number(_ byte: UInt8) -> SessionNumber { SessionNumber(bytes: Array(repeating: byte, count: 16)) }

    @Test("LS9 a session's level and subscriptions are its own, and go when it is forgotten")
    func wishes() {
        let memories = SessionMemories()
        let (one, other) = (Self.number(1), Self.number(2))
        #expect(memories.logLevel(of: one) == nil)
        memories.remember(.logLevel(.error), of: one)
        memories.remember(.subscription(uri: "test://a"), of: one)
        #expect(memories.logLevel(of: one) == .error)
        #expect(memories.isSubscribed(one, to: "test://a"))
        #expect(!memories.isSubscribed(one, to: "test://b"))
        #expect(memories.logLevel(of: other) == nil)
        #expect(!memories.isSubscribed(other, to: "test://a"))
        memories.remember(.noSubscription(uri: "test://a"), of: one)
        #expect(!memories.isSubscribed(one, to: "test://a"))
        memories.forget(one)
        #expect(memories.logLevel(of: one) == nil)
    }

    @Test("LS9 SEC8 when there are too many, the oldest are forgotten; more addresses than allowed are not remembered")
    func bounds() {
        let memories = SessionMemories(limit: 8, uriLimit: 2)
        for first in 1...9 { memories.remember(.logLevel(.error), of: Self.number(UInt8(first))) }
        #expect(memories.logLevel(of: Self.number(1)) == nil)
        #expect(memories.logLevel(of: Self.number(9)) == .error)
        let last = Self.number(9)
        for uri in ["test://a", "test://b", "test://c"] { memories.remember(.subscription(uri: uri), of: last) }
        #expect(["test://a", "test://b", "test://c"].map { memories.isSubscribed(last, to: $0) } == [true, true, false])
    }
}
