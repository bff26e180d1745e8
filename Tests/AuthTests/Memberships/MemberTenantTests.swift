import Auth
import Testing
import ToolBridge

/// What memberships decide about tenants, at each door.
@Suite("Tenants of members")
struct MemberTenantTests {
    let clock = VirtualClock()
    let workOS = FakeWorkOS()
    let choices: TenantChoices

    init() {
        let clock = clock
        choices = TenantChoices(now: { clock.clocks.monotonic() })
        workOS.set(("one", "org_A"), ("two", "org_A"), ("two", "org_B"))
    }

    /// Development's subjects stand in for verified ones: what follows is the same.
    func policy(deny: Bool = false, fixed: String? = nil) -> CallerPolicy {
        let settings = WorkOSSettings(keys: [Secret("k")], defaultTenant: "home", allowsNonMembers: !deny)
        let memberships = WorkOSMemberships(settings, outbound: workOS, clocks: clock.clocks)
        let tenants = TenantPolicy(defaultTenant: "home", fixedTenant: fixed, memberships: memberships, choices: choices)
        return CallerPolicy(tokens: .none, takesDebugSubject: true, tenants: tenants)
    }

    func outcome(_ policy: CallerPolicy, _ subject: String, _ tenant: String?, _ door: Door) async -> String {
        do throws(AuthError) {
            let caller = try await policy.caller(Credentials(debugSubject: subject, tenant: tenant), at: door)
            return caller?.owner?.tenant ?? "choice of \(caller?.organizations.map(\.id) ?? [])"
        } catch {
            return "\(error)"
        }
    }

    @Test(
        "data routes want a name, sessions and MCP find it where there is only one",
        arguments: [
            ("one", "org_A", ["org_A", "org_A", "org_A"]), ("one", "org_B", ["tenantForbidden", "tenantForbidden", "tenantForbidden"]),
            ("one", "home", ["tenantForbidden", "tenantForbidden", "tenantForbidden"]), ("one", nil, ["tenantRequired", "org_A", "org_A"]),
            ("two", "org_B", ["org_B", "org_B", "org_B"]),
            ("two", nil, ["tenantRequired", "tenantRequired", #"choice of ["org_A", "org_B"]"#]),
            ("none", "home", ["home", "home", "home"]), ("none", nil, ["tenantRequired", "home", "home"]),
            ("none", "org_A", ["tenantForbidden", "tenantForbidden", "tenantForbidden"]),
        ] as [(String, String?, [String])]
    )
    func doors(subject: String, tenant: String?, expected: [String]) async {
        for (door, outcome) in zip([Door.data, .sessions, .mcp], expected) {
            #expect(await self.outcome(policy(), subject, tenant, door) == outcome, "\(door)")
        }
    }

    @Test("whoever belongs nowhere gets nothing where that is denied")
    func denied() async {
        for (tenant, door) in [("home", Door.data), (nil, .sessions), (nil, .mcp), ("home", .mcp)] as [(String?, Door)] {
            #expect(await outcome(policy(deny: true), "none", tenant, door) == "tenantForbidden")
        }
    }

    @Test("P-11: an outage is an outage at every door, never a no")
    func outage() async {
        workOS.set { $0.always = .status(503) }
        for (tenant, door) in [("org_A", Door.data), ("home", .data), (nil, .sessions), (nil, .mcp), ("org_A", .mcp)] as [(String?, Door)] {
            #expect(await outcome(policy(), "one", tenant, door) == "unavailable(retryAfter: 1)", "\(door)")
        }
    }

    @Test("a choice counts at MCP, for a day, for its principal alone, and only among the tenants to which it belongs then")
    func choice() async throws {
        let policy = policy()
        let two = Principal(issuer: "", subject: "two")
        choices.remember("org_B", of: two)
        #expect(await outcome(policy, "two", nil, .mcp) == "org_B")
        let caller = try await policy.caller(Credentials(debugSubject: "two"), at: .mcp)
        #expect(caller?.hasChosen == true)
        let named = try await policy.caller(Credentials(debugSubject: "two", tenant: "org_B"), at: .mcp)
        #expect(named?.hasChosen == false)
        #expect(await outcome(policy, "two", "org_A", .mcp) == "org_A", "a name is stronger")
        #expect(await outcome(policy, "two", nil, .data) == "tenantRequired")
        choices.remember("org_B", of: Principal(issuer: "", subject: "one"))
        #expect(await outcome(policy, "one", nil, .mcp) == "org_A")
        // Removed from the chosen one.
        workOS.set(("two", "org_A"), ("two", "org_C"))
        clock.advance(.seconds(60))
        #expect(await outcome(policy, "two", nil, .mcp) == #"choice of ["org_A", "org_C"]"#)
        choices.remember("org_C", of: two)
        clock.advance(.seconds(86_399))
        #expect(await outcome(policy, "two", nil, .mcp) == "org_C")
        clock.advance(.seconds(1))
        #expect(await outcome(policy, "two", nil, .mcp) == #"choice of ["org_A", "org_C"]"#)
    }

    @Test("a configured tenant is MCP's, for its members")
    func fixed() async {
        #expect(await outcome(policy(fixed: "org_B"), "two", nil, .mcp) == "org_B")
        #expect(await outcome(policy(fixed: "org_B"), "one", nil, .mcp) == "tenantForbidden")
    }
}
