import Auth
import Testing
import ToolBridge

@Suite("T-12, never again 11: what a token is good for")
struct TokenDoorsTests {
    struct Cell: Sendable, CustomTestStringConvertible {
        let name: String
        let header: String
        let signer: TokenSamples.Signer
        let changes: [String: String?]
        let doors: Set<Door>
        var testDescription: String { name }
    }

    private static let header = #"{"alg":"RS256","kid":"a"}"#
    private static let ownHeader = #"{"alg":"RS256","kid":"own","typ":"at+jwt"}"#
    private static let own = TokenSamples.Signer.rs256(SampleKeys.otherRSA)

    static let cells: [Cell] = [
        Cell(
            name: "for the API",
            header: header,
            signer: TokenSamples.rsa,
            changes: [:],
            doors: [.data, .sessions, .exchange, .tenant]
        ),
        Cell(
            name: "for the MCP server, of old",
            header: header,
            signer: TokenSamples.rsa,
            changes: ["aud": "\"\(TokenSamples.mcp)\""],
            doors: [.exchange, .tenant, .mcp]
        ),
        Cell(
            name: "for the resource",
            header: header,
            signer: TokenSamples.rsa,
            changes: ["aud": "\"\(TokenSamples.resource)\""],
            doors: [.mcp]
        ),
        Cell(
            name: "for both",
            header: header,
            signer: TokenSamples.rsa,
            changes: ["aud": "[\"\(TokenSamples.resource)\",\"\(TokenSamples.api)\"]"],
            doors: Set(Door.allCases)
        ),
        Cell(
            name: "an exchanged one",
            header: ownHeader,
            signer: own,
            changes: ["iss": "\"\(TokenSamples.ownIssuer)\""],
            doors: [.data, .sessions, .exchange, .tenant]
        ),
        Cell(
            name: "an exchanged one for the resource",
            header: ownHeader,
            signer: own,
            changes: ["iss": "\"\(TokenSamples.ownIssuer)\"", "aud": "\"\(TokenSamples.resource)\""],
            doors: []
        ),
        Cell(
            name: "an ID token of a known client",
            header: header,
            signer: TokenSamples.rsa,
            changes: ["aud": "\"\(TokenSamples.client)\"", "nonce": "\"n\""],
            doors: [.tenant]
        ),
        Cell(
            name: "an ID token of another client",
            header: header,
            signer: TokenSamples.rsa,
            changes: ["aud": "\"client-2\"", "at_hash": "\"h\""],
            doors: []
        ),
        Cell(
            name: "an ID token for the API",
            header: header,
            signer: TokenSamples.rsa,
            changes: ["c_hash": "\"h\""],
            doors: []
        ),
        Cell(
            name: "an ID token for the resource",
            header: header,
            signer: TokenSamples.rsa,
            changes: ["aud": "\"\(TokenSamples.resource)\"", "nonce": "null"],
            doors: []
        ),
        Cell(
            name: "of a known client, but no ID token",
            header: header,
            signer: TokenSamples.rsa,
            changes: ["aud": "\"\(TokenSamples.client)\""],
            doors: []
        ),
        Cell(
            name: "the issuer's by this server's key",
            header: ownHeader,
            signer: own,
            changes: [:],
            doors: []
        ),
        Cell(
            name: "this server's by the issuer's key",
            header: header,
            signer: TokenSamples.rsa,
            changes: ["iss": "\"\(TokenSamples.ownIssuer)\""],
            doors: []
        ),
    ]

    @Test("is decided by its issuer and its audience, at each door anew", arguments: cells)
    func matrix(_ cell: Cell) async throws {
        let token = try await TokenSamples.token(header: cell.header, TokenSamples.claims(cell.changes), by: cell.signer)
        // Each door first, so that none relies on what another door has remembered; then all in a row.
        for door in Door.allCases {
            let isTaken = try await TokenSamples.verifier().fault(of: token, at: door) == nil
            #expect(isTaken == cell.doors.contains(door), "\(door)")
        }
        let verifier = try await TokenSamples.verifier()
        for door in Door.allCases + Door.allCases.reversed() {
            let isTaken = try await verifier.fault(of: token, at: door) == nil
            #expect(isTaken == cell.doors.contains(door), "\(door), remembered")
        }
    }

