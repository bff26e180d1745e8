import Auth
import JSON
import RESTAPI
import Synchronization
import Testing

/// `GET /v1/auth/tenant` where memberships are known elsewhere.
@Suite struct TenantResolveTests {
    private static let token = "a-token-of-this-machine-0123456789abcdef"

    /// Memberships from a table.
    private final class Memberships: MembershipChecking {
        let allowsNonMembers: Bool
        private let organizations: [Organization]?
        private let asked = Mutex<[String]>([])
        var subjects: [String] { asked.withLock { $0 } }

        init(_ organizations: [Organization]?, allowsNonMembers: Bool = true) {
            self.organizations = organizations
            self.allowsNonMembers = allowsNonMembers
        }

        func allows(_ subject: String, _ tenant: String) async throws(MembershipFault) -> Bool { false }

        func organizations(of subject: String) async throws(MembershipFault) -> [Organization] {
            asked.withLock { $0.append(subject) }
            guard let organizations else { throw MembershipFault(retryAfter: 7) }
            return organizations
        }
    }

    private static func answer(_ source: TenantResolution.Source, _ body: (Response) throws -> Void) async throws {
        try await TestAPI.run(profile: .local(token: Secret(token)), tenants: source) { api in
            // No tenant's header is looked at here.
            let headers = [("Authorization", "Bearer \(token)"), ("X-TB-Tenant-ID", "elsewhere"), ("X-TB-Signature", "x")]
            try body(try await api.send("GET", "/v1/auth/tenant", nil, headers, as: "somebody"))
        }
    }

    @Test("each 401 has the text that clients of long standing compare")
    func refusals() async throws {
        try await TestAPI.run(profile: FakeTokens.profile, tenants: .memberships(Memberships([]))) { api in
            let absent = "Missing or invalid Authorization header"
            let cases: [(String?, String)] = [
                (nil, absent), ("Basic eDp5", absent), ("Bearer", absent), ("Bearer  good", absent), ("Bearer bad", "Invalid token"),
                ("Bearer expired", "Invalid token"), ("Bearer nameless", "Missing sub claim"),
            ]
            for (authorization, text) in cases {
                let headers = authorization.map { [("Authorization", $0)] } ?? []
                let response = try await api.send("GET", "/v1/auth/tenant", nil, headers, as: nil)
                #expect(response.status == 401 && response.code == "unauthorized", "\(authorization ?? "none")")
                #expect(try response.json["error"]?.string == text, "\(authorization ?? "none")")
            }
            // Elsewhere nobody compares.
            let elsewhere = try await api.send("GET", "/v1/notes", nil, [("Authorization", "Bearer nameless")], as: nil)
            #expect(elsewhere.status == 401 && elsewhere.field("WWW-Authenticate")?.contains("invalid token") == true)
        }
    }

    @Test func oneMembershipIsTheTenant() async throws {
        let memberships = Memberships([Organization(id: "org_01HZX3Y4Z5A6B7C8D9E0F1G2H3", name: "Example Ltd")])
        try await Self.answer(.memberships(memberships)) { response in
            #expect(response.status == 200)
            let name = #""organization_name":"Example Ltd""#
            #expect(response.text == #"{"tenant_id":"org_01HZX3Y4Z5A6B7C8D9E0F1G2H3",\#(name),"requires_selection":false}"#)
        }
        #expect(memberships.subjects == ["local"], "the token's subject, and no other")
    }

    @Test func ofSeveralOneMustBeChosen() async throws {
        let organizations = [Organization(id: "org_B", name: "B \"é\""), Organization(id: "org_A", name: "A")]
        try await Self.answer(.memberships(Memberships(organizations))) { response in
            #expect(response.status == 200)
            let list = #"[{"id":"org_B","name":"B \"é\""},{"id":"org_A","name":"A"}]"#
            #expect(response.text == #"{"tenant_id":"","organizations":\#(list),"requires_selection":true}"#)
        }
    }

    @Test func whoeverBelongsNowhereGetsTheDefaultTenantIfItMay() async throws {
        try await Self.answer(.memberships(Memberships([]))) { response in
            #expect(response.status == 200)
            #expect(response.text == #"{"tenant_id":"tenant","organization_name":"Personal","requires_selection":false}"#)
        }
        try await Self.answer(.memberships(Memberships([], allowsNonMembers: false))) { response in
            #expect(response.status == 403 && response.text.contains(#""code":"tenant_forbidden""#))
        }
    }

    @Test func whereNobodyKnowsThatIsSaid() async throws {
        try await Self.answer(.memberships(Memberships(nil))) { response in
            #expect(response.status == 503 && response.field("Retry-After") == "7")
            #expect(response.text.contains(#""code":"identity_provider_unavailable""#))
        }
        try await Self.answer(.unknown) { response in
            #expect(response.status == 503 && response.text.contains(#""code":"tenant_resolution_unconfigured""#))
        }
    }
}
