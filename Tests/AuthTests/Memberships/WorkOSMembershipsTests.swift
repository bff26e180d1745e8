import Auth
import Synchronization
import Testing

@Suite("Memberships at WorkOS")
struct WorkOSMembershipsTests {
    let clock = VirtualClock()
    let workOS = FakeWorkOS()
    let waits = Recorder<Duration>()
    let events = Recorder<WorkOSEvent>()

    /// What is told to it, for later.
    final class Recorder<Value: Sendable>: Sendable {
        private let values = Mutex<[Value]>([])
        var all: [Value] { values.withLock { $0 } }
        func add(_ value: Value) { values.withLock { $0.append(value) } }
    }

    func memberships(deny: Bool = false, keys: [String] = ["sk_new"], defaultTenant: String = "home", capacity: Int = 100_000)
        -> WorkOSMemberships
    {
        var settings = WorkOSSettings(
            keys: keys.map { Secret($0) },
            baseURL: "https://workos.example/",
            defaultTenant: defaultTenant,
            allowsNonMembers: !deny
        )
        settings.capacity = capacity
        return WorkOSMemberships(
            settings,
            outbound: workOS,
            clocks: clock.clocks,
            wait: { [waits] in waits.add($0) },
            report: { [events] in events.add($0) }
        )
    }

    // MARK: Decisions

    @Test("one request asks for both ids, and an active membership of both alone opens the tenant")
    func one() async throws {
        workOS.set(("user_1", "org_A"), ("user_2", "org_B"))
        let memberships = memberships()
        #expect(try await memberships.allows("user_1", "org_A"))
        #expect(
            workOS.requests.map(\.url) == [
                "https://workos.example/user_management/organization_memberships?user_id=user_1&organization_id=org_A&limit=1"
            ]
        )
        #expect(workOS.requests.first?.key == "Bearer sk_new")
        #expect(try await !memberships.allows("user_1", "org_B"))
        #expect(try await !memberships.allows("user_2", "org_A"))
        workOS.set { #expect($0.limits.allSatisfy { $0 == .seconds(5) }) }
    }

    @Test("never again 5: inactive and pending memberships count as none", arguments: ["inactive", "pending", "ACTIVE", "", "active "])
    func inactive(status: String) async throws {
        workOS.set { $0.memberships = [.init(subject: "u", organization: "org_A", status: status)] }
        let memberships = memberships()
        #expect(try await !memberships.allows("u", "org_A"))
        #expect(try await memberships.organizations(of: "u").isEmpty)
        #expect(try await memberships.allows("u", "home"), "who is nowhere active belongs to nobody")
    }

