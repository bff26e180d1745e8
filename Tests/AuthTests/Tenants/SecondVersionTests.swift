import Auth
import Synchronization
import Testing
import ToolBridge

@Suite("Tenants signed by the second version")
struct SecondVersionTests {
    let time: Int64 = 1_764_000_000_123
    let write = TenantVectors.v2[1].request

    private func secret(of vector: TenantVectors.Second) -> String? { vector.keyID == "default" ? "test-secret" : nil }
    private func ring(of vector: TenantVectors.Second) -> String? { vector.keyID == "default" ? nil : TenantVectors.ring }

    @Test("each vector is taken", arguments: TenantVectors.v2)
    func taken(vector: TenantVectors.Second) async throws {
        let proof = try proof(secret: secret(of: vector), ring: ring(of: vector), TenantClock(vector.time))
        #expect(await outcome(vector.request, proof) == .success(vector.tenant))
    }

    @Test("each vector is made", arguments: TenantVectors.v2)
    func made(vector: TenantVectors.Second) throws {
        let parts = TenantVectors.ring.split(separator: ",")
        let text = vector.keyID == "k2" ? "\(parts[1]),\(parts[0])" : TenantVectors.ring
        let ring = vector.keyID == "default" ? TenantKeyring(secret: Secret("test-secret")) : try TenantKeyring(text: text)
        let signer = try #require(TenantSigner(keyring: ring))
        let nonce = [UInt8](repeating: vector.number, count: 16)
        let headers = try signer.headers(vector.request, at: Timestamp(milliseconds: vector.time), nonce: nonce)
        #expect(headers.tenant == vector.tenant && headers.timestamp == vector.timestamp)
        #expect(headers.nonce == vector.nonce && headers.signature == vector.request.signature)
    }

    @Test("the derived key of one tenant signs and verifies for it, and for no other")
    func derived() async throws {
        let derived: [UInt8] = [
            0x70, 0x1a, 0x8c, 0x3f, 0x87, 0xe4, 0x2a, 0x8f, 0x09, 0x8c, 0x13, 0x0b, 0x04, 0xbd, 0x8b, 0x29, 0x50, 0xc1, 0xdc, 0xfa, 0xf3,
            0xf8,
            0x92, 0xbd, 0xda, 0x94, 0xd8, 0xb4, 0x4c, 0xc3, 0x93, 0xcc,
        ]
        let vector = TenantVectors.v2[1]
        let text = "k1:\(vector.tenant):" + StandardBase64.encode(derived)
        let ring = try TenantKeyring(text: TenantVectors.ring)
        #expect(ring.derived(for: vector.tenant)?.reveal().split(separator: ",").first.map(String.init) == text)
        #expect(try TenantKeyring(text: text).derived(for: vector.tenant)?.reveal() == text)
        #expect(try TenantKeyring(text: text).derived(for: "other") == nil && ring.derived(for: "no tenant") == nil)
        let signer = try #require(TenantSigner(keyring: try TenantKeyring(text: text)))
        let nonce = [UInt8](repeating: 2, count: 16)
        let headers = try signer.headers(vector.request, at: Timestamp(milliseconds: vector.time), nonce: nonce)
        #expect(headers.signature == vector.request.signature)
        let proof = try proof(ring: text, TenantClock(vector.time))
        #expect(await outcome(vector.request, proof) == .success(vector.tenant))
        let foreign = vector.request.with { $0.tenant = "other" }
        #expect(throws: TenantSigningFault.otherTenant) { try signer.headers(foreign, at: Timestamp(milliseconds: vector.time)) }
        #expect(await outcome(foreign, proof) == .failure(.signature))
    }

