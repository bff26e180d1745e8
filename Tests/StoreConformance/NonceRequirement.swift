import Testing
package import ToolBridge

/// One thing that every store of nonces must do, checked with a store of its own.
package struct NonceRequirement: Sendable, CustomTestStringConvertible {
    package let name: String
    /// With the store, what time it is, and how to let time pass.
    package let check: @Sendable (any NonceStore, @Sendable () -> Timestamp, @Sendable (_ milliseconds: Int64) -> Void) async throws -> Void

    package var testDescription: String { name }

    package static let all = [
        NonceRequirement(name: "A nonce is taken once until its end has passed") { store, now, pass in
            let nonce = key("k", "t", 1)
            let end = now().adding(milliseconds: 120_000)
            #expect(try await store.remember(nonce, at: now(), until: end))
            #expect(try await !store.remember(nonce, at: now(), until: end))
            pass(119_999)
            #expect(try await !store.remember(nonce, at: now(), until: now().adding(milliseconds: 120_000)))
            pass(1)
            #expect(try await !store.remember(nonce, at: now(), until: now().adding(milliseconds: 120_000)))
            pass(1)
            #expect(try await store.remember(nonce, at: now(), until: now().adding(milliseconds: 120_000)))
            #expect(try await !store.remember(nonce, at: now(), until: now().adding(milliseconds: 120_000)))
        },
        NonceRequirement(name: "Never again 3: what key, tenant and nonce are is kept apart, byte by byte") { store, now, _ in
            let nonces = [
                key("a", "b:c", 1), key("a:b", "c", 1), key("ab", "c", 1), key("a", "bc", 1), key("a", "b:c", 2), key("A", "b:c", 1),
                key("a", "é", 1), key("a", "e\u{301}", 1), key("", "", 1), key("a", "", 1), key("", "a", 1),
                NonceKey(keyID: [], tenant: [], nonce: []), NonceKey(keyID: [0], tenant: [], nonce: []),
                NonceKey(keyID: [], tenant: [0], nonce: []),
            ]
            let end = now().adding(milliseconds: 1000)
            for nonce in nonces { #expect(try await store.remember(nonce, at: now(), until: end)) }
            for nonce in nonces { #expect(try await !store.remember(nonce, at: now(), until: end)) }
        },
        NonceRequirement(name: "Of many that bring one nonce at once, one is the first") { store, now, _ in
            let end = now().adding(milliseconds: 1000)
            for number in 0..<10 {
                let nonce = key("k", "t", UInt8(number))
                let count = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for _ in 0..<16 { group.addTask { try await store.remember(nonce, at: now(), until: end) } }
                    return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                #expect(count == 1)
            }
        },
        NonceRequirement(name: "Nonces that have ended make room, and those that haven't stay") { store, now, pass in
            for round in 0..<20 {
                for number in 0..<8 {
                    let nonce = key("\(round)", "t", UInt8(number))
                    #expect(try await store.remember(nonce, at: now(), until: now().adding(milliseconds: 1000)))
                }
                pass(600)
                #expect(try await !store.remember(key("\(round)", "t", 3), at: now(), until: now().adding(milliseconds: 1000)))
                if round > 0 {
                    #expect(try await store.remember(key("\(round - 1)", "t", 0), at: now(), until: now().adding(milliseconds: 1000)))
                }
            }
        },
    ]

    private static func key(_ id: String, _ tenant: String, _ number: UInt8) -> NonceKey {
        NonceKey(keyID: Array(id.utf8), tenant: Array(tenant.utf8), nonce: [UInt8](repeating: number, count: 16))
    }
}
