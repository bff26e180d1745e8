import APIClient
import Auth
import Gateway
import Synchronization
import Testing
import ToolBridge

@Suite struct UpstreamTenantTests {
    private let time = VirtualTime()
    private let asked = Counter()

    final class Counter: Sendable {
        private let value = Mutex(0)
        func add() { value.withLock { $0 += 1 } }
        var count: Int { value.withLock { $0 } }
    }

    private func tenants(fixed: String? = nil, _ answer: TenantAnswer) -> UpstreamTenants {
        UpstreamTenants(fixed: fixed, clocks: time.clocks) { [asked] _ in
            asked.add()
            return .success(answer)
        }
    }

    private func caller(_ subject: String? = "alice", names tenant: String? = nil, issuer: String = "https://a.example") -> GatewayCaller {
        GatewayCaller(
            principal: subject.map { Principal(issuer: issuer, subject: $0) },
            token: Secret("token"),
            digest: "",
            namedTenant: tenant,
            client: nil,
            origin: APIRequestOrigin()
        )
    }

    private func tenant(_ tenants: UpstreamTenants, _ caller: GatewayCaller) async throws -> String? {
        guard case .tenant(let tenant) = try await tenants.decision(for: caller) else { return nil }
        return tenant
    }

    @Test func `The fixed tenant comes before what a client names`() async throws {
        let tenants = tenants(fixed: "fixed", .one("resolved"))
        #expect(try await tenant(tenants, caller(names: "named")) == "fixed")
        #expect(try await tenant(tenants, caller(nil)) == "fixed")
        #expect(asked.count == 0)
    }

    @Test func `What a client names comes before what the API says, if it can be a tenant`() async throws {
        let tenants = tenants(.one("resolved"))
        #expect(try await tenant(tenants, caller(names: "named")) == "named")
        await #expect(throws: ItemError.self) { try await tenants.decision(for: caller(names: "a b")) }
        #expect(asked.count == 0)
    }

    @Test func `Never again 18: the API is asked once in five minutes, for each issuer's subject`() async throws {
        let tenants = tenants(.one("resolved"))
        for _ in 0..<3 { #expect(try await tenant(tenants, caller()) == "resolved") }
        #expect(asked.count == 1)
        #expect(tenants.knownTenant(of: caller()) == "resolved" && tenants.knownTenant(of: caller("bob")) == nil)
        _ = try await tenant(tenants, caller(issuer: "https://b.example"))
        #expect(asked.count == 2)
        time.pass(.seconds(299))
        _ = try await tenant(tenants, caller())
        #expect(asked.count == 2)
        time.pass(.seconds(1))
        _ = try await tenant(tenants, caller())
        #expect(asked.count == 3)
    }

    @Test func `One of several is chosen, and the choice counts as long as it is among them`() async throws {
        let organizations = [Organization(id: "org_A", name: "A"), Organization(id: "org_B", name: "B")]
        let tenants = tenants(.several(organizations))
        guard case .choice(let offered) = try await tenants.decision(for: caller()) else {
            Issue.record("nothing to choose")
            return
        }
        #expect(offered == organizations)
        let alice = Principal(issuer: "https://a.example", subject: "alice")
        tenants.choices.remember("org_C", of: alice)
        #expect(try await tenant(tenants, caller()) == nil)
        tenants.choices.remember("org_B", of: alice)
        #expect(try await tenant(tenants, caller()) == "org_B")
        #expect(try await tenant(tenants, caller("bob")) == nil)
    }

    @Test func `Who belongs to none is refused, and asked for anew`() async throws {
        let tenants = tenants(.none)
        for _ in 0..<2 {
            let error = await #expect(throws: ItemError.self) { try await tenants.decision(for: caller()) }
            #expect(error?.code == .tenantForbidden)
        }
        #expect(asked.count == 2)
    }

    @Test func `Never again 7: without a verified principal the API isn't asked`() async throws {
        let tenants = tenants(.one("resolved"))
        let error = await #expect(throws: ItemError.self) { try await tenants.decision(for: caller(nil)) }
        #expect(error?.code == .tenantRequired && asked.count == 0)
    }
}
