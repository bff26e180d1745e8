import Auth
import Testing
import ToolBridge

/// A token's text is its subject.
private struct Tokens: TokenVerifying {
    func verify(_ token: BearerToken, at door: Door) async throws(TokenFault) -> VerifiedToken {
        VerifiedToken(principal: Principal(issuer: "i", subject: String(token.text)), profile: .external)
    }
}

/// Takes one signature, whatever it is of.
private struct Proof: TenantProving {
    func tenant(of request: SignedRequest) async throws(TenantProofFault) -> String {
        guard let tenant = request.tenant, let signature = request.signature else { throw .missing }
        switch signature {
        case "good": return tenant
        case "full": throw .unavailable
        default: throw .signature
        }
    }
}

/// `one` belongs to A, `two` to A and B, `none` to nothing, `odd` to what can't be a tenant; about `down` nobody can say.
private struct Members: MembershipChecking {
    var allowsNonMembers = true

    func organizations(of subject: String) async throws(MembershipFault) -> [Organization] {
        let (a, b) = (Organization(id: "A", name: "Aa"), Organization(id: "B", name: "Bb"))
        switch subject {
        case "one": return [a]
        case "two": return [a, b]
        case "odd": return [Organization(id: "o d", name: "Odd")]
        case "down": throw MembershipFault(retryAfter: 7)
        default: return []
        }
    }

    func allows(_ subject: String, _ tenant: String) async throws(MembershipFault) -> Bool {
        let organizations = try await organizations(of: subject)
        if organizations.isEmpty { return tenant == "home" && allowsNonMembers }
        return organizations.contains { $0.id == tenant }
    }
}

@Suite("In which tenant a principal works")
struct TenantPolicyTests {
    /// What proves tenants.
    enum Mode: String, CaseIterable { case neither, proof, members, both }

    /// What a request says of its tenant.
    enum Headers: String, CaseIterable {
        case nothing, home, a, b, bad, signedHome, signedA, signedB, forgedA, forgedNothing, full

        var tenantAndSignature: (String?, String?) {
            switch self {
            case .nothing: (nil, nil)
            case .home: ("home", nil)
            case .a: ("A", nil)
            case .b: ("B", nil)
            case .bad: ("a b", nil)
            case .signedHome: ("home", "good")
            case .signedA: ("A", "good")
            case .signedB: ("B", "good")
            case .forgedA: ("A", "forged")
            case .forgedNothing: (nil, "forged")
            case .full: ("A", "full")
            }
        }
    }

    private func policy(_ mode: Mode, fixed: String? = nil, allowsNonMembers: Bool = true, choices: TenantChoices = TenantChoices())
        -> CallerPolicy
    {
        let tenants = TenantPolicy(
            defaultTenant: "home",
            fixedTenant: fixed,
            proof: mode == .proof || mode == .both ? Proof() : nil,
            memberships: mode == .members || mode == .both ? Members(allowsNonMembers: allowsNonMembers) : nil,
            choices: choices
        )
        return CallerPolicy(tokens: .verified(Tokens()), tenants: tenants)
    }

    /// The tenant, or the name of what is wrong.
    private func outcome(_ subject: String, _ headers: Headers, _ door: Door, _ policy: CallerPolicy) async -> String {
        let (tenant, signature) = headers.tenantAndSignature
        let request = SignedRequest(method: "POST", target: "/", authorization: "Bearer \(subject)", tenant: tenant, signature: signature)
        do throws(AuthError) {
            guard let caller = try await policy.caller(Credentials(request), at: door) else { return "nobody" }
            guard let owner = caller.owner else {
                return caller.organizations.isEmpty ? "unasked" : "choice " + caller.organizations.map(\.id).joined()
            }
            return owner.subject == subject ? owner.tenant : "another subject"
        } catch {
            return switch error {
            case .tenantForbidden: "403"
            case .tenantRequired: "required"
            case .tenantProof(let fault): fault.rawValue
            case .unavailable(let seconds): "503 after \(seconds)"
            case .token: "token"
            }
        }
    }

