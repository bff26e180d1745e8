import HTTPServer
import Testing

@Suite("Host and Origin")
struct HostPolicyTests {
    @Test(
        "H2: bound to loopback, only loopback names with our port",
        arguments: [
            ("localhost:8000", true), ("LOCALHOST:8000", true), ("127.0.0.1:8000", true), ("[::1]:8000", true), ("localhost", false),
            ("localhost:8001", false),
            ("127.0.0.2:8000", false), ("localhost.evil.com:8000", false), ("api.example.com", false), ("::1:8000", false),
        ]
    )
    func loopbackHost(_ host: String, _ isAllowed: Bool) {
        #expect(HostPolicy(allowedHosts: ["api.example.com"]).allows(host: host, boundToLoopback: true, port: 8000) == isAllowed)
    }

    @Test(
        "H2: else the configured hosts, exactly",
        arguments: [
            ("api.example.com", true), ("API.Example.com", true), ("api.example.com:443", false), ("xapi.example.com", false),
            ("localhost:8000", false),
            ("example.com", false),
        ]
    )
    func configuredHost(_ host: String, _ isAllowed: Bool) {
        #expect(HostPolicy(allowedHosts: ["Api.example.com"]).allows(host: host, boundToLoopback: false, port: 8000) == isAllowed)
        #expect(HostPolicy().allows(host: host, boundToLoopback: false, port: 8000))
    }

    @Test(
        "H2: origins from the list, and on loopback any port of it",
        arguments: [
            ("https://app.example.com", true, true), ("HTTPS://APP.example.com", true, true), ("http://app.example.com", false, false),
            ("https://app.example.com:8443", false, false), ("https://xapp.example.com", false, false), ("null", false, false),
            ("", false, false),
            ("http://localhost", true, false), ("http://localhost:1", true, false), ("https://127.0.0.1:65535", true, false),
            ("http://[::1]:3000", true, false),
            ("http://localhost:", false, false), ("http://localhost:123456", false, false), ("http://localhost:80@evil", false, false),
            ("http://localhost.evil.com", false, false), ("http://127.0.0.1.evil.com", false, false), ("ftp://localhost", false, false),
            ("http://localhost/", false, false), ("http://127.0.0.2", false, false),
        ]
    )
    func origin(_ origin: String, _ onLoopback: Bool, _ elsewhere: Bool) {
        let policy = HostPolicy(allowedOrigins: ["https://app.example.com"])
        #expect(policy.allows(origin: origin, boundToLoopback: true) == onLoopback)
        #expect(policy.allows(origin: origin, boundToLoopback: false) == elsewhere)
    }

    @Test(
        "T-15 only an address of this machine, or its name, is loopback",
        arguments: [
            ("127.0.0.1", true), ("127.255.0.9", true), ("::1", true), ("[::1]", true), ("LocalHost", true), ("127.evil.example", false),
            ("127.0.0.1.evil.example", false), ("127.1", false), ("0.0.0.0", false), ("::", false), ("128.0.0.1", false), ("", false),
        ]
    )
    func loopback(_ host: String, _ isLoopback: Bool) {
        #expect(HTTPServerConfiguration(host: host).isLoopback == isLoopback)
    }
}