    @Test("an audience is taken as it is configured, upper case and all, also at MCP, where a resource's may be spelt in capitals (AU12)")
    func capitals() async throws {
        let extra = "https://Clients.Example.com/App"
        let profile = TokenProfile.external(
            issuer: TokenSamples.issuer,
            keys: try await TokenSamples.keys(),
            api: [extra],
            mcp: [extra],
            resources: [TokenSamples.resource]
        )
        let verifier = TokenVerifier(profiles: [profile], clocks: TokenClock().clocks)
        let configured = try await TokenSamples.token(TokenSamples.claims(["aud": "\"\(extra)\""]))
        for door in Door.allCases { #expect(try await verifier.fault(of: configured, at: door) == nil, "\(door)") }
        let capital = try await TokenSamples.token(TokenSamples.claims(["aud": "\"HTTPS://API.Example.com/mcp\""]))
        #expect(try await verifier.fault(of: capital, at: .mcp) == nil)
        #expect(try await verifier.fault(of: capital, at: .data) == .wrongAudience)
        for other in [extra.lowercased(), "https://api.example.com/MCP", "https://api.example.com/mcp/"] {
            let token = try await TokenSamples.token(TokenSamples.claims(["aud": "\"\(other)\""]))
            #expect(try await verifier.fault(of: token, at: .mcp) == .wrongAudience, "\(other)")
        }
    }

    @Test("a secret's tokens are for the resource alone at MCP where an authorization server guards it")
    func secrets() async throws {
        let secret = Secret(SampleKeys.secret)
        let guarded = TokenVerifier(
            profiles: [.hs256(secret: secret, api: [TokenSamples.api], resources: [TokenSamples.resource])],
            clocks: TokenClock().clocks
        )
        let header = #"{"alg":"HS256"}"#
        let api = try await TokenSamples.token(header: header, by: TokenSamples.secret)
        #expect(try await guarded.fault(of: api, at: .data) == nil)
        #expect(try await guarded.fault(of: api, at: .mcp) == .wrongAudience)
        let open = TokenVerifier(profiles: [.hs256(secret: secret, api: [TokenSamples.api])], clocks: TokenClock().clocks)
        #expect(try await open.fault(of: api, at: .mcp) == nil)
    }

    @Test("an issuer with a profile of its own never falls back to the secret's")
    func noFallback() async throws {
        let profiles = try await TokenSamples.profiles() + [.hs256(secret: Secret(SampleKeys.secret), api: [])]
        let verifier = TokenVerifier(profiles: profiles, clocks: TokenClock().clocks)
        for issuer in [TokenSamples.issuer, TokenSamples.ownIssuer] {
            for kid in ["", #","kid":"a""#, #","kid":"own""#] {
                let token = try await TokenSamples.token(
                    header: #"{"alg":"HS256"\#(kid)}"#,
                    TokenSamples.claims(["iss": "\"\(issuer)\""]),
                    by: TokenSamples.secret
                )
                #expect(try await verifier.fault(of: token) == .invalid)
            }
        }
        let other = try await TokenSamples.token(
            header: #"{"alg":"HS256"}"#,
            TokenSamples.claims(["iss": "\"elsewhere\""]),
            by: TokenSamples.secret
        )
        #expect(try await verifier.fault(of: other) == nil)
        // And no RS256 for it.
        let rsa = try await TokenSamples.token(TokenSamples.claims(["iss": "\"elsewhere\""]))
        #expect(try await verifier.fault(of: rsa) == .invalid)
    }
}
