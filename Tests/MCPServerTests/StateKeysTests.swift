import MCP
import MCPServer
import Testing

@Suite("Keys and seals")
struct StateKeysTests {
    private static let secret = (0..<32).map { UInt8($0) }
    private static let me = Principal(issuer: "https://issuer", subject: "subject")

    private func keys(_ rings: (String, [UInt8])...) throws -> StateKeys {
        try StateKeys(rings.map { (kid: $0.0, secret: $0.1) })
    }

    @Test("LS1 a seal is ms1.kid.base64url, different each time, and opens to what was sealed", arguments: SealPurpose.allCases)
    func roundTrip(purpose: SealPurpose) throws {
        let keys = try keys(("k-1", Self.secret))
        let seals = try (0..<100).map { _ in try keys.seal(purpose, for: Self.me) { $0 + [1, 2, 3] } }
        #expect(Set(seals).count == 100)
        for seal in seals {
            let parts = seal.split(separator: ".")
            #expect(parts.count == 3)
            #expect(parts[0] == purpose.rawValue)
            #expect(parts[1] == "k-1")
            #expect(
                seal.utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || "-_.".utf8.contains($0)
                }
            )
            let opened = try #require(keys.open(seal, as: purpose, for: Self.me))
            #expect(opened.content == opened.principalTag + [1, 2, 3])
        }
    }

    @Test("LS1 KY3 KY5 seals made by another implementation open: same derivation, associated data and tag")
    func knownAnswers() throws {
        let keys = try keys(("k-1", Self.secret))
        let tag: [UInt8] = [0x2C, 0x25, 0x4B, 0xE8, 0x1F, 0xB6, 0x76, 0x2B, 0xCE, 0x8D, 0x3C, 0x2A, 0x88, 0xE3, 0xCB, 0x34]
        for seal in [
            "ms1.k-1.ZGVmZ2hpamtsbW5vhtWn3ddBJl-BvS69rE6HOD4vwbDMef34IH5uELmO836wAD3xHiPk",
            "rs1.k-1.ZGVmZ2hpamtsbW5verLiW4Xu1Phv3k0tEgpf8ORoilm9nsxMJCWCQ2E-cng7C2EYolwA",
            "cu1.k-1.ZGVmZ2hpamtsbW5v73-gV-6vAvSy-AgA6sfyr8ng8XbPOIyGbF__BvqufOUwO9z8uVbc",
        ] {
            let purpose = try #require(SealPurpose(rawValue: String(seal.prefix(3))))
            let opened = try #require(keys.open(seal, as: purpose, for: Self.me))
            #expect(opened.principalTag == tag)
            #expect(opened.content == Array("content".utf8) + tag)
        }
    }

    @Test("KY3 a flipped bit anywhere fails", arguments: SealPurpose.allCases)
    func flips(purpose: SealPurpose) throws {
        let keys = try keys(("k-1", Self.secret), ("k-0", Self.secret.reversed()))
        let seal = Array(try keys.seal(purpose, for: Self.me) { $0 }.utf8)
        #expect(keys.open(String(decoding: seal, as: UTF8.self), as: purpose, for: Self.me) != nil)
        for place in seal.indices {
            for bit in 0..<8 {
                var changed = seal
                changed[place] ^= 1 << UInt8(bit)
                #expect(keys.open(String(decoding: changed, as: UTF8.self), as: purpose, for: Self.me) == nil, "byte \(place), bit \(bit)")
            }
        }
        for changed in [Array(seal.dropLast()), seal + Array("A".utf8), seal + Array("=".utf8), Array(seal.dropFirst()), []] {
            #expect(keys.open(String(decoding: changed, as: UTF8.self), as: purpose, for: Self.me) == nil)
        }
    }

    @Test("KY1 KY3 a seal of one kind never opens as another")
    func kinds() throws {
        let keys = try keys(("k-1", Self.secret))
        for made in SealPurpose.allCases {
            let seal = try keys.seal(made, for: Self.me) { $0 }
            for read in SealPurpose.allCases where read != made {
                #expect(keys.open(seal, as: read, for: Self.me) == nil)
                #expect(keys.open(read.rawValue + seal.dropFirst(3), as: read, for: Self.me) == nil)
            }
        }
    }

    @Test("KY5 the tag tells principals apart, and keys")
    func principals() throws {
        let keys = try keys(("k-1", Self.secret))
        let seal = try keys.seal(.session, for: Self.me) { $0 }
        for other in [
            Principal.anonymous, Principal(issuer: "https://issuer", subject: "other"),
            Principal(issuer: "https://issue", subject: "rsubject"),
            Principal(issuer: "https://issuer\u{1F}subject", subject: ""),
        ] {
            let opened = try #require(keys.open(seal, as: .session, for: other))
            #expect((opened.content == opened.principalTag) == false)
        }
        let own = try #require(keys.open(seal, as: .session, for: Self.me))
        #expect(own.content == own.principalTag)
        #expect(own.principalTag.count == 16)
    }

    @Test("KY2 KY4 the first key seals, all open; a kid that is gone doesn't")
    func rotation() throws {
        let (old, new) = (Self.secret, Array(Self.secret.reversed()))
        let before = try keys(("old", old))
        let added = try keys(("old", old), ("new", new))
        let moved = try keys(("new", new), ("old", old))
        let after = try keys(("new", new))
        let seal = try before.seal(.session, for: Self.me) { _ in [1] }
        #expect(added.open(seal, as: .session, for: Self.me)?.content == [1])
        #expect(moved.open(seal, as: .session, for: Self.me)?.content == [1])
        #expect(after.open(seal, as: .session, for: Self.me) == nil)
        #expect(try moved.seal(.session, for: Self.me) { _ in [] }.hasPrefix("ms1.new."))
        #expect(try keys(("old", new)).open(seal, as: .session, for: Self.me) == nil, "same kid, other secret")
        #expect(moved.kids == ["new", "old"])
    }

    @Test("KY2 a random ring opens only its own seals, and none after it was replaced")
    func random() throws {
        let keys = StateKeys()
        let seal = try keys.seal(.session, for: Self.me) { _ in [1] }
        #expect(keys.open(seal, as: .session, for: Self.me) != nil)
        #expect(StateKeys().open(seal, as: .session, for: Self.me) == nil)
        keys.replace()
        #expect(keys.open(seal, as: .session, for: Self.me) == nil)
        #expect(keys.randomBytes(16).count == 16)
        #expect(keys.randomBytes(16) != keys.randomBytes(16))
    }

    @Test("S16 LS7 a session that was opened before opens again for the same principal alone, and not once its key has gone")
    func remembered() throws {
        let keys = StateKeys()
        let other = Principal(issuer: "https://issuer", subject: "other")
        // More than are remembered.
        let seals = try (0..<5000).map { number in try keys.seal(.session, for: Self.me) { $0 + [UInt8(number % 251)] } }
        for _ in 0..<2 {
            for (number, seal) in seals.enumerated() {
                let opened = try #require(keys.open(seal, as: .session, for: Self.me))
                #expect(opened.content == opened.principalTag + [UInt8(number % 251)])
            }
        }
        for seal in seals.suffix(10) {
            let foreign = try #require(keys.open(seal, as: .session, for: other))
            #expect(foreign.content.prefix(16) != foreign.principalTag[...])
            #expect(keys.open(seal + "A", as: .session, for: Self.me) == nil)
        }
        keys.replace()
        for seal in seals { #expect(keys.open(seal, as: .session, for: Self.me) == nil) }
    }

    @Test("KY2 a ring is read from its text")
    func text() throws {
        let a = Base64.standard.encode(Self.secret)
        let b = Base64.standard.encode(Self.secret.reversed() + [1])
        #expect(try StateKeys(text: "a:\(a)").kids == ["a"])
        #expect(try StateKeys(text: " a:\(a) ,\n b-_9:\(b)\n").kids == ["a", "b-_9"])
        let seal = try keys(("a", Self.secret)).seal(.cursor, for: Self.me) { _ in [5] }
        #expect(try StateKeys(text: "b:\(b),a:\(a)").open(seal, as: .cursor, for: Self.me)?.content == [5])
    }

    @Test("KY2 KY6 SEC8 a ring that is wrong is refused, without its secrets")
    func badText() throws {
        let good = Base64.standard.encode(Self.secret)
        for (text, expected) in [
            ("", "key 1"), (",", "key 1"), ("a:\(good),", "key 2"), ("a", "key 1"), (good, "key 1"), (":\(good)", "key 1"),
            ("a b:\(good)", "key 1"),
            ("a:\(good.dropLast())", "is not Base64"), ("a:!\(good.dropFirst())", "is not Base64"), ("a:AAAA", "shorter than 32"),
            ("a:", "shorter than 32"),
            ("a:\(good),a:\(good)", "two keys have the kid a"), ("\(String(repeating: "k", count: 17)):\(good)", "key 1"),
            ("ä:\(good)", "key 1"),
        ] {
            do {
                _ = try StateKeys(text: text)
                Issue.record("\(text) was taken")
            } catch {
                #expect(error.description.contains(expected), "\(text): \(error)")
                #expect(!error.description.contains(good.prefix(20)))
            }
        }
        #expect(throws: StateKeysError.self) { try StateKeys([(kid: String, secret: [UInt8])]()) }
        #expect(throws: StateKeysError.self) { try keys(("a", [1])) }
        #expect(throws: StateKeysError.self) { try keys(("a.b", Self.secret)) }
    }

    @Test("LS8 ended sessions are remembered; when there are too many, all sessions end and none comes back")
    func ended() async throws {
        let keys = StateKeys()
        let ended = EndedSessionsInMemory(limit: 3) { keys.replace() }
        let endpoint = try Fixtures.endpoint(keys)
        let ids = try (0..<4).map { _ in try Fixtures.session(endpoint) }
        func session(_ id: String) -> Session? {
            endpoint.receive(HTTPMessage(.get, now: Fixtures.now, sessionID: [id])).session
        }
        let sessions = try ids.map { try #require(session($0)) }
        for index in 0..<2 {
            #expect(try await ended.contains(sessions[index]) == false)
            #expect(try await ended.end(sessions[index]))
            #expect(try await ended.contains(sessions[index]))
        }
        #expect(session(ids[3]) != nil)
        #expect(try await ended.end(sessions[2]))
        for id in ids { #expect(session(id) == nil) }
        #expect(try await NoEndedSessions().end(sessions[0]) == false)
        #expect(try await NoEndedSessions().contains(sessions[0]) == false)
    }

    @Test("LS1 a session id is at most 256 characters, also with the longest kid and client")
    func length() throws {
        let keys = try keys((String(repeating: "k", count: 16), Self.secret))
        let id = try Fixtures.session(try Fixtures.endpoint(keys), client: String(repeating: "x", count: 500))
        #expect(id.utf8.count <= 256)
        #expect(id.utf8.count > 180)
    }
}
