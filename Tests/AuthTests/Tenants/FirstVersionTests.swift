import Auth
import Synchronization
import Testing
import ToolBridge

@Suite("Tenants signed by the first version")
struct FirstVersionTests {
    let time: Int64 = 1_730_635_200_000
    let vector = TenantVectors.v1[0]

    private func request(_ tenant: String?, _ timestamp: String?, _ signature: String?) -> SignedRequest {
        SignedRequest(method: "POST", target: "/v1/notes", tenant: tenant, timestamp: timestamp, signature: signature)
    }

    /// Signed for whatever the headers say.
    private func signed(_ timestamp: Int64, key: String = "test-secret") throws -> SignedRequest {
        try request("tenant_b2c_default", nil, nil).signed(by: TenantSigner(secret: Secret(key)), at: timestamp)
    }

    @Test("each vector is made and taken, at any method and target, again and again", arguments: TenantVectors.v1)
    func vectors(vector: TenantVectors.First) async throws {
        let time = try #require(Int64(vector.timestamp))
        let proof = try proof(secret: vector.key, ring: nil, TenantClock(time))
        let request = request(vector.tenant, vector.timestamp, vector.signature)
        for method in ["GET", "POST", "POST"] {
            #expect(await outcome(request.with { $0.method = method }, proof) == .success(vector.tenant))
        }
        let made = try TenantSigner(secret: Secret(vector.key)).headers(request, at: Timestamp(milliseconds: time))
        #expect(made.signature == vector.signature && made.timestamp == vector.timestamp && made.nonce == nil)
    }

    @Test("a secret that looks like base64 isn't decoded")
    func notDecoded() async throws {
        let proof = try proof(secret: "secret-that-looks-like-base64", ring: nil, TenantClock(1_764_000_000_123))
        let vector = TenantVectors.v1[2]
        #expect(await outcome(request(vector.tenant, vector.timestamp, vector.signature), proof) == .failure(.signature))
    }

    @Test("never again 21 and T-4: a signature or a time that isn't written as it must be is malformed, and the process lives")
    func malformed() async throws {
        let proof = try proof(secret: vector.key, ring: nil, TenantClock(time))
        let good = vector.signature
        let signatures = [
            good.uppercased(), String(good.dropLast()), good + "0", "", "0x" + good.dropFirst(2), " " + good.dropFirst(), good + " ",
            good + ", " + good, "v1;" + good, "٢" + good.dropFirst(2), "v2;k=k1;s=" + good, good.prefix(62) + "é",
        ]
        for signature in signatures {
            #expect(await outcome(request(vector.tenant, vector.timestamp, signature), proof) == .failure(.malformed), "\(signature)")
        }
        let times = [
            "+1730635200000", " 1730635200000", "1730635200000 ", "01730635200000", "1.7e12", "1e3", "+5", " 5", "-9223372036854775808",
            "-1730635200000", "9223372036854775807", String(repeating: "9", count: 30), "١٧٣٠٦٣٥٢٠٠٠٠٠", "0730635200000", "173063520000",
            "17306352000000", "", "nan", "0x1p3", "173063520000\u{301}", "+730635200000", "-730635200000", "1730635200.00", "1730635 20000",
        ]
        for timestamp in times {
            #expect(await outcome(request(vector.tenant, timestamp, good), proof) == .failure(.malformed), "\(timestamp)")
        }
        for tenant in ["", "a b", "tenant/a", "té", String(repeating: "t", count: 129), "a\u{0}", "a,b"] {
            #expect(await outcome(request(tenant, vector.timestamp, good), proof) == .failure(.malformed), "\(tenant)")
        }
        #expect(await outcome(request(vector.tenant, vector.timestamp, good), proof) == .success(vector.tenant))
    }

