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
            try await expect(nonce, isNew: true, to: store, at: now(), keeping: 120_000)
            try await expect(nonce, isNew: false, to: store, at: now(), keeping: 120_000)
            pass(119_999)
            try await expect(nonce, isNew: false, to: store, at: now(), keeping: 120_000)
            pass(1)
            try await expect(nonce, isNew: false, to: store, at: now(), keeping: 120_000)
            pass(1)
            try await expect(nonce, isNew: true, to: store, at: now(), keeping: 120_000)
            try await expect(nonce, isNew: false, to: store, at: now(), keeping: 120_000)
        },
        NonceRequirement(name: "Never again 3: key, tenant and nonce are kept apart, byte by byte") { store, now, _ in
            let nonces = [
                key("a", "b:c", 1), key("a:b", "c", 1), key("ab", "c", 1), key("a", "bc", 1), key("a", "b:c", 2), key("A", "b:c", 1),
                key("a", "é", 1), key("a", "e\u{301}", 1), key("", "", 1), key("a", "", 1), key("", "a", 1),
                NonceKey(keyID: [], tenant: [], nonce: []), NonceKey(keyID: [0], tenant: [], nonce: []),
                NonceKey(keyID: [], tenant: [0], nonce: []),
            ]
            for nonce in nonces { try await expect(nonce, isNew: true, to: store, at: now(), keeping: 1000) }
            for nonce in nonces { try await expect(nonce, isNew: false, to: store, at: now(), keeping: 1000) }
        },
        NonceRequirement(name: "Of many that bring one nonce at once, one is the first") { store, now, _ in
            let time = now()
            for number in 0..<10 {
                let nonce = key("k", "t", UInt8(number))
                let count = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for _ in 0..<16 { group.addTask { try await store.remember(nonce, at: time, until: time.adding(milliseconds: 1000)) } }
                    return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                #expect(count == 1)
            }
        },
        NonceRequirement(name: "Nonces that have ended make room, and those that haven't stay") { store, now, pass in
            for round in 0..<20 {
                for number in 0..<8 {
                    try await expect(key("\(round)", "t", UInt8(number)), isNew: true, to: store, at: now(), keeping: 1000)
                }
                pass(600)
                try await expect(key("\(round)", "t", 3), isNew: false, to: store, at: now(), keeping: 1000)
                guard round > 0 else { continue }
                try await expect(key("\(round - 1)", "t", 0), isNew: true, to: store, at: now(), keeping: 1000)
            }
        },
    ]

    private static func expect(
        _ nonce: NonceKey,
        isNew expected: Bool,
        to store: any NonceStore,
        at now: Timestamp,
        keeping milliseconds: Int64
    ) async throws {
        let isNew = try await store.remember(nonce, at: now, until: now.adding(milliseconds: milliseconds))
        #expect(isNew == expected, "\(nonce) at \(now)")
    }

    private static func key(_ id: String, _ tenant: String, _ number: UInt8) -> NonceKey {
        NonceKey(keyID: Array(id.utf8), tenant: Array(tenant.utf8), nonce: [UInt8](repeating: number, count: 16))
    }
}