    /// One row for each mode and door: what becomes of each of ``Headers``, in their order.
    private static let table: [(Mode, [Door], subject: String, [String])] = [
        // The default tenant may be named; signatures aren't looked at.
        (.neither, [.data, .sessions, .mcp], "one", ["home", "home", "403", "403", "403", "home", "403", "403", "403", "home", "403"]),
        // The signed tenant is taken, whoever asks for it.
        (
            .proof, [.data, .sessions, .mcp], "one",
            ["missing", "missing", "missing", "missing", "missing", "home", "A", "B", "signature", "missing", "503 after 1"]
        ),
        // The named tenant, for its members; signatures aren't looked at.
        (.members, [.data], "one", ["required", "403", "A", "403", "403", "403", "A", "403", "A", "required", "A"]),
        (.members, [.data], "two", ["required", "403", "A", "B", "403", "403", "A", "B", "A", "required", "A"]),
        (.members, [.data], "none", ["required", "home", "403", "403", "403", "home", "403", "403", "403", "required", "403"]),
        // Sessions of clients that name none: the only one there is.
        (.members, [.sessions, .mcp], "one", ["A", "403", "A", "403", "403", "403", "A", "403", "A", "A", "A"]),
        (.members, [.sessions], "two", ["required", "403", "A", "B", "403", "403", "A", "B", "A", "required", "A"]),
        (.members, [.sessions, .mcp], "none", ["home", "home", "403", "403", "403", "home", "403", "403", "403", "home", "403"]),
        // MCP's users can be asked.
        (.members, [.mcp], "two", ["choice AB", "403", "A", "B", "403", "403", "A", "B", "A", "choice AB", "A"]),
        // Both: never again 2, a good signature of another's tenant.
        (
            .both, [.data, .sessions], "one",
            ["missing", "missing", "missing", "missing", "missing", "403", "A", "403", "signature", "missing", "503 after 1"]
        ),
        (
            .both, [.data, .sessions], "two",
            ["missing", "missing", "missing", "missing", "missing", "403", "A", "B", "signature", "missing", "503 after 1"]
        ),
        (
            .both, [.data, .sessions], "none",
            ["missing", "missing", "missing", "missing", "missing", "home", "403", "403", "signature", "missing", "503 after 1"]
        ),
        // At MCP's endpoints membership is enough, but what is signed must be signed well.
        (.both, [.mcp], "one", ["A", "403", "A", "403", "403", "403", "A", "403", "signature", "missing", "503 after 1"]),
        (.both, [.mcp], "two", ["choice AB", "403", "A", "B", "403", "403", "A", "B", "signature", "missing", "503 after 1"]),
        (.both, [.mcp], "none", ["home", "home", "403", "403", "403", "home", "403", "403", "signature", "missing", "503 after 1"]),
    ]

    @Test("every combination of proof, memberships, door and headers has its outcome", arguments: 0..<table.count)
    func row(index: Int) async {
        let (mode, doors, subject, expected) = Self.table[index]
        #expect(expected.count == Headers.allCases.count)
        for door in doors {
            for (headers, expected) in zip(Headers.allCases, expected) {
                let outcome = await outcome(subject, headers, door, policy(mode))
                #expect(outcome == expected, "\(mode) \(door) \(subject) \(headers)")
            }
        }
    }

    @Test("the table has every mode at every door that asks, for every subject where members count")
    func whole() {
        for mode in Mode.allCases {
            for door in [Door.data, .sessions, .mcp] {
                let subjects = Self.table.filter { $0.0 == mode && $0.1.contains(door) }.map(\.subject).sorted()
                #expect(subjects == (mode == .members || mode == .both ? ["none", "one", "two"] : ["one"]), "\(mode) \(door)")
            }
        }
    }