    @Test("an answer about somebody else, or another organization, opens nothing")
    func others() async throws {
        for entry in [#""user_id":"v","organization_id":"org_A""#, #""user_id":"u","organization_id":"org_B""#] {
            workOS.set { $0.always = .status(200, #"{"data":[{\#(entry),"status":"active"}]}"#) }
            #expect(try await !memberships().allows("u", "org_A"))
        }
        workOS.set { $0.always = .status(200, #"{"data":[{"user_id":"v","organization_id":"org_A","status":"active"}]}"#) }
        #expect(try await memberships().organizations(of: "u").isEmpty)
    }

    @Test(
        "what can't be an organization's id is denied without a request",
        arguments: [
            "org_", "org", "tenant", "org_A/../x", "org_A&user_id=v", "org_A ", " org_A", "ORG_A", "org_A-b", "org_\u{e9}", "org_A\u{0}",
            "",
            "Home", "home ", "org_" + String(repeating: "A", count: 125),
        ]
    )
    func implausible(tenant: String) async throws {
        #expect(try await !memberships().allows("u", tenant))
        #expect(workOS.count == 0)
    }

    @Test("a subject's strange characters stay within their parameter")
    func encoding() async throws {
        let subject = "auth0|x y&organization_id=org_B#?%/é\u{1F600}"
        workOS.set((subject, "org_A"))
        let memberships = memberships()
        #expect(try await memberships.allows(subject, "org_A"))
        #expect(try await !memberships.allows(subject, "org_B"))
        let url = try #require(workOS.requests.first?.url)
        #expect(
            url.hasSuffix("?user_id=auth0%7Cx%20y%26organization_id%3Dorg_B%23%3F%25%2F%C3%A9%F0%9F%98%80&organization_id=org_A&limit=1")
        )
    }

    @Test("the default tenant is open to those who belong nowhere, unless that is switched off")
    func defaultTenant() async throws {
        workOS.set(("member", "org_A"))
        let memberships = memberships()
        #expect(try await memberships.allows("nobody", "home"))
        #expect(workOS.requests.map(\.url).last?.hasSuffix("?user_id=nobody&limit=1") == true)
        #expect(try await !memberships.allows("member", "home"))
        let before = workOS.count
        let denying = self.memberships(deny: true)
        #expect(try await !denying.allows("nobody", "home"))
        #expect(!denying.allowsNonMembers && workOS.count == before)
    }

    @Test("the default tenant may itself be an organization")
    func defaultOrganization() async throws {
        workOS.set(("member", "org_D"), ("other", "org_A"))
        for (subject, isAllowed) in [("member", true), ("other", false), ("nobody", true)] {
            #expect(try await memberships(defaultTenant: "org_D").allows(subject, "org_D") == isAllowed)
        }
        #expect(try await !memberships(deny: true, defaultTenant: "org_D").allows("nobody", "org_D"))
    }

    @Test("an inactive membership in front doesn't hide an active one behind it")
    func behindInactive() async throws {
        workOS.set {
            $0.memberships = [
                .init(subject: "u", organization: "org_A", status: "inactive"), .init(subject: "u", organization: "org_B"),
            ]
        }
        #expect(try await !memberships().allows("u", "home"))
    }

    // MARK: Lists

    @Test("organizations come in the order of WorkOS, from all pages up to 1,000, the active ones alone")
    func lists() async throws {
        workOS.set { state in
            state.memberships = (0..<1205).map {
                FakeWorkOS.Membership(subject: "u", organization: "org_\($0)", name: $0 == 1 ? "" : "N \($0)")
            }
            state.memberships[0].status = "inactive"
        }
        let memberships = memberships()
        let organizations = try await memberships.organizations(of: "u")
        #expect(workOS.count == 10)
        #expect(organizations.count == 999)
        #expect(organizations.prefix(2) == [Organization(id: "org_1", name: "org_1"), Organization(id: "org_2", name: "N 2")])
        #expect(workOS.requests.map(\.url)[1].hasSuffix("?user_id=u&limit=100&after=100"))
        #expect(try await memberships.organizations(of: "u").count == 999)
        #expect(workOS.count == 10, "remembered")
    }

    // MARK: Windows

    @Test("an allowance is remembered for 60 s and a denial for 15 s, each from the moment of the question")
    func windows() async throws {
        workOS.set(("u", "org_A"))
        let memberships = memberships()
        for _ in 0..<3 {
            #expect(try await memberships.allows("u", "org_A"))
            #expect(try await !memberships.allows("u", "org_B"))
            #expect(try await memberships.organizations(of: "u").count == 1)
            #expect(try await memberships.organizations(of: "v").isEmpty)
        }
        #expect(workOS.count == 4)
        clock.advance(.milliseconds(14_999))
        _ = try await (memberships.allows("u", "org_B"), memberships.organizations(of: "v"))
        #expect(workOS.count == 4)
        clock.advance(.milliseconds(1))
        _ = try await (memberships.allows("u", "org_B"), memberships.organizations(of: "v"))
        #expect(workOS.count == 6)
        clock.advance(.milliseconds(44_999))
        _ = try await (memberships.allows("u", "org_A"), memberships.organizations(of: "u"))
        #expect(workOS.count == 6)
        clock.advance(.milliseconds(1))
        _ = try await (memberships.allows("u", "org_A"), memberships.organizations(of: "u"))
        #expect(workOS.count == 8)
    }

    @Test("never again 6, 18: whoever is removed loses the tenant within 60 s, and finds the default tenant only where that is allowed")
    func removed() async throws {
        for deny in [false, true] {
            workOS.set(("u", "org_A"))
            let memberships = memberships(deny: deny)
            #expect(try await memberships.allows("u", "org_A"))
            #expect(try await !memberships.allows("u", "home"))
            workOS.set { $0.memberships = [] }
            clock.advance(.seconds(60))
            #expect(try await !memberships.allows("u", "org_A"))
            #expect(try await memberships.allows("u", "home") == !deny)
        }
    }

    @Test("a question that takes long doesn't make its answer younger")
    func ageOfAnswers() async throws {
        workOS.set(("u", "org_A"))
        let memberships = memberships()
        workOS.hold()
        async let answer = memberships.allows("u", "org_A")
        while workOS.count == 0 { await Task.yield() }
        clock.advance(.seconds(4))
        workOS.release()
        #expect(try await answer)
        clock.advance(.seconds(56))
        _ = try await memberships.allows("u", "org_A")
        #expect(workOS.count == 2)
    }

    @Test("never again 3: keys that run together are kept apart, and so are letters that look alike")
    func keys() async throws {
        // The fake knows the first pair alone; answers must not be found under another.
        workOS.set(("a:b", "org_c"), ("e\u{301}", "org_x"))
        let memberships = memberships()
        #expect(try await memberships.allows("a:b", "org_c"))
        #expect(try await !memberships.allows("a", "b:org_c"))
        #expect(try await !memberships.allows("a:borg_", "org_c"))
        #expect(try await memberships.allows("e\u{301}", "org_x"))
        #expect(try await !memberships.allows("\u{e9}", "org_x"))
        #expect(try await memberships.organizations(of: "e\u{301}").count == 1)
        #expect(try await memberships.organizations(of: "\u{e9}").isEmpty)
    }

    // MARK: Many

    @Test("however many ask the same at once, WorkOS is asked once")
    func singleFlight() async throws {
        workOS.set(("u", "org_A"))
        let memberships = memberships()
        workOS.hold()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<200 { group.addTask { try await memberships.allows("u", "org_A") } }
            while workOS.count == 0 { await Task.yield() }
            workOS.release()
            for try await isAllowed in group { #expect(isAllowed) }
        }
        #expect(workOS.count == 1)
    }

    @Test("P-12: 10,000 denied probes of one pair in 60 s cause at most 5 requests")
    func probesOfOne() async throws {
        let memberships = memberships()
        for _ in 0..<10_000 {
            clock.advance(.milliseconds(6))
            #expect(try await !memberships.allows("u", "org_A"))
        }
        #expect(workOS.count <= 5, "\(workOS.count)")
    }

    @Test("never again 4: 10,000 probes for foreign tenants cause few requests, and others are served as before")
    func probesOfMany() async throws {
        workOS.set(("other", "org_A"))
        let memberships = memberships()
        var unanswered = 0
        for number in 0..<10_000 {
            do throws(MembershipFault) {
                #expect(try await !memberships.allows("prober", "org_\(number)"))
            } catch {
                #expect((1...11).contains(error.retryAfter))
                unanswered += 1
            }
        }
        #expect(workOS.count == 40 && unanswered == 9960)
        #expect(events.all.filter { $0 == .heldBack(.membership) }.count == 9960)
        #expect(try await memberships.allows("other", "org_A"))
        clock.advance(.seconds(10))
        #expect(try await !memberships.allows("prober", "org_z"))
    }

    @Test("all together cause at most 500 requests in 10 s; then what is known counts, and nobody else is let in")
    func budget() async throws {
        workOS.set(("known", "org_A"))
        let memberships = memberships()
        #expect(try await memberships.allows("known", "org_A"))
        clock.advance(.seconds(60))
        for number in 0..<500 { _ = try await memberships.allows("u\(number)", "org_A") }
        #expect(try await memberships.allows("known", "org_A"))
        await #expect(throws: MembershipFault.self) { try await memberships.allows("one more", "org_A") }
        #expect(workOS.count == 501)
        clock.advance(.seconds(10))
        #expect(try await !memberships.allows("one more", "org_A"))
    }

    @Test("never again 18: what is remembered stays bounded, whoever comes")
    func bounded() async throws {
        let memberships = memberships(capacity: 100)
        for number in 0..<2000 {
            _ = try? await memberships.allows("user_\(number)", "org_A")
            _ = try? await memberships.organizations(of: "user_\(number)")
            if number % 100 == 0 { clock.advance(.seconds(10)) }
            #expect(memberships.count <= 200)
        }
        #expect(memberships.count == 200)
    }

    // MARK: Faults

    static let faults: [FakeWorkOS.Failure] = [
        .fault(.unreachable), .fault(.tooSlow), .fault(.tooLarge), .status(500), .status(502), .status(503), .status(429), .status(301),
        .status(204, ""), .status(403), .status(401), .status(418), .status(200, ""), .status(200, "<html>ok</html>"), .status(200, "[]"),
        .status(200, #"{"data":{}}"#), .status(200, #"{"data":[7]}"#),
        .status(200, #"{"data":[{"user_id":"u","organization_id":"org_A"}]}"#),
        .status(200, #"{"data":[]} x"#), .status(200, #"{"data":null,"data":[]}"#),
    ]

    @Test(
        "never again 5, P-11: while WorkOS fails known users work for 15 min; then nobody is told no, and nobody let in",
        arguments: faults.indices
    )
    func outage(index: Int) async throws {
        workOS.set(("u", "org_A"))
        let memberships = memberships()
        #expect(try await memberships.allows("u", "org_A"))
        #expect(try await !memberships.allows("u", "org_B"))
        #expect(try await memberships.organizations(of: "u").count == 1)
        #expect(try await memberships.allows("nobody", "home"))
        workOS.set { $0.always = Self.faults[index] }
        for _ in 0..<14 {
            clock.advance(.seconds(60))
            #expect(try await memberships.allows("u", "org_A"))
            #expect(try await !memberships.allows("u", "org_B"))
            #expect(try await memberships.organizations(of: "u").count == 1)
            #expect(try await memberships.allows("nobody", "home"))
        }
        await #expect(throws: MembershipFault.self) { try await memberships.allows("new", "org_A") }
        await #expect(throws: MembershipFault.self) { try await memberships.allows("new", "home") }
        await #expect(throws: MembershipFault.self) { try await memberships.organizations(of: "new") }
        clock.advance(.milliseconds(59_999))
        #expect(try await memberships.allows("u", "org_A"))
        clock.advance(.milliseconds(1))
        await #expect(throws: MembershipFault.self) { try await memberships.allows("u", "org_A") }
        await #expect(throws: MembershipFault.self) { try await memberships.allows("u", "org_B") }
        await #expect(throws: MembershipFault.self) { try await memberships.organizations(of: "u") }
        await #expect(throws: MembershipFault.self) { try await memberships.allows("nobody", "home") }
        workOS.set { $0.always = nil }
        #expect(try await memberships.allows("u", "org_A"))
    }

    @Test("after a fault what is known is used for 5 s before WorkOS is asked again, and its age goes on")
    func pause() async throws {
        workOS.set(("u", "org_A"))
        let memberships = memberships()
        #expect(try await memberships.allows("u", "org_A"))
        clock.advance(.seconds(60))
        workOS.set { $0.always = .fault(.tooSlow) }
        for _ in 0..<100 { #expect(try await memberships.allows("u", "org_A")) }
        #expect(workOS.count == 2)
        clock.advance(.seconds(5))
        workOS.set { ($0.always, $0.memberships) = (nil, []) }
        #expect(try await !memberships.allows("u", "org_A"), "removed meanwhile")
    }

    @Test("a question that WorkOS doesn't understand opens nothing", arguments: [400, 404, 422])
    func refused(status: Int) async throws {
        workOS.set { $0.always = .status(status) }
        let memberships = memberships()
        #expect(try await !memberships.allows("u", "org_A"))
        #expect(try await !memberships.allows("u", "home"))
        await #expect(throws: MembershipFault.self) { try await memberships.organizations(of: "u") }
    }

    @Test("429 is tried again once, after no more than 2 s", arguments: [(0, 2), (1, 2), (2, 2), (3, 1), (nil, 1)] as [(Int?, Int)])
    func tooMany(retryAfter: Int?, requests: Int) async throws {
        workOS.set(("u", "org_A"))
        workOS.set { $0.next = [.status(429, retryAfter: retryAfter)] }
        let memberships = memberships()
        if requests == 2 {
            #expect(try await memberships.allows("u", "org_A"))
            #expect(waits.all == [.seconds(retryAfter ?? -1)])
        } else {
            await #expect(throws: MembershipFault(retryAfter: retryAfter ?? 1)) { try await memberships.allows("u", "org_A") }
            #expect(waits.all.isEmpty)
        }
        #expect(workOS.count == requests)
        workOS.set { $0.always = .status(429, retryAfter: 1) }
        await #expect(throws: MembershipFault.self) { try await memberships.allows("u", "org_C") }
        #expect(workOS.count == requests + 2)
    }

    // MARK: Keys

    @Test("of two API keys the other is tried where one is refused, and the good one is used from then on")
    func rotation() async throws {
        workOS.set(("u", "org_A"))
        workOS.set { $0.goodKeys = ["sk_old"] }
        let memberships = memberships(keys: ["sk_new", "sk_old"])
        #expect(try await memberships.allows("u", "org_A"))
        #expect(try await !memberships.allows("u", "org_B"))
        #expect(workOS.requests.map(\.key) == ["Bearer sk_new", "Bearer sk_old", "Bearer sk_old"])
        workOS.set { $0.goodKeys = ["sk_new"] }
        #expect(try await !memberships.allows("u", "org_C"))
        #expect(try await !memberships.allows("u", "org_D"))
        #expect(workOS.requests.map(\.key).suffix(3) == ["Bearer sk_old", "Bearer sk_new", "Bearer sk_new"])
        workOS.set { $0.goodKeys = [] }
        await #expect(throws: MembershipFault.self) { try await memberships.allows("u", "org_E") }
        #expect(workOS.count == 8 && events.all.contains(.keysRefused))
    }

    @Test("the list of keys is read as it is written in configurations")
    func keyLists() {
        for (text, keys) in [("a", ["a"]), ("a,b", ["a", "b"]), (" a , b ", ["a", "b"]), (",a,,", ["a"]), ("", []), (" , ", [])] {
            #expect(WorkOSSettings.keys(Secret(text)).map { $0.reveal() } == keys)
        }
    }

    @Test("each request is reported, without any name in it")
    func reports() async throws {
        workOS.set { $0.next = [.status(500), .fault(.tooSlow)] }
        let memberships = memberships()
        _ = try? await memberships.allows("u", "org_A")
        _ = try? await memberships.organizations(of: "u")
        _ = try? await memberships.organizations(of: "u")
        #expect(
            events.all == [
                .asked(.membership, status: 500, took: .zero), .asked(.organizations, status: 0, took: .zero),
                .asked(.organizations, status: 200, took: .zero),
            ]
        )
    }
}
