import APIClient
import Auth
import Testing
import ToolBridge

/// What is learnt from answers and their absence: the API's clock, and that it can't be reached.
@Suite struct ClockAndBreakerTests {
    private let time = TestTime()
    private static let now: Int64 = 1_772_359_200_000

    private func client(_ transport: ScriptedTransport, skew: Duration = .seconds(300), signer: TenantSigner?) -> APIClient {
        APIClient(APISettings(tenants: signer, maximumSkew: skew), transport: transport, clocks: time.clocks)
    }

    private static func signer() throws -> TenantSigner {
        try #require(TenantSigner(keyring: TenantKeyring(text: "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")))
    }

    /// 2026-03-01T10:00:00Z is the tests' now.
    private static func date(_ minute: Int, _ second: Int) -> [(name: String, value: String)] {
        let two = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return [("Date", "Sun, 01 Mar 2026 10:\(two(minute)):\(two(second)) GMT")]
    }

    private static func skewed(_ minute: Int, _ second: Int) -> Result<APIResponse, TransportFault> {
        let body = #"{"error":"Unauthorized: invalid tenant headers","code":"invalid_tenant_headers","reason":"clock_skew"}"#
        return .json(401, body, date(minute, second))
    }

    @Test func `deployment § 3.6: a signature that came too late is made once more with the API's clock`() async throws {
        for isNamed in [true, false] {
            let old = Result<APIResponse, TransportFault>.json(401, "Unauthorized: invalid tenant headers", Self.date(4, 0))
            let transport = ScriptedTransport([isNamed ? Self.skewed(4, 0) : old, .note, .note])
            let items = client(transport, signer: isNamed ? try Self.signer() : TenantSigner(secret: Secret("test-secret"))).items(
                TokenSource("t").credentials()
            )
            #expect(await items.note().value != nil)
            #expect(await items.note().value != nil)
            let times = transport.requests.map { $0.header("X-TB-Timestamp") }
            #expect(times == ["\(Self.now)", "\(Self.now + 240_000)", "\(Self.now + 240_000)"])
            #expect(Set(transport.requests.map { $0.header("X-TB-Nonce") }).count == (isNamed ? 3 : 1))
            #expect(transport.requests.allSatisfy { $0.header("X-TB-Signature")?.hasPrefix("v2;k=k1;s=") == isNamed })
        }
    }

    @Test func `An offset beyond the limit isn't believed, and a clock that is right changes nothing`() async throws {
        let transport = ScriptedTransport([Self.skewed(1, 1), .note])
        let items = client(transport, skew: .seconds(60), signer: try Self.signer()).items(TokenSource("t").credentials())
        #expect(await items.note().error?.code == .invalidTenantHeaders)
        #expect(transport.requests.map { $0.header("X-TB-Timestamp") } == ["\(Self.now)"])
        let near = ScriptedTransport([Self.skewed(1, 0), .note])
        #expect(await client(near, skew: .seconds(60), signer: try Self.signer()).items(TokenSource("t").credentials()).note().value != nil)
        #expect(near.requests.last?.header("X-TB-Timestamp") == "\(Self.now + 60_000)")
        let right = ScriptedTransport([Self.skewed(0, 0), .note])
        let refused = await client(right, signer: try Self.signer()).items(TokenSource("t").credentials()).note()
        #expect(refused.error?.code == .invalidTenantHeaders)
        #expect(right.requests.count == 1)
    }

    @Test func `P-20: after a jump of the clock connections are dropped and the time is asked for before anything is signed`() async throws
    {
        let transport = ScriptedTransport { request, _ in
            request.target == "/healthz" ? .json(200, "ok", Self.date(0, 0)) : .note
        }
        let items = client(transport, signer: try Self.signer()).items(TokenSource("t").credentials())
        #expect(await items.note().value != nil)
        // The machine slept for two minutes, and its clock has not noticed.
        time.advance(.seconds(120))
        time.shift(milliseconds: -130_000)
        #expect(await items.note().value != nil)
        #expect(transport.lines.map { $0.hasSuffix("/healthz") } == [false, true, false] && transport.forgotten >= 1)
        #expect(transport.requests.last?.header("X-TB-Timestamp") == "\(Self.now)")
        #expect(await items.note().value != nil)
        #expect(transport.requests.count == 4)
    }

