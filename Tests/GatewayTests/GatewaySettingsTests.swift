import Gateway
import MCP
import MCPServer
import Program
import Testing

@Suite struct GatewaySettingsTests {
    private let tenant = ["TOOLBRIDGE_TENANT_ID": "tenant_a"]
    private let secret = String(repeating: "s", count: 40)

    private func settings(_ variables: [String: String]) throws -> GatewaySettings {
        try GatewaySettings(SettingsReader(variables: variables))
    }

    private func seal(_ settings: GatewaySettings) throws -> String {
        try settings.stateKeys.seal(.session, for: .anonymous) { _ in Array("content".utf8) }
    }

    @Test func `Replicas with the same secret open each other's seals, with others none`() throws {
        let configured = tenant.merging(["TOOLBRIDGE_TENANT_HEADER_SECRET": secret]) { $1 }
        let (one, other) = (try settings(configured), try settings(configured))
        let sealed = try seal(one)
        #expect(other.stateKeys.open(sealed, as: .session, for: .anonymous) != nil)
        let stranger = try settings(tenant.merging(["TOOLBRIDGE_TENANT_HEADER_SECRET": secret + "x"]) { $1 })
        #expect(stranger.stateKeys.open(sealed, as: .session, for: .anonymous) == nil)
        #expect(one.stateKeys.kids.allSatisfy { $0.utf8.count == 9 && $0.hasPrefix("t") })
    }

    @Test func `A key that was added before the others opens what they sealed`() throws {
        let (old, new) = ("k1:" + String(repeating: "A", count: 43) + "=", "k2:" + String(repeating: "B", count: 42) + "A=")
        let before = try settings(tenant.merging(["TOOLBRIDGE_TENANT_HEADER_KEYS": old]) { $1 })
        let after = try settings(tenant.merging(["TOOLBRIDGE_TENANT_HEADER_KEYS": "\(new), \(old)"]) { $1 })
        let both = try settings(tenant.merging(["TOOLBRIDGE_TENANT_HEADER_KEYS": old, "TOOLBRIDGE_TENANT_HEADER_SECRET": secret]) { $1 })
        #expect(after.stateKeys.open(try seal(before), as: .session, for: .anonymous) != nil)
        #expect(before.stateKeys.open(try seal(after), as: .session, for: .anonymous) == nil)
        #expect(both.stateKeys.open(try seal(before), as: .session, for: .anonymous) != nil && both.stateKeys.kids.count == 2)
    }

    @Test func `Without any key sessions are this process's own, and that is said`() throws {
        let made = try settings(tenant)
        #expect(made.warnings.contains { $0.name == "TOOLBRIDGE_STATE_KEYS" })
        #expect(try settings(tenant).stateKeys.open(try seal(made), as: .session, for: .anonymous) == nil)
    }

    @Test func `An authorization server means exchange, and sending tokens on is warned about`() throws {
        let provider = ["TOOLBRIDGE_AUTHKIT_DOMAIN": "x.example", "TOOLBRIDGE_PUBLIC_BASE_URL": "https://mcp.example"]
        #expect(try settings(provider).auth == .exchange)
        #expect(try settings(tenant).auth == .forward)
        let forwarding = try settings(
            provider.merging(["TOOLBRIDGE_UPSTREAM_AUTH": "forward", "JWT_AUDIENCE": "https://api.example"]) { $1 }
        )
        #expect(forwarding.furtherAudiences == ["https://api.example"])
        #expect(Set(forwarding.warnings.map(\.name)).isSuperset(of: ["TOOLBRIDGE_UPSTREAM_AUTH", "MCP_OAUTH_AUDIENCE"]))
        let exchanging = try settings(provider.merging(["JWT_AUDIENCE": "https://api.example"]) { $1 })
        #expect(exchanging.furtherAudiences.isEmpty, "the API's tokens are no tokens of the MCP endpoints")
    }

    @Test func `The alias means the same, and the audience is the API's address as it was set`() throws {
        let made = try settings(tenant.merging(["TOOLBRIDGE_API_BASE_URL": "https://api.example/base/"]) { $1 })
        #expect(made.api.url == "https://api.example/base" && made.apiAudience == "https://api.example/base")
        #expect(try settings(tenant).api.url == "http://localhost:8080")
    }

    @Test func `What the command line says comes before the environment`() throws {
        let variables = tenant.merging(["TOOLBRIDGE_HOST": "::1", "TOOLBRIDGE_PORT": "1234"]) { $1 }
        #expect(try settings(variables).address == ListenAddress(host: "::1", port: 1234))
        let flagged = try GatewaySettings(SettingsReader(variables: variables), host: "127.0.0.1", port: 5)
        #expect(flagged.address == ListenAddress(host: "127.0.0.1", port: 5))
        #expect(try settings(tenant).address == ListenAddress(host: "0.0.0.0", port: 8001))
    }
}