    @Test("exchange and tenant resolve ask for no tenant, whatever the headers say", arguments: Mode.allCases, Headers.allCases)
    func unasked(mode: Mode, headers: Headers) async {
        for subject in ["one", "two", "none", "down"] {
            for door in [Door.exchange, .tenant] { #expect(await outcome(subject, headers, door, policy(mode)) == "unasked") }
        }
    }

    @Test("while nobody can say who belongs where it is 503, but what is wrong before that is told")
    func down() async {
        for door in [Door.sessions, .mcp] { #expect(await outcome("down", .nothing, door, policy(.members)) == "503 after 7") }
        for door in [Door.data, .sessions, .mcp] {
            #expect(await outcome("down", .a, door, policy(.members)) == "503 after 7")
            #expect(await outcome("down", .bad, door, policy(.members)) == "403")
            #expect(await outcome("down", .signedA, door, policy(.both)) == "503 after 7")
            #expect(await outcome("down", .forgedA, door, policy(.both)) == "signature")
        }
        #expect(await outcome("down", .nothing, .data, policy(.members)) == "required")
    }

    @Test("where only members count, those without an organization have no tenant")
    func nonMembers() async {
        let policy = policy(.members, allowsNonMembers: false)
        for door in [Door.sessions, .mcp] { #expect(await outcome("none", .nothing, door, policy) == "403") }
        for door in [Door.data, .sessions, .mcp] { #expect(await outcome("none", .home, door, policy) == "403") }
    }

    @Test("an organization whose id can't be a tenant's is none")
    func oddOrganization() async {
        for door in [Door.sessions, .mcp] { #expect(await outcome("odd", .nothing, door, policy(.members)) == "403") }
    }

    @Test("a fixed tenant is the one of MCP's clients that name none, and of nobody else")
    func fixed() async {
        #expect(await outcome("one", .nothing, .mcp, policy(.neither, fixed: "A")) == "A")
        #expect(await outcome("one", .a, .mcp, policy(.neither, fixed: "A")) == "A")
        #expect(await outcome("one", .home, .mcp, policy(.neither, fixed: "A")) == "403")
        #expect(await outcome("one", .nothing, .data, policy(.neither, fixed: "A")) == "home")
        #expect(await outcome("one", .nothing, .mcp, policy(.members, fixed: "A")) == "A")
        #expect(await outcome("one", .nothing, .mcp, policy(.members, fixed: "B")) == "403")
        #expect(await outcome("two", .nothing, .mcp, policy(.both, fixed: "B")) == "B")
        #expect(await outcome("one", .nothing, .data, policy(.members, fixed: "A")) == "required")
        // Where only signatures count, whoever names a tenant has to sign.
        #expect(await outcome("one", .nothing, .mcp, policy(.proof, fixed: "A")) == "A")
        #expect(await outcome("one", .a, .mcp, policy(.proof, fixed: "A")) == "missing")
        #expect(await outcome("one", .nothing, .data, policy(.proof, fixed: "A")) == "missing")
    }

    @Test("what was chosen counts at MCP's endpoints alone, for its principal alone, and only among the principal's own")
    func chosen() async {
        let choices = TenantChoices()
        choices.remember("B", of: Principal(issuer: "i", subject: "two"))
        let policy = policy(.members, choices: choices)
        #expect(await outcome("two", .nothing, .mcp, policy) == "B")
        #expect(await outcome("two", .a, .mcp, policy) == "A")
        #expect(await outcome("two", .nothing, .data, policy) == "required")
        #expect(await outcome("two", .nothing, .sessions, policy) == "required")
        choices.remember("C", of: Principal(issuer: "i", subject: "two"))
        #expect(await outcome("two", .nothing, .mcp, policy) == "choice AB")
        choices.remember("A", of: Principal(issuer: "another", subject: "two"))
        #expect(await outcome("two", .nothing, .mcp, policy) == "choice AB")
    }
}