    @Test func `P-20: however many ask after a jump, the time is asked for once and connections are dropped once`() async throws {
        let transport = ScriptedTransport { request, _ in
            request.target == "/healthz" ? .json(200, "ok", Self.date(0, 0)) : .note
        }
        let items = client(transport, signer: try Self.signer()).items(TokenSource("t").credentials())
        #expect(await items.note().value != nil)
        time.advance(.seconds(120))
        time.shift(milliseconds: -130_000)
        let count = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 { group.addTask { await items.note().value != nil } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(count == 20)
        #expect(transport.lines.filter { $0.hasSuffix("/healthz") }.count == 1 && transport.forgotten == 1)
    }

    @Test func `A proxy that hides the API's time costs one question, not one for each request`() async throws {
        let transport = ScriptedTransport { request, _ in request.target == "/healthz" ? .json(200, "ok") : .note }
        let items = client(transport, signer: try Self.signer()).items(TokenSource("t").credentials())
        #expect(await items.note().value != nil)
        time.shift(milliseconds: 60_000)
        for _ in 0..<3 { #expect(await items.note().value != nil) }
        #expect(transport.lines.filter { $0.hasSuffix("/healthz") }.count == 1)
    }

    @Test func `Five requests without an answer cut the API off, and one a second looks whether it is back`() async throws {
        let isUp = Switch()
        let transport = ScriptedTransport { _, _ in isUp.isOn ? .note : .failure(.tooSlow) }
        let client = client(transport, signer: nil)
        let items = client.items(TokenSource("t").credentials())
        for _ in 0..<5 { #expect(await items.note().error?.code == .unavailable) }
        #expect(client.isCut)
        for _ in 0..<10 { #expect(await items.note().error?.code == .unavailable) }
        #expect(transport.requests.count == 5)
        for _ in 0..<3 {
            time.advance(.milliseconds(1001))
            for _ in 0..<4 { _ = await items.note() }
        }
        #expect(transport.requests.count == 8)
        isUp.isOn = true
        #expect(await items.note().error != nil)
        time.advance(.milliseconds(1001))
        #expect(await items.note().value != nil)
        #expect(!client.isCut)
        #expect(await items.note().value != nil)
    }

    @Test func `An API that answers, whatever it says, isn't cut off`() async throws {
        let transport = ScriptedTransport { _, number in number.isMultiple(of: 5) ? .json(500, "x") : .failure(.tooSlow) }
        let client = client(transport, signer: nil)
        let items = client.items(TokenSource("t").credentials())
        for _ in 0..<20 { _ = await items.note() }
        #expect(transport.requests.count == 20 && !client.isCut)
    }

    @Test func `A look at the API's health is never cut off, and ends the cut`() async throws {
        let isUp = Switch()
        let transport = ScriptedTransport { _, _ in isUp.isOn ? .json(200, "ok") : .failure(.notSent) }
        let client = client(transport, signer: nil)
        for _ in 0..<5 { #expect(await client.health() == false) }
        #expect(client.isCut)
        isUp.isOn = true
        #expect(await client.health() && !client.isCut)
    }

    @Test func `A call has one limit with all its repeats`() async throws {
        let time = time
        let transport = ScriptedTransport { _, _ in
            time.advance(.seconds(31))
            return .failure(.notSent)
        }
        #expect(await client(transport, signer: nil).items(TokenSource("t").credentials()).note().error?.code == .unavailable)
        #expect(transport.requests.count == 1)
    }
}