    @Test("any digit changed, another tenant or another time: the signature is wrong")
    func wrong() async throws {
        let clock = TenantClock(time)
        let proof = try proof(secret: vector.key, ring: nil, clock)
        let digits = Array(vector.signature.utf8)
        for index in digits.indices {
            var other = digits
            other[index] = other[index] == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
            let request = request(vector.tenant, vector.timestamp, String(decoding: other, as: UTF8.self))
            #expect(await outcome(request, proof) == .failure(.signature))
        }
        #expect(await outcome(request("tenant_b2c_defaulT", vector.timestamp, vector.signature), proof) == .failure(.signature))
        #expect(await outcome(request(vector.tenant, "1730635200001", vector.signature), proof) == .failure(.signature))
    }

    @Test("T-4: the window is 300 s each way, its ends included, whatever the window of v2")
    func window() async throws {
        let proof = try proof(secret: vector.key, ring: nil, window: 1, TenantClock(time))
        for offset: Int64 in [0, 60_001, -60_001, 299_999, -299_999, 300_000, -300_000] {
            #expect(await outcome(try signed(time + offset), proof) == .success("tenant_b2c_default"), "\(offset)")
        }
        for offset: Int64 in [300_001, -300_001, 600_000, -600_000] {
            #expect(await outcome(try signed(time + offset), proof) == .failure(.clockSkew), "\(offset)")
        }
    }

    @Test("a server's clock that is out of its mind refuses and doesn't stop the process", arguments: [Int64.min, -1, 0, Int64.max])
    func strangeClock(now: Int64) async throws {
        let proof = try proof(secret: vector.key, ring: nil, TenantClock(now))
        #expect(await outcome(request(vector.tenant, vector.timestamp, vector.signature), proof) == .failure(.clockSkew))
    }

    @Test("what isn't there is missing, before anything is read", arguments: 0..<7)
    func missing(bits: Int) async throws {
        let proof = try proof(secret: vector.key, ring: nil, TenantClock(time))
        let request = request(bits & 1 > 0 ? " " : nil, bits & 2 > 0 ? "x" : nil, bits & 4 > 0 ? "x" : nil)
        #expect(await outcome(request, proof) == .failure(.missing))
    }

    @Test("format comes before the window, the window before the signature")
    func order() async throws {
        let proof = try proof(secret: vector.key, ring: nil, TenantClock(time))
        let zeros = String(repeating: "0", count: 64)
        #expect(await outcome(request("bad tenant", "1000000000000", zeros), proof) == .failure(.malformed))
        #expect(await outcome(request("t", "1000000000000", "Z"), proof) == .failure(.malformed))
        #expect(await outcome(request("t", "1000000000000", zeros), proof) == .failure(.clockSkew))
        #expect(await outcome(request("t", "\(time)", zeros), proof) == .failure(.signature))
    }

    @Test("a secret with commas verifies as a whole and by each of its parts; a signer never splits it, and which one was used is told")
    func parts() async throws {
        let uses = Mutex<[TenantProof.KeyUse]>([])
        let proof = try proof(secret: "new,old", ring: nil, TenantClock(time)) { use in uses.withLock { $0.append(use) } }
        for key in ["new,old", "new", "old"] {
            #expect(await outcome(try signed(time, key: key), proof) == .success("tenant_b2c_default"))
        }
        for key in ["", ",", "new,", "old,new", "newold"] {
            #expect(await outcome(try signed(time, key: key), proof) == .failure(.signature), "\(key)")
        }
        #expect(uses.withLock { $0 } == [.v1(part: 0), .v1(part: 1), .v1(part: 2)])
    }

    @Test("no part of a secret is empty", arguments: ["a,", ",a", "a,,b", ",", "a, ,b"])
    func emptyParts(secret: String) async throws {
        let proof = try proof(secret: secret, ring: nil, TenantClock(time))
        #expect(await outcome(try signed(time, key: ""), proof) == .failure(.signature))
    }

    @Test("a keyring alone takes the second version alone")
    func keyringAlone() async throws {
        let proof = try proof(TenantClock(time))
        #expect(await outcome(request(vector.tenant, vector.timestamp, vector.signature), proof) == .failure(.signature))
    }
}