    @Test("never again 20: anything else than what was signed is refused")
    func other() async throws {
        let changes: [(String, (inout SignedRequest) -> Void)] = [
            ("method", { $0.method = "PUT" }),
            ("method's case", { $0.method = "post" }),
            ("path", { $0.target = "/v1/tasks" }),
            ("slash", { $0.target = "/v1/notes/" }),
            ("query", { $0.target = "/v1/notes?" }),
            ("encoding", { $0.target = "/v1/note%73" }),
            ("body", { $0.body = { Array(#"{"title":"Hello","content":"world"}"#.utf8) } }),
            ("no body", { $0.body = { [] } }),
            ("longer body", { $0.body = { Array(#"{"title":"Hello","content":"World"}"#.utf8) + [0x0a] } }),
            ("tenant", { $0.tenant = "org_01HZX3Y4Z5A6B7C8D9E0F1G2H4" }),
            ("token", { $0.authorization = "Bearer header.payload.signaturf" }),
            ("no token", { $0.authorization = nil }),
            ("scheme's case", { $0.authorization = "bearer header.payload.signature" }),
            ("nonce", { $0.nonce = "AgICAgICAgICAgICAgICAw" }),
            ("timestamp", { $0.timestamp = "1764000000124" }),
            ("key", { $0.signature = $0.signature?.replacing("k=k1", with: "k=k2") }),
            ("unknown key", { $0.signature = $0.signature?.replacing("k=k1", with: "k=k3") }),
            ("key's case", { $0.signature = $0.signature?.replacing("k=k1", with: "k=K1") }),
        ]
        let proof = try proof(TenantClock(time))
        for (name, change) in changes {
            #expect(await outcome(write.with(change), proof) == .failure(.signature), "\(name)")
        }
        // None of these has used the nonce up.
        #expect(await outcome(write, proof) == .success("org_01HZX3Y4Z5A6B7C8D9E0F1G2H3"))
    }

    @Test("what isn't written as it must be is malformed")
    func malformed() async throws {
        let proof = try proof(secret: "test-secret", TenantClock(time))
        let good = try #require(write.signature)
        let code = good.dropFirst("v2;k=k1;s=".count)
        let v1 = String(repeating: "0", count: 64)
        let signatures = [
            good + "=", good + " ", " " + good, good + ",", good + ", ", good + ",\(good)", good + ",  \(good)", good + ";",
            "V2" + good.dropFirst(2),
            "v2; k=k1;s=\(code)", "v2;k=k1; s=\(code)", "v2;s=\(code);k=k1", "v2;k=;s=\(code)", "v2;k=k1;s=", "v2;k=k1", "v2;k=", "v2;",
            "v2",
            "v3;k=k1;s=\(code)", "v2;k=k:1;s=\(code)", "v2;k=ké;s=\(code)", "v2;k=\(String(repeating: "k", count: 33));s=\(code)",
            "v2;k=k1;s=\(code.dropLast())", "v2;k=k1;s=\(code)A", "v2;k=k1;s=\(code.replacing("-", with: "+"))",
            // Bits after the last byte: the same 32 bytes for a lenient reader.
            "v2;k=k1;s=\(code.dropLast())h", "\(good), \(good), \(good), \(good)", "\(good), \(v1)", "\(v1), \(good)", "\(v1), \(v1)",
            "\(good)\u{a0}", "\(good),\u{a0}\(good)",
        ]
        for signature in signatures {
            #expect(await outcome(write.with { $0.signature = signature }, proof) == .failure(.malformed), "\(signature)")
        }
        let nonces: [String?] = [
            nil, "", "AgICAgICAgICAgICAgICA", "AgICAgICAgICAgICAgICAgI", "AgICAgICAgICAgICAgICAg==", "AgICAgICAgICAgICAgICAh",
            "+gICAgICAgICAgICAgICAg", "/gICAgICAgICAgICAgICAg", " AgICAgICAgICAgICAgICA", "AgICAgICAgICAgICAgICAé",
        ]
        for nonce in nonces {
            #expect(await outcome(write.with { $0.nonce = nonce }, proof) == .failure(.malformed), "\(nonce ?? "none")")
        }
        #expect(await outcome(write, proof) == .success("org_01HZX3Y4Z5A6B7C8D9E0F1G2H3"))
    }

    @Test("T-3 and never again 20: a write is taken once, a read as often as one likes")
    func replayed() async throws {
        let proof = try proof(TenantClock(time))
        #expect(await outcome(write, proof) == .success("org_01HZX3Y4Z5A6B7C8D9E0F1G2H3"))
        for _ in 0..<3 { #expect(await outcome(write, proof) == .failure(.replayed)) }
        let read = TenantVectors.v2[0].request
        for _ in 0..<3 { #expect(await outcome(read, proof) == .success("org_01HZX3Y4Z5A6B7C8D9E0F1G2H3")) }
    }

    @Test("every method but GET is taken once", arguments: ["HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "get"])
    func methods(method: String) async throws {
        let signer = try #require(TenantSigner(keyring: try TenantKeyring(text: TenantVectors.ring)))
        let request = try SignedRequest(method: method, target: "/", tenant: "t").signed(by: signer, at: time)
        let proof = try proof(TenantClock(time))
        #expect(await outcome(request, proof) == .success("t"))
        #expect(await outcome(request, proof) == .failure(.replayed))
    }

    @Test("of the same write many times at once, one is taken")
    func atOnce() async throws {
        let proof = try proof(TenantClock(time))
        let outcomes = await withTaskGroup(of: Result<String, TenantProofFault>.self) { group in
            for _ in 0..<32 { group.addTask { await outcome(write, proof) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.filter { $0 == .success("org_01HZX3Y4Z5A6B7C8D9E0F1G2H3") }.count == 1)
        #expect(outcomes.filter { $0 == .failure(.replayed) }.count == 31)
    }

    @Test("one nonce is another for another tenant or another key")
    func nonces() async throws {
        let ring = TenantVectors.ring.split(separator: ",")
        let proof = try proof(TenantClock(time))
        let nonce = [UInt8](repeating: 9, count: 16)
        for text in [TenantVectors.ring, "\(ring[1]),\(ring[0])"] {
            let signer = try #require(TenantSigner(keyring: try TenantKeyring(text: text)))
            for tenant in ["a", "b"] {
                let request = try SignedRequest(method: "POST", target: "/", tenant: tenant).signed(by: signer, at: time, nonce: nonce)
                #expect(await outcome(request, proof) == .success(tenant))
                #expect(await outcome(request, proof) == .failure(.replayed))
            }
        }
    }

    @Test("T-4: the window is what is set, its ends included", arguments: [1, 60, 300])
    func window(seconds: Int) async throws {
        let signer = try #require(TenantSigner(keyring: try TenantKeyring(text: TenantVectors.ring)))
        let proof = try proof(window: seconds, TenantClock(time))
        let end = Int64(seconds) * 1000
        let request = SignedRequest(method: "POST", target: "/", tenant: "t")
        for offset in [0, 1, -1, end - 1, 1 - end, end, -end] {
            #expect(await outcome(try request.signed(by: signer, at: time + offset), proof) == .success("t"), "\(offset)")
        }
        for offset in [end + 1, -end - 1, 2 * end, -2 * end, 1_000_000_000, -1_000_000_000] {
            #expect(await outcome(try request.signed(by: signer, at: time + offset), proof) == .failure(.clockSkew), "\(offset)")
        }
    }

    @Test("a write can't be repeated at any time, from one end of the window to the other")
    func wholeWindow() async throws {
        let signer = try #require(TenantSigner(keyring: try TenantKeyring(text: TenantVectors.ring)))
        // Signed by a clock that is as far ahead as may be: good for twice the window.
        let clock = TenantClock(time)
        let proof = try proof(clock)
        let request = try SignedRequest(method: "POST", target: "/", tenant: "t").signed(by: signer, at: time + 60_000)
        #expect(await outcome(request, proof) == .success("t"))
        for _ in 0..<120 {
            clock.advance(milliseconds: 1000)
            #expect(await outcome(request, proof) == .failure(.replayed))
        }
        clock.advance(milliseconds: 1)
        #expect(await outcome(request, proof) == .failure(.clockSkew))
    }

    @Test("of several signatures one that is good is enough, and its key's use is told")
    func several() async throws {
        let uses = Mutex<[TenantProof.KeyUse]>([])
        let proof = try proof(capacity: 1000, TenantClock(time)) { use in uses.withLock { $0.append(use) } }
        let good = try #require(write.signature)
        let wrong = "v2;k=k2;s=" + String(repeating: "A", count: 43)
        let unknown = "v2;k=k9;s=" + String(repeating: "A", count: 43)
        let read = TenantVectors.v2[0].request
        let readSignature = try #require(read.signature)
        for list in [["!", unknown], [unknown, "!"], [wrong, unknown, "!"], ["!", "!"], [wrong, "!"]] {
            let signature = list.map { $0 == "!" ? readSignature : $0 }.joined(separator: ", ")
            #expect(await outcome(read.with { $0.signature = signature }, proof) == .success("org_01HZX3Y4Z5A6B7C8D9E0F1G2H3"))
        }
        #expect(uses.withLock { Set($0.map { "\($0)" }) } == [#"v2(keyID: "k1")"#])
        #expect(await outcome(write.with { $0.signature = "\(unknown), \(wrong)" }, proof) == .failure(.signature))
        #expect(await outcome(write.with { $0.signature = "\(unknown), \(good)" }, proof) == .success("org_01HZX3Y4Z5A6B7C8D9E0F1G2H3"))
        #expect(await outcome(write, proof) == .failure(.replayed))
    }

    @Test("a write with two good signatures can't be repeated with one of them")
    func stripped() async throws {
        let ring = TenantVectors.ring.split(separator: ",")
        let nonce = [UInt8](repeating: 9, count: 16)
        let both = try [TenantVectors.ring, "\(ring[1]),\(ring[0])"].map { text in
            let signer = try #require(TenantSigner(keyring: try TenantKeyring(text: text)))
            return try SignedRequest(method: "POST", target: "/", tenant: "t").signed(by: signer, at: time, nonce: nonce)
        }
        let proof = try proof(TenantClock(time))
        let signatures = both.compactMap(\.signature)
        #expect(await outcome(both[0].with { $0.signature = signatures.joined(separator: ", ") }, proof) == .success("t"))
        for request in both { #expect(await outcome(request, proof) == .failure(.replayed)) }
    }

    @Test("a write whose second key isn't known yet can't be repeated with it once it is")
    func lateKey() async throws {
        let ring = TenantVectors.ring.split(separator: ",")
        let nonce = [UInt8](repeating: 9, count: 16)
        let both = try ring.map { text in
            let signer = try #require(TenantSigner(keyring: try TenantKeyring(text: String(text))))
            return try SignedRequest(method: "POST", target: "/", tenant: "t").signed(by: signer, at: time, nonce: nonce)
        }
        let proof = try proof(ring: String(ring[0]), TenantClock(time))
        #expect(await outcome(both[1], proof) == .failure(.signature))
        let signature = both.compactMap(\.signature).joined(separator: ", ")
        #expect(await outcome(both[0].with { $0.signature = signature }, proof) == .success("t"))
        proof.replace(try TenantKeyring(text: TenantVectors.ring))
        #expect(await outcome(both[1], proof) == .failure(.replayed))
    }

    @Test("format comes before the window, the window before the signature, the signature before the nonce; the body is read last")
    func order() async throws {
        let proof = try proof(TenantClock(time))
        let wrong = "v2;k=k1;s=" + String(repeating: "A", count: 43)
        let read = Mutex(0)
        let body: @Sendable () -> [UInt8] = {
            read.withLock { $0 += 1 }
            return Array(#"{"title":"Hello","content":"World"}"#.utf8)
        }
        let late = write.with {
            $0.timestamp = "1000000000000"
            $0.signature = wrong
            $0.body = body
        }
        #expect(await outcome(late.with { $0.nonce = "short" }, proof) == .failure(.malformed))
        #expect(await outcome(late, proof) == .failure(.clockSkew))
        #expect(read.withLock { $0 } == 0)
        #expect(await outcome(write, proof) == .success("org_01HZX3Y4Z5A6B7C8D9E0F1G2H3"))
        #expect(await outcome(write.with { $0.signature = wrong }, proof) == .failure(.signature))
    }

    @Test("when there is no room for another nonce, writes are refused and reads go on, until some have ended")
    func full() async throws {
        let signer = try #require(TenantSigner(keyring: try TenantKeyring(text: TenantVectors.ring)))
        let clock = TenantClock(time)
        let proof = try proof(capacity: 2, clock)
        func request(_ method: String) throws -> SignedRequest {
            try SignedRequest(method: method, target: "/", tenant: "t").signed(by: signer, at: clock.wall)
        }
        for _ in 0..<2 { #expect(await outcome(try request("POST"), proof) == .success("t")) }
        #expect(await outcome(try request("POST"), proof) == .failure(.unavailable))
        #expect(await outcome(try request("GET"), proof) == .success("t"))
        clock.advance(milliseconds: 120_001)
        #expect(await outcome(try request("POST"), proof) == .success("t"))
    }

    @Test("a secret alone is the key named default; beside a keyring it isn't")
    func defaultKey() async throws {
        let vector = TenantVectors.v2[6]
        let clock = TenantClock(vector.time)
        #expect(await outcome(vector.request, try proof(secret: "test-secret", ring: nil, clock)) == .success(vector.tenant))
        #expect(await outcome(vector.request, try proof(secret: "test-secret", clock)) == .failure(.signature))
        // Not split, as the first version's is.
        #expect(await outcome(vector.request, try proof(secret: "test-secret,old", ring: nil, clock)) == .failure(.signature))
    }

    @Test("P-16: a key is added second, put first, and the old one removed; no request fails, and the use of the old one is seen to end")
    func rotation() async throws {
        let ring = TenantVectors.ring.split(separator: ",").map(String.init)
        let uses = Mutex<[TenantProof.KeyUse]>([])
        let proof = try proof(ring: ring[0], TenantClock(time)) { use in uses.withLock { $0.append(use) } }
        // What signers and server hold, step by step; either may be first to know.
        let steps = [(0, "0"), (0, "01"), (1, "01"), (1, "10"), (1, "1")]
        for (signing, held) in steps {
            proof.replace(try TenantKeyring(text: held.map { ring[$0 == "0" ? 0 : 1] }.joined(separator: ",")))
            uses.withLock { $0.removeAll() }
            let signer = try #require(TenantSigner(keyring: try TenantKeyring(text: ring[signing])))
            let request = try SignedRequest(method: "POST", target: "/", tenant: "t").signed(by: signer, at: time)
            #expect(await outcome(request, proof) == .success("t"))
            #expect(uses.withLock { $0 } == [.v2(keyID: signing == 0 ? "k1" : "k2")])
        }
    }
}
